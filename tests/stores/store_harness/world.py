"""A gateway, a proxy and a store behind it: what each of these tests has for itself."""

import collections
import time

from harness.content import tricky_bytes
from harness.wire import Wire, end
from store_harness.gateway import Gateway
from store_harness.proxy import Proxy
from store_harness.scratch import own_folder

PATIENCE = 60  # seconds for a reply; how long it may take is for the tests to say
SETTLING = 5.0  # seconds that the gateway may take to clean up behind a transfer
SMALL = 30_000

# `content` is what lies in the store after an upload, or what came of a download.
Outcome = collections.namedtuple("Outcome", "code text content orphans seconds")


class World:
    """REQUIRES: `stop` is called. `name` is nobody else's. The texts go into the sections of
    server, store and user, `sections` after them. `prefix` is what the user sees of the
    bucket, by default a folder of this world's own. Without `impatient` the store's options are
    those that users have."""

    def __init__(self, engine, name, server_options="", store_options="", prefix=None,
                 sections="", impatient=True, user_options=""):
        self.engine = engine
        self.root = own_folder(name)
        self.prefix = prefix or f"{self.root.name}/"
        self.proxy = Proxy(engine.port)
        if impatient:  # small parts and few repetitions
            store_options = (f'part_size = "{engine.part_size}"\nattempts = 2\n'
                             f'outage_patience = "0 s"\n{store_options}')
        self.gateway = Gateway(self.root, engine, self.proxy.port, self.prefix, server_options,
                               store_options, sections, user_options)
        self._wires = []

    def start(self):
        self.gateway.start()
        return self

    def stop(self):
        for wire in self._wires:
            wire.control.close()
        self.proxy.close()  # so that the gateway has nothing to wait for
        self.gateway.stop()
        self.proxy.stop()

    # -- the store as it is, without the gateway

    def put(self, name, content):
        """An object that was there before anything went wrong."""
        self.engine.put(self.prefix + name, content)
        return content

    def content(self, name):
        return self.engine.content(self.prefix + name)

    def remove(self, name):
        self.engine.remove(self.prefix + name)

    def orphans(self):
        """Unfinished uploads."""
        return self.engine.uploads(self.prefix)

    def orphans_left(self, settling=SETTLING):
        """How many there are once the gateway has cleaned up."""
        give_up = time.monotonic() + settling
        while (left := self.orphans()) and time.monotonic() < give_up:
            time.sleep(0.02)
        return len(left)

    def bytes_of(self, size, seed):
        """Content that is uploaded by one request (small) or in parts (large)."""
        return tricky_bytes(self.engine.large if size == "large" else SMALL, seed)

    # -- a client

    def connect(self):
        wire = Wire(self.gateway)
        wire.control.settimeout(PATIENCE)
        self._wires.append(wire)
        return wire

    def try_upload(self, name, content, settling=SETTLING):
        """STOR, whatever it ends with."""
        wire = self.connect()
        began = time.monotonic()
        with wire.passive() as data:
            data.settimeout(PATIENCE)
            reply = wire.say(f"STOR {name}")
            if reply.code in (125, 150):
                try:
                    data.sendall(content)
                    end(data)
                except ConnectionError:
                    pass
                reply = wire.reply()
        seconds = time.monotonic() - began
        left = self.orphans_left(settling)
        return Outcome(reply.code, reply.lines[-1], self.content(name), left, seconds)

    def try_download(self, command):
        """RETR or a listing, whatever it ends with."""
        wire = self.connect()
        began = time.monotonic()
        received = bytearray()
        with wire.passive() as data:
            data.settimeout(PATIENCE)
            reply = wire.say(command)
            if reply.code in (125, 150):
                try:
                    while piece := data.recv(1 << 16):
                        received += piece
                except ConnectionError:
                    pass
                reply = wire.reply()
        return Outcome(reply.code, reply.lines[-1], bytes(received), 0, time.monotonic() - began)

    # -- the log

    def log_lines(self, *texts):
        """Those that hold all of the texts; waits for the first one."""
        give_up = time.monotonic() + SETTLING
        while True:
            lines = self.gateway.log.read_text(errors="replace").splitlines()
            found = [line for line in lines if all(text in line for text in texts)]
            if found or time.monotonic() > give_up:
                return found
            time.sleep(0.02)
