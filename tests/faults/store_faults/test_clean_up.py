"""Unfinished uploads that nobody goes on with are removed, and no others."""

import time

from harness.wire import Wire
from store_harness.case import OnCeph, OnOss, StoreCase


class CleanUp:
    server_options = 'clean_up = "remove"\nclean_up_interval = "1 s"'
    store_options = 'keep_unfinished = "1 s"'

    def begin_and_die(self, name):
        """The store has a part of an upload, and the gateway knows nothing of it any more."""
        with Wire(self.daemon) as wire, wire.passive() as data:
            wire.say(f"STOR {name}", 150)
            data.sendall(self.world.bytes_of("large", name)[:self.engine.part_bytes * 3 // 2])
            while ("UploadPart", 200) not in self.proxy.statuses:
                time.sleep(0.01)
            self.daemon.kill()
        upload, = self.world.orphans()
        return upload

    def test_what_a_crash_left_is_removed_and_others_uploads_stay(self):
        self.begin_and_die("own.bin")
        others = self.engine.begin_upload(self.world.prefix + "other.bin",
                                          bytes(self.engine.part_bytes))
        self.daemon.start()
        removed, = self.world.log_lines("info an unfinished upload is removed")
        self.assertIn("own.bin", removed)
        self.assertEqual(self.world.orphans(), [others])
        self.world.log_lines("unfinished uploads are removed", "uploads=1")


class ResumableCleanUp(CleanUp):
    user_options = 'on_interrupt = "resume"'


class CleanUpReport(CleanUp):
    server_options = 'clean_up = "report"\nclean_up_interval = "1 s"'

    def test_what_a_crash_left_is_removed_and_others_uploads_stay(self):
        upload = self.begin_and_die("own.bin")
        self.daemon.start()
        self.assertTrue(self.world.log_lines("an unfinished upload would be removed", upload))
        self.assertEqual(self.world.orphans(), [upload])


class CleanUpOnOss(OnOss, CleanUp, StoreCase):
    pass


class CleanUpOnCeph(OnCeph, CleanUp, StoreCase):
    pass


class ResumableCleanUpOnOss(OnOss, ResumableCleanUp, StoreCase):
    pass


class ResumableCleanUpOnCeph(OnCeph, ResumableCleanUp, StoreCase):
    pass


class CleanUpReportOnOss(OnOss, CleanUpReport, StoreCase):
    pass


class CleanUpReportOnCeph(OnCeph, CleanUpReport, StoreCase):
    pass
