"""What needs more than one fault, or a look at more than one thing."""

import time

from harness.wire import Wire
from store_faults.test_uploads import EVERYWHERE, assert_true
from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.faults import refuse
from store_harness.proxy import ALWAYS

WHITE_SPACE = b" \n" * 200


class Stories:
    def upload(self, size):
        old = self.world.put("old.bin", self.world.bytes_of("small", "old"))
        new = self.world.bytes_of(size, "new")
        return old, new, self.world.try_upload("old.bin", new)

    def test_a_refusal_for_good_is_not_repeated(self):
        rule = self.proxy.on("PutObject", refuse(403, "AccessDenied"), times=ALWAYS)
        old, new, outcome = self.upload("small")
        assert_true(self, old, new, outcome)
        self.assertEqual((outcome.code, rule.met), (550, 1))

    def test_a_store_that_is_down_fails_uploads_until_it_is_back(self):
        old = self.world.put("old.bin", self.world.bytes_of("small", "old"))
        self.proxy.close()
        for size in ("small", "large"):
            new = self.world.bytes_of(size, "new")
            outcome = self.world.try_upload("old.bin", new)
            assert_true(self, old, new, outcome)
            self.assertEqual(outcome.code, 451)
            self.assertLess(outcome.seconds, 5)
        self.proxy.open()
        outcome = self.world.try_upload("old.bin", new)
        assert_true(self, old, new, outcome)
        self.assertEqual((outcome.code, outcome.orphans), (226, 0))

    def test_a_store_that_goes_down_in_the_middle_fails_the_upload(self):
        old = self.world.put("old.bin", self.world.bytes_of("small", "old"))
        new = self.world.bytes_of("large", "new")
        wire = self.world.connect()
        with wire.begin("STOR old.bin") as data:
            data.sendall(new[:len(new) // 2])
            while "UploadPart" not in [operation for operation, _ in self.proxy.statuses]:
                time.sleep(0.01)
            self.proxy.close()
            began = time.monotonic()
            try:
                data.sendall(new[len(new) // 2:])
            except ConnectionError:
                pass
        wire.expect(451)
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(self.world.content("old.bin"), old)
        self.proxy.open()
        self.assertEqual(self.world.try_upload("old.bin", new, settling=0).code, 226)
        self.assertEqual(self.world.content("old.bin"), new)

    def test_temporary_keys_that_have_expired_fail_the_upload(self):
        for size in ("small", "large"):
            with self.subTest(size):
                self.proxy.clear()
                for operation in EVERYWHERE:
                    self.proxy.on(operation, refuse(403, self.engine.expired), times=ALWAYS)
                old, new, outcome = self.upload(size)
                assert_true(self, old, new, outcome)
                self.assertEqual(outcome.code, 451)

    def test_a_store_with_another_clock_is_followed(self):
        refusals = []
        follow = faults.skewed_clock(20, self.engine.sign_anew)
        for operation in (*EVERYWHERE, "GetObject", "HeadObject"):
            self.proxy.on(operation, follow, times=ALWAYS)
        for size in ("small", "large"):
            old, new, outcome = self.upload(size)
            assert_true(self, old, new, outcome)
            self.assertEqual(outcome.code, 226)
            refusals.append([status for _, status in self.proxy.statuses].count(403))
        self.assertEqual(refusals, [1, 1], "refused once, and never again")
        self.assertEqual(self.world.try_download("RETR old.bin").content, new)
        self.assertTrue(self.world.log_lines("the store's clock differs"))

    def test_an_upload_that_cannot_be_removed_at_once_is_removed_later(self):
        self.proxy.on("UploadPart", refuse(500, "InternalError"), times=ALWAYS)
        self.proxy.on("AbortMultipartUpload", refuse(503, "SlowDown"))
        old, new, outcome = self.upload("large")
        assert_true(self, old, new, outcome)
        self.assertEqual((outcome.code, outcome.orphans), (451, 0))

    def test_a_file_that_must_not_exist_is_stored_in_spite_of_a_lost_answer(self):
        """The repetition finds the file that the first attempt has made."""
        for operation, size in (("PutObject", "small"), ("CompleteMultipartUpload", "large")):
            self.proxy.on(operation, faults.lose_answer)
            new = self.world.bytes_of(size, "new")
            wire = self.world.connect()
            with wire.passive() as data:
                name = wire.say("STOU", 150).lines[0].partition("FILE: ")[2]
                data.sendall(new)
            wire.expect(226)
            self.assertTrue(self.world.content(name) == new)

    def test_an_addition_is_stored_once_in_spite_of_a_lost_answer(self):
        """Who is told that it failed adds once more."""
        tail = self.world.bytes_of("small", "tail")
        for size in ("small", "large"):
            for operation in ("PutObject", "CompleteMultipartUpload"):
                self.proxy.clear()
                old = self.world.put("old.bin", self.world.bytes_of(size, "old"))
                self.proxy.on(operation, faults.lose_answer)
                wire = self.world.connect()
                wire.upload("APPE old.bin", tail)
                self.assertTrue(self.world.content("old.bin") == old + tail, (size, operation))
                # From the middle on: of what is kept the store tells no checksum.
                wire.say(f"REST {len(old) - 7}", 350)
                wire.upload("STOR old.bin", tail)
                self.assertTrue(self.world.content("old.bin") == old[:-7] + tail,
                                (size, operation))

    def test_an_addition_to_bytes_that_were_damaged_on_their_way_is_refused(self):
        old = self.world.put("old.bin", self.world.bytes_of("small", "old"))
        self.proxy.on("GetObject", faults.spoil_answer(faults.flip_a_bit), times=ALWAYS)
        wire = self.world.connect()
        with wire.passive() as data:
            code = wire.say("APPE old.bin").code
            if code == 150:
                data.sendall(b"tail")
                data.close()
                code = wire.reply().code
        self.assertEqual(code, 451)
        self.assertEqual(self.world.content("old.bin"), old)

    def test_kill_9_in_the_middle_of_an_upload_leaves_the_old_object(self):
        old = self.world.put("old.bin", self.world.bytes_of("small", "old"))
        new = self.world.bytes_of("large", "new")
        with Wire(self.daemon) as wire, wire.begin("STOR old.bin") as data:
            data.sendall(new[:-1000])
            while "UploadPart" not in [operation for operation, _ in self.proxy.statuses]:
                time.sleep(0.01)
            self.daemon.kill()
        self.assertEqual(self.world.content("old.bin"), old)
        self.daemon.start()
        self.assertEqual(self.world.try_download("RETR old.bin").content, old)
        self.assertEqual(self.world.try_upload("old.bin", new, settling=0).code, 226)
        self.assertTrue(self.world.content("old.bin") == new)


class Renames:
    def rename(self):
        moved = self.world.put("from.bin", self.world.bytes_of("small", "moved"))
        old = self.world.put("to.bin", self.world.bytes_of("small", "old"))
        wire = self.world.connect()
        wire.say("RNFR from.bin", 350)
        reply = wire.say("RNTO to.bin")
        there = self.world.content("from.bin"), self.world.content("to.bin")
        return moved, old, reply.code, there

    def test_a_rename_survives_what_passes(self):
        for fault in (faults.error_in_200(), faults.error_in_200(WHITE_SPACE), faults.lose_answer,
                      refuse(503, "SlowDown")):
            self.proxy.clear()
            self.proxy.on("CopyObject", fault)
            self.proxy.on("DeleteObject", faults.lose_answer)
            moved, _, code, there = self.rename()
            self.assertEqual((code, there), (250, (None, moved)))

    def test_a_rename_that_fails_loses_nothing(self):
        for fault in (faults.error_in_200(), faults.error_in_200(WHITE_SPACE), faults.cut_answer(0),
                      refuse(500, "InternalError"), faults.captive_portal):
            self.proxy.clear()
            self.proxy.on("CopyObject", fault, times=ALWAYS)
            moved, old, code, there = self.rename()
            if code == 250:  # only the answer was cut: the copy has been made, and looked at
                self.assertEqual(there, (None, moved))
                continue
            self.assertEqual(code, 451)
            self.assertEqual(there, (moved, old))


class CaptivePortal:
    """Somebody who answers in the store's place, to all that is asked."""

    def test_a_captive_portal_tells_nothing_of_a_file(self):
        self.assert_nothing_done("SIZE file.bin", "MDTM file.bin", "MLST file.bin")

    def test_a_captive_portal_deletes_no_file(self):
        self.assert_nothing_done("DELE file.bin")

    def test_a_captive_portal_has_no_directories(self):
        self.assert_nothing_done("CWD folder", "MKD folder", "RMD folder")

    def assert_nothing_done(self, *commands):
        self.world.put("file.bin", b"content")
        wire = self.world.connect()
        for operation in ("HeadObject", "GetObject", "DeleteObject", "PutObject", "ListObjects"):
            self.proxy.on(operation, faults.captive_portal, times=ALWAYS)
        for command in commands:
            reply = wire.say(command)
            self.assertNotEqual(reply.code // 100, 2, f"{command}: {reply.lines}")
        self.assertEqual(self.world.content("file.bin"), b"content")


class CaptivePortalOnOss(OnOss, CaptivePortal, StoreCase):
    pass


class CaptivePortalOnCeph(OnCeph, CaptivePortal, StoreCase):
    pass


class StoriesOnOss(OnOss, Stories, StoreCase):
    pass


class StoriesOnCeph(OnCeph, Stories, StoreCase):
    pass


class RenamesOnOss(OnOss, Renames, StoreCase):
    pass


class RenamesOnCeph(OnCeph, Renames, StoreCase):
    pass
