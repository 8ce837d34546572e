"""Ground of the dialogue tests: what a client says, line by line, without the client.

For clients that cannot run here. Each test has a folder of its own and its raw control
connection; `USER` and `PASS` are part of the dialogue, because clients differ before them too.
"""

import re
import shutil

from harness.case import ServerCase, shared_daemon
from harness.content import write_file
from harness.wire import Wire


class DialogueCase(ServerCase):
    family = "IPv4"

    @classmethod
    def setUpClass(cls):
        cls.daemon = shared_daemon()

    def setUp(self):
        super().setUp()
        place = re.sub(r"\W+", "-", self.id())
        self.folder = f"/{place}"
        self.on_disk = self.daemon.on_disk(self.folder)
        self.on_disk.mkdir()
        self.wire = Wire(self.daemon, self.family, login=False)
        self.addCleanup(self.wire.control.close)

    def tearDown(self):
        super().tearDown()
        if not self.failing():
            shutil.rmtree(self.on_disk)

    def seed(self, name, size=10):
        return write_file(self.on_disk / name, size, name)

    def lines(self, listing):
        """A listing's lines, each of which must end in CRLF."""
        text = listing.decode()
        self.assertTrue(text == "" or text.endswith("\r\n"), text)
        self.assertNotRegex(text, r"[^\r]\n")
        return text.split("\r\n")[:-1]
