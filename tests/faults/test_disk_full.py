"""A full disk refuses uploads with 552, and takes nothing from anybody."""

import disk_image
from fault_case import FaultCase
from harness.case import scratch
from harness.content import tricky_bytes
from harness.daemon import Daemon
from harness.wire import Wire

MEGABYTES = 24
TOO_LARGE = (MEGABYTES + 8) << 20


class FullDisk(FaultCase):
    def make_daemon(self):
        image = disk_image.make(self.root / "disk.img", MEGABYTES)
        daemon = Daemon(self.root)
        daemon.wrapper = disk_image.wrapper(image, daemon.data)
        return daemon

    def setUp(self):
        reason = disk_image.why_not(scratch())
        if reason:
            self.skipTest(reason)
        super().setUp()
        self.wire = self.connect()
        self.wire.say("TYPE I", 200)

    def refused_for_space(self, command, size):
        """Sends until the server gives up; it may do so before all is sent."""
        content = tricky_bytes(1 << 20, "filler")
        with self.wire.begin(command) as data:
            try:
                for _ in range(size >> 20):
                    data.sendall(content)
            except ConnectionError:
                pass
        return self.wire.expect(552)

    def test_an_upload_that_does_not_fit_leaves_the_old_object(self):
        old = tricky_bytes(700_000, "old")
        self.wire.upload("STOR old.bin", old)
        self.refused_for_space("STOR old.bin", TOO_LARGE)
        self.refused_for_space("STOR new.bin", TOO_LARGE)
        self.refused_for_space("APPE old.bin", TOO_LARGE)
        self.assertEqual(self.wire.names(), {"old.bin"})
        self.assertEqual(self.wire.download("RETR old.bin"), old)

    def test_the_space_of_a_refused_upload_is_free_again(self):
        for _ in range(3):
            self.refused_for_space("STOR big.bin", TOO_LARGE)
        most = tricky_bytes((MEGABYTES - 8) << 20, "most")
        self.wire.upload("STOR big.bin", most)
        self.assertEqual(self.wire.download("RETR big.bin"), most)

    def test_a_full_disk_hinders_nobody_from_reading_and_deleting(self):
        stored = {}
        content = tricky_bytes(1 << 20, "one of many")
        for number in range(MEGABYTES + 1):
            with self.wire.begin(f"STOR {number}.bin") as data:
                try:
                    data.sendall(content)
                except ConnectionError:
                    pass
            if self.wire.expect(226, 552).code != 226:
                break
            stored[f"{number}.bin"] = content
        else:
            self.fail("the disk did not fill up")
        other = Wire(self.daemon)
        self.addCleanup(other.control.close)
        self.assertEqual(other.names(), set(stored))
        for name in stored:
            self.assertEqual(other.download(f"RETR {name}"), content)
        for name in list(stored)[:3]:
            other.say(f"DELE {name}", 250)
        other.upload("STOR again.bin", content)
        self.assertEqual(other.download("RETR again.bin"), content)
