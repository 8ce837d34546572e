"""Ground of the fault tests: a server of its own for each test, and eyes on its disk."""

import os
import re
import time

from harness.case import ServerCase, scratch
from harness.daemon import Daemon
from harness.wire import Closed, Wire

PATIENCE = 20


class FaultCase(ServerCase):
    """`server_options` go into the section [server] of the configuration."""

    server_options = ""
    durability = "none"

    def setUp(self):
        self.root = scratch() / re.sub(r"\W+", "-", self.id())
        self.root.mkdir()
        self.daemon = self.make_daemon()
        self.addCleanup(self.daemon.stop)
        self.daemon.start()
        super().setUp()

    def make_daemon(self):
        return Daemon(self.root, durability=self.durability, server=self.server_options)

    def connect(self, **options):
        wire = Wire(self.daemon, **options)
        self.addCleanup(wire.control.close)
        return wire

    def store(self, name, content):
        """An object that was there before anything went wrong."""
        path = self.daemon.on_disk(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return content

    def content(self, name):
        path = self.daemon.on_disk(name)
        return path.read_bytes() if path.exists() else None

    def unpublished(self):
        """Bytes that lie in the store's folder outside its bucket: uploads not yet published."""
        total = 0
        for folder, folders, files in os.walk(self.daemon.data):
            if os.path.samefile(folder, self.daemon.bucket_root):
                folders.clear()
                continue
            for name in files:
                try:
                    total += os.path.getsize(os.path.join(folder, name))
                except FileNotFoundError:
                    pass
        return total

    def eventually(self, condition, what):
        """For what the server does in its own time, with no reply to wait for."""
        give_up = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > give_up:
                self.fail(f"not within {PATIENCE} s: {what}")
            time.sleep(0.005)

    def assert_serves(self):
        """The server as a whole still does what it is for."""
        with Wire(self.daemon) as wire:
            wire.upload("STOR still-serving.txt", b"yes")
            self.assertEqual(wire.download("RETR still-serving.txt"), b"yes")
            wire.say("DELE still-serving.txt", 250)

    def wait_until_closed(self, connection):
        """Until the server has given the connection up, by FIN or RST."""
        try:
            while connection.recv(1 << 16):
                pass
        except (ConnectionError, Closed):
            pass
