"""Stands for the way to a cloud: an HTTP proxy that takes every host and port for the store here,
and speaks TLS in that host's name.
"""

import asyncio
import contextlib
import ssl
import threading

from harness.authority import Authority

MOST = 256 << 10


class CloudFront:
    """`folder` belongs to the test. `host` is what the certificate says, maybe with a wildcard.
    REQUIRES: `stop` is called."""

    def __init__(self, folder, host, store_port):
        authority = Authority(folder)
        self.ca_file = authority.certificate
        self.asked = set()  # HOST:PORT of connections
        self._store_port = store_port
        self._tasks = set()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(*authority.sign(host))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server, self._inner = self._do(self._open())
        self.port = port_of(self._server)

    def stop(self):
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _open(self):
        return (await asyncio.start_server(self._connect, "127.0.0.1"),
                await asyncio.start_server(self._end_tls, "127.0.0.1", ssl=self._tls))

    async def _close(self):
        self._server.close()
        self._inner.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connect(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b" ", 2)
        if method != b"CONNECT":
            writer.close()
            return
        self.asked.add(target.decode())
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await self._join(reader, writer, port_of(self._inner))

    async def _end_tls(self, reader, writer):
        await self._join(reader, writer, self._store_port)

    async def _join(self, reader, writer, port):
        self._tasks.add(asyncio.current_task())
        other = None
        try:
            other_reader, other = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(pump(reader, other), pump(other_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(asyncio.current_task())
            writer.close()
            if other:
                other.close()


async def pump(reader, writer):
    """Until either side has ended; then the other one has, too."""
    with contextlib.closing(writer):
        while data := await reader.read(MOST):
            writer.write(data)
            await writer.drain()


def port_of(server):
    return server.sockets[0].getsockname()[1]
