"""What got 226 is on the disk itself: it is there after a power cut.

The disk is an image in a file. What the file holds at a moment is what the platter would hold;
a copy of it, mounted by a second server, is the machine after the power came back. This shows
what kill -9 cannot: there the kernel still has what the server forgot to fsync.
"""

import shutil

import disk_image
from fault_case import FaultCase
from harness.case import scratch
from harness.content import tricky_bytes
from harness.daemon import Daemon
from harness.wire import Wire


class PowerCut(FaultCase):
    durability = "fsync"

    def setUp(self):
        reason = disk_image.why_not(scratch())
        if reason:
            self.skipTest(reason)
        super().setUp()

    def make_daemon(self):
        self.image = disk_image.make(self.root / "disk.img", 32)
        daemon = Daemon(self.root, durability=self.durability)
        daemon.wrapper = disk_image.wrapper(self.image, daemon.data)
        return daemon

    def after_power_cut(self):
        """A second server on a copy of the disk as it is at this moment."""
        self.cuts = getattr(self, "cuts", 0) + 1
        root = self.root / f"after-{self.cuts}"
        root.mkdir()
        copy = shutil.copyfile(self.image, root / "disk.img")
        daemon = Daemon(root, durability=self.durability)
        daemon.wrapper = disk_image.wrapper(copy, daemon.data)
        self.addCleanup(daemon.stop)
        return daemon.start()

    def test_confirmed_uploads_are_there_and_unconfirmed_ones_are_not(self):
        contents = {
            "small.bin": tricky_bytes(100, "small"),
            "large.bin": tricky_bytes(3_000_001, "large"),
            "empty.bin": b"",
            "made/by/the/upload/deep.bin": tricky_bytes(70_000, "deep"),
            "renamed.bin": tricky_bytes(5_000, "renamed"),
        }
        wire = self.connect()
        wire.say("MKD made-before", 257)
        for name, content in contents.items():
            if name == "renamed.bin":
                wire.upload("STOR before.bin", content)
                wire.say("RNFR before.bin", 350)
                wire.say(f"RNTO {name}", 250)
            else:
                wire.upload(f"STOR {name}", b"what was there first")
                wire.upload(f"STOR {name}", content)
        wire.upload("STOR deleted.bin", b"gone before the cut")
        wire.say("DELE deleted.bin", 250)
        running = self.connect().begin("STOR large.bin")
        self.addCleanup(running.close)
        running.sendall(tricky_bytes(500_000, "unfinished"))

        with Wire(self.after_power_cut()) as after:
            for name, content in contents.items():
                self.assertEqual(after.download(f"RETR {name}"), content, name)
            self.assertEqual(
                after.names(), {"small.bin", "large.bin", "empty.bin", "made", "made-before",
                                "renamed.bin"})


class PowerCutWithoutDurability(PowerCut):
    """Shows that the test above can fail: without fsync the last uploads are not there yet."""

    durability = "none"

    def test_confirmed_uploads_are_there_and_unconfirmed_ones_are_not(self):
        content = tricky_bytes(100_000, "volatile")
        for number in range(3):  # the kernel may have written one on its own account
            self.connect().upload(f"STOR {number}.bin", content)
            with Wire(self.after_power_cut()) as after:
                if f"{number}.bin" not in after.names():
                    return
                if after.download(f"RETR {number}.bin") != content:
                    return
        self.fail("nothing was lost without fsync")
