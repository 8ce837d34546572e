"""What the crash test knows: for each name the contents it may have, and when to pull the plug."""

import random
import socket
import threading

from harness.content import sha256_of, tricky_bytes
from harness.wire import Wire

ABSENT = None


class Plug:
    """Kills the server at the first report that reaches the chosen point, from whatever thread.

    The point is a number of bytes sent, of uploads finished by the client and not yet answered,
    or of replies received: each meets the server at other work.
    """

    KINDS = ("bytes sent", "uploads sent", "uploads confirmed")

    def __init__(self, daemon, generator):
        self.daemon = daemon
        self.kind = generator.choice(self.KINDS)
        self.left = {"bytes sent": generator.randrange(1, 12_000_000),
                     "uploads sent": generator.randrange(1, 60),
                     "uploads confirmed": generator.randrange(1, 60)}[self.kind]
        self.point = f"{self.left} {self.kind}"
        # The commit takes a moment; the plug is pulled somewhere within it.
        self.delay = generator.randrange(0, 4_000) if self.kind == "uploads sent" else 0
        self.lock = threading.Lock()
        self.pulled = threading.Event()

    def report(self, kind, amount=1):
        with self.lock:
            if kind != self.kind or self.pulled.is_set():
                return
            self.left -= amount
            if self.left > 0:
                return
            self.pulled.set()
        for _ in range(self.delay):
            pass
        self.daemon.kill()


class Expectations:
    """Name -> the set of SHA-256 (or ABSENT) that it may show. Each name has one writer."""

    def __init__(self):
        self.allowed = {}
        self.confirmed = 0

    def of(self, name):
        return self.allowed.get(name, {ABSENT})

    def settle(self, name, digest):
        """What was found after a crash is what the next round starts from."""
        self.allowed[name] = {digest}


class Uploader(threading.Thread):
    """Uploads until the server dies: new and old names, small and large, whole and appended."""

    CHUNK = 64 << 10

    def __init__(self, daemon, number, seed, expectations, contents, plug):
        super().__init__()
        self.daemon_ = daemon
        self.number = number
        self.random = random.Random(seed)
        self.seed = seed
        self.expectations = expectations
        self.contents = contents  # name -> bytes last confirmed, for appends; this thread's names
        self.plug = plug
        self.problem = None

    def run(self):
        try:
            with Wire(self.daemon_) as wire:
                for turn in range(10_000):
                    self.upload(wire, turn)
        except OSError as error:
            if not self.plug.pulled.is_set():
                self.problem = error
        except Exception as error:
            self.problem = error

    def upload(self, wire, turn):
        size = self.random.choice((
            self.random.randrange(0, 5_000), self.random.randrange(0, 5_000),
            self.random.randrange(50_000, 300_000), self.random.randrange(1_000_000, 3_000_000)))
        content = tricky_bytes(size, f"{self.seed} {turn}")
        if self.random.random() < 0.6:
            name = f"overwritten-{self.number}-{self.random.randrange(4)}.bin"
        else:
            name = f"folder-{self.number}-{self.random.randrange(1_000_000)}/new-{turn}.bin"
        old = self.contents.get(name)
        append = old is not None and len(old) < 4_000_000 and self.random.random() < 0.3
        whole = old + content if append else content
        before = self.expectations.of(name)

        with wire.begin(f"{'APPE' if append else 'STOR'} {name}") as data:
            for at in range(0, len(content), self.CHUNK):
                chunk = content[at:at + self.CHUNK]
                data.sendall(chunk)
                self.plug.report("bytes sent", len(chunk))
            # From here on the server may have published it, and until 226 it need not have.
            digest = sha256_of(whole)
            self.expectations.allowed[name] = before | {digest}
            data.shutdown(socket.SHUT_WR)
            self.plug.report("uploads sent")
            wire.expect(226)
        self.expectations.settle(name, digest)
        self.contents[name] = whole
        self.expectations.confirmed += 1
        self.plug.report("uploads confirmed")
