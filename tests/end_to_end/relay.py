"""A line between a client and the gateway that breaks in the middle of an upload."""

import asyncio
import re
import socket
import struct
import threading

HOST = "127.0.0.1"
PASSIVE = re.compile(rb"227 .*\((?:\d+,){4}(\d+),(\d+)\)")
MOST = 256 << 10  # bytes of one read


class Relay:
    """Hands control connections on, which must be in clear, and has the data connections of their
    PASV go through itself. When `most` bytes have been uploaded, that connection stands still until
    it is reset, or ended by the gateway; later ones do not. In a thread of its own.
    REQUIRES: `stop` is called."""

    def __init__(self, port, most):
        self.uploaded = 0  # bytes on all data connections
        self.is_full = threading.Event()
        self._target = port
        self._most = most
        self._writers = {"control": set(), "data": set()}
        self._tasks = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._serve_control, HOST, 0))
        self.port = port_of(self._server)

    def reset(self, *kinds):
        """Connections of these kinds, "data" or "control", towards both of their ends."""
        self._do(self._reset(kinds))

    def stop(self):
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _reset(self, kinds):
        for writer in [writer for kind in kinds for writer in self._writers[kind]]:
            # A FIN would say that the file ends here.
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def _end(self):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve_control(self, reader, writer):
        await self._connect("control", reader, writer, self._target, copy, self._copy_replies)

    async def _copy_replies(self, reader, writer):
        while line := await reader.readline():
            if passive := PASSIVE.match(line):
                port = await self._listen(int(passive[1]) * 256 + int(passive[2]))
                numbers = HOST.split(".") + [str(port >> 8), str(port & 255)]
                line = f"227 By way of ({','.join(numbers)})\r\n".encode()
            writer.write(line)
            await writer.drain()

    async def _listen(self, target):
        """For one data connection."""
        async def serve(reader, writer):
            server.close()
            await self._connect("data", reader, writer, target, self._copy_upload, copy)

        server = await asyncio.start_server(serve, HOST, 0)
        return port_of(server)

    async def _copy_upload(self, reader, writer):
        while data := await reader.read(self._may_be_read()):
            self.uploaded += len(data)
            writer.write(data)
            await writer.drain()
            if self.uploaded == self._most and not self.is_full.is_set():
                self.is_full.set()
                await asyncio.Event().wait()
        writer.write_eof()

    def _may_be_read(self):
        return MOST if self.is_full.is_set() else min(MOST, self._most - self.uploaded)

    async def _connect(self, kind, reader, writer, target, upwards, downwards):
        """Until the gateway has no more to say, or one of the two breaks off."""
        task = asyncio.current_task()
        self._tasks.add(task)
        writers = {writer}
        up = None
        try:
            gateway, to_gateway = await asyncio.open_connection(HOST, target)
            writers.add(to_gateway)
            self._writers[kind] |= writers
            up = asyncio.ensure_future(upwards(reader, to_gateway))
            up.add_done_callback(lambda ended: ended.cancelled() or not ended.exception()
                                 or task.cancel())
            await downwards(gateway, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            if up:
                up.cancel()
            self._writers[kind] -= writers
            for each in writers:
                each.close()
            self._tasks.discard(task)


async def copy(reader, writer):
    while data := await reader.read(MOST):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


def port_of(server):
    return server.sockets[0].getsockname()[1]
