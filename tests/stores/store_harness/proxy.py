"""A proxy between the gateway and a store. It hands everything on byte for byte, keeps a list of
the requests, and gives those that a rule names to a fault (faults.py) instead.
"""

import asyncio
import contextlib
import dataclasses
import math
import threading
import typing

from store_harness.message import Head, Request

MOST = 256 << 10  # bytes of one read
LONGEST_HEAD = 64 << 10
ALWAYS = math.inf  # for a rule's times


class Ended(ConnectionError):
    """The other side has closed, or a fault did."""


@dataclasses.dataclass
class Rule:
    """`fault` befalls the requests `first` to `first + times - 1` of those that match."""

    operation: str
    fault: typing.Callable
    first: int = 1
    times: float = 1
    matches: typing.Callable = lambda request: True
    met: int = 0  # requests that matched so far

    def takes(self, request):
        if request.operation != self.operation or not self.matches(request):
            return False
        self.met += 1
        return self.first <= self.met < self.first + self.times


class Peer:
    """One of the two connections."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    async def head(self):
        try:
            return Head.parse(await self.reader.readuntil(b"\r\n\r\n"))
        except asyncio.IncompleteReadError:
            raise Ended from None

    async def some(self, most=MOST):
        data = await self.reader.read(most)
        if not data:
            raise Ended
        return data

    async def exactly(self, size):
        try:
            return await self.reader.readexactly(size)
        except asyncio.IncompleteReadError:
            raise Ended from None

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    def close(self):
        self.writer.close()

    def reset(self):
        self.writer.transport.abort()


class Exchange:
    """One request and its answer, in the steps that a fault is made of."""

    def __init__(self, proxy, client, store, head):
        self.proxy = proxy
        self.client = client
        self.store = store
        self.request = Request(head)
        self.head = head

    # -- the request

    async def allow_body(self):
        """Says what a client with `Expect: 100-continue` waits for."""
        if self.head.headers.get("expect", "").lower() == "100-continue":
            await self.client.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    async def take_body(self):
        await self.allow_body()
        return await self.client.exactly(self.head.length)

    async def ask(self, body):
        """Sends the request with that body to the store, and its body once the store wants it."""
        await self.store.send(self.head.raw)
        if body and "expect" in self.head.headers:
            answer = await self.store.head()
            if answer.status != 100:
                return answer
        await self.store.send(body)
        return None

    async def receive(self, early=None):
        """The store's answer as (head, body). One in chunks is made one of known length."""
        head = early or await self.store.head()
        while head.status < 200:
            head = await self.store.head()
        pieces = [piece async for piece in self.body_of(head)]
        if not head.chunked:
            return head, b"".join(pieces)
        body = b"".join(piece.partition(b"\r\n")[2][:-2] for piece in pieces)
        return head.with_length(len(body)), body

    async def body_of(self, head):
        """The pieces of an answer's body, as they are on the wire."""
        if self.request.method == "HEAD" or head.status in (204, 304):
            return
        if head.chunked:
            while True:
                line = await self.store.reader.readuntil(b"\r\n")
                size = int(line.split(b";")[0], 16)
                yield line + await self.store.exactly(size + 2)
                if size == 0:
                    return
        left = head.length
        while left > 0:
            piece = await self.store.some(min(left, MOST))
            left -= len(piece)
            yield piece

    # -- the whole of it

    async def forward(self):
        """Everything as it comes, in both directions."""
        sending = asyncio.ensure_future(self._pump())
        try:
            head = await self.store.head()
            while head.status < 200:
                await self.client.send(head.raw)
                head = await self.store.head()
            await self.client.send(head.raw)
            async for piece in self.body_of(head):
                await self.client.send(piece)
            self.proxy.answered(self.request, head.status)
            if not sending.done():  # refused before all of it was there
                raise Ended
            await sending
            if head.headers.get("connection", "").lower() == "close":
                raise Ended
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await sending

    async def _pump(self):
        await self.store.send(self.head.raw)
        left = self.head.length
        while left > 0:
            piece = await self.client.some(min(left, MOST))
            left -= len(piece)
            await self.store.send(piece)


class Proxy:
    """Listens on loopback in a thread of its own. REQUIRES: `stop` is called."""

    def __init__(self, store_port):
        self.store_port = store_port
        self.rules = []
        self.requests = []  # those that came, oldest first
        self.statuses = []  # (operation, status) of the answers that were handed on
        self._tasks = set()
        self._server = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self.open()

    def open(self):
        """Listens, on the same port as before."""
        self._server = self._do(asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=LONGEST_HEAD))
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self):
        """The store is down: nobody listens, and what was connected is so no more."""
        self._do(self._close())

    def stop(self):
        self.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def on(self, operation, fault, **options):
        rule = Rule(operation, fault, **options)
        self.rules.append(rule)
        return rule

    def clear(self):
        self.rules.clear()
        self.requests.clear()
        self.statuses.clear()

    def operations(self):
        """What was asked for, oldest first."""
        return [request.operation for request in self.requests]

    def answered(self, request, status):
        self.statuses.append((request.operation, status))

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _close(self):
        self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        client = Peer(reader, writer)
        store = None
        try:
            store = Peer(*await asyncio.open_connection(
                "127.0.0.1", self.store_port, limit=LONGEST_HEAD))
            while True:
                exchange = Exchange(self, client, store, await client.head())
                self.requests.append(exchange.request)
                await (self._fault_for(exchange.request) or Exchange.forward)(exchange)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(asyncio.current_task())
            client.close()
            if store:
                store.close()

    def _fault_for(self, request):
        taken = [rule for rule in self.rules if rule.takes(request)]
        return taken[0].fault if taken else None
