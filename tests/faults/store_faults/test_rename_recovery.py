"""Renames of directories that kill -9 cuts off: they are finished at the next start, and what has
changed meanwhile stays where it is.
"""

import os
import re
import time

from harness.wire import Wire
from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.proxy import ALWAYS

FILES = 8
IN_PARTS = "05.bin"  # uploaded so
DAY = 24 * 3600
OTHER_DIGITS = bytes.maketrans(b"0123456789abcdef", b"123456789abcdef0")


class RenameRecovery:
    def setUp(self):
        super().setUp()
        wire = self.world.connect()
        self.files = {}
        for number in range(FILES):
            name = f"{number:02}.bin"
            size = "large" if name == IN_PARTS else "small"
            self.files[name] = self.world.bytes_of(size, f"file {number}")
            wire.upload(f"STOR above/from/{name}", self.files[name])
        self.proxy.clear()

    def there(self, folder):
        found = {name: self.world.content(f"{folder}/{name}") for name in self.files}
        return {name: content for name, content in found.items() if content is not None}

    def assert_moved(self, but=()):
        """All but those, which are in both places as `but` says: name -> (from, to)."""
        for name, content in self.files.items():
            places = but[name] if name in but else (None, content)
            self.assertEqual(self.world.content(f"above/from/{name}"), places[0], name)
            self.assertEqual(self.world.content(f"to/{name}"), places[1], name)

    def kill_when(self, condition, what):
        with Wire(self.daemon) as wire:
            wire.say("RNFR above/from", 350)
            wire.send("RNTO to")
            self.wait_for(condition, what)
            self.daemon.kill()
        self.proxy.clear()

    def kill_while_it_is_copied(self, noted=""):
        """And the ETag of the copy of that name is written down."""
        self.proxy.on("CopyObject", faults.stall, times=ALWAYS,
                      matches=lambda request: request.key.endswith("to/03.bin"))
        copied = ("CopyObject", 200)
        self.kill_when(lambda: self.proxy.statuses.count(copied) == FILES - 1 and
                       noted in self.noted_copies(), "too few copies")

    def kill_while_it_is_deleted(self):
        self.proxy.on("DeleteObjects", faults.stall, times=ALWAYS)
        self.kill_when(lambda: "DeleteObjects" in self.proxy.operations(), "no deletion")

    def noted_copies(self):
        folder = self.world.root / "state" / "renames"
        return "".join(file.read_text() for file in folder.glob("*.copies"))

    def records(self):
        return list((self.world.root / "state" / "renames").iterdir())

    def wait_until_finished(self):
        self.assertTrue(self.world.log_lines("a rename that was left unfinished is finished"))
        self.wait_for(lambda: not self.records(), "the record is not removed")

    def assert_told(self, *names):
        said = self.world.log_lines("they stay where they are")
        self.assertEqual(len(said), 1)
        for name in names:
            self.assertIn(name, said[0])

    def test_what_was_being_copied_is_finished(self):
        self.kill_while_it_is_copied()
        self.daemon.start()
        self.wait_until_finished()
        self.assert_moved()

    def test_what_was_being_deleted_is_finished(self):
        self.kill_while_it_is_deleted()
        self.daemon.start()
        self.wait_until_finished()
        self.assert_moved()

    def test_the_directory_that_it_was_the_last_in_stays(self):
        self.kill_while_it_is_deleted()
        self.daemon.start()
        self.wait_until_finished()
        self.world.connect().say("CWD above", 250)

    def test_an_original_that_has_changed_or_vanished_is_left_and_told(self):
        self.kill_while_it_is_copied()
        self.world.put("above/from/01.bin", b"changed")
        self.world.remove("above/from/02.bin")
        self.world.put("above/from/03.bin", b"changed before it was copied")
        self.daemon.start()
        self.wait_until_finished()
        self.assert_told("01.bin", "02.bin", "03.bin")
        self.assert_moved(but={"01.bin": (b"changed", self.files["01.bin"]),
                               "02.bin": (None, self.files["02.bin"]),
                               "03.bin": (b"changed before it was copied", None)})

    def test_a_copy_that_has_changed_leaves_its_original(self):
        self.kill_while_it_is_copied()
        other = b"x" * len(self.files["01.bin"])
        self.world.put("to/01.bin", other)
        self.world.put("to/03.bin", b"another's")
        self.daemon.start()
        self.wait_until_finished()
        self.assert_told("01.bin", "03.bin")
        self.assert_moved(but={"01.bin": (self.files["01.bin"], other),
                               "03.bin": (self.files["03.bin"], b"another's")})

    def test_a_copy_of_the_same_size_is_no_reason_to_delete_the_original(self):
        self.kill_while_it_is_deleted()
        others = {name: b"x" * len(self.files[name]) for name in ("01.bin", IN_PARTS)}
        for name, content in others.items():
            self.world.put(f"to/{name}", content)
        self.world.remove("to/02.bin")
        self.daemon.start()
        self.wait_until_finished()
        self.assert_told("01.bin", "02.bin", IN_PARTS)
        self.assert_moved(but={"01.bin": (self.files["01.bin"], others["01.bin"]),
                               "02.bin": (self.files["02.bin"], None),
                               IN_PARTS: (self.files[IN_PARTS], others[IN_PARTS])})

    def test_what_another_stores_over_a_copy_in_parts_while_it_is_copied_leaves_its_original(self):
        self.kill_while_it_is_copied()
        other = b"x" * len(self.files[IN_PARTS])
        self.world.put(f"to/{IN_PARTS}", other)
        self.daemon.start()
        self.wait_until_finished()
        self.assert_told(IN_PARTS)
        self.assert_moved(but={IN_PARTS: (self.files[IN_PARTS], other)})

    def test_a_store_that_is_down_at_the_start_is_asked_again(self):
        self.kill_while_it_is_copied()
        self.proxy.close()
        self.daemon.start()
        self.assertTrue(self.world.log_lines("cannot be finished yet"))
        self.proxy.open()
        self.wait_for(lambda: not self.records(), "it is not finished")
        self.assert_moved()

    def test_a_store_that_fails_in_between_is_asked_again(self):
        self.kill_while_it_is_copied()
        self.proxy.on("DeleteObjects", faults.fail_without_a_word(500), times=4)
        self.daemon.start()
        self.wait_for(lambda: not self.records(), "it is not finished")
        self.assertTrue(self.world.log_lines("cannot be finished yet"))
        self.assert_moved()

    def test_what_was_cut_off_long_ago_is_told_and_no_more(self):
        self.kill_while_it_is_copied()
        left = self.records()
        record, = (file for file in left if file.suffix == ".copying")
        os.utime(record, (time.time() - DAY - 60,) * 2)
        self.daemon.start()
        self.assertTrue(self.world.log_lines("is not finished any more", str(record)))
        self.assertCountEqual(self.records(), left)
        self.assertEqual(self.there("above/from"), self.files)
        self.assertNotIn("CopyObject", self.proxy.operations())


class RenameRecoveryOnOss(OnOss, RenameRecovery, StoreCase):
    pass


def with_other_etags(data):
    """Those of uploads in parts changed, as the copies of such have others on many stores."""
    return re.sub(rb"[0-9a-f]{32}-", lambda etag: etag[0].translate(OTHER_DIGITS), data)


class RenameRecoveryOnCeph(OnCeph, RenameRecovery, StoreCase):
    def change_etags_of_copies(self):
        in_text = faults.spoil_answer(change_body=with_other_etags)
        self.proxy.on("CopyObject", in_text, times=ALWAYS,
                      matches=lambda request: request.key.endswith("to/" + IN_PARTS))
        self.proxy.on("ListObjects", in_text, times=ALWAYS,
                      matches=lambda request: request.query["prefix"].endswith("/to/"))
        in_header = faults.spoil_answer(
            change_header=lambda name, value: with_other_etags(value.encode()).decode())
        self.proxy.on("HeadObject", in_header, times=ALWAYS,
                      matches=lambda request: request.key.endswith("to/" + IN_PARTS))

    def test_copies_with_other_etags_are_known_while_it_is_copied(self):
        self.change_etags_of_copies()
        self.kill_while_it_is_copied(noted=IN_PARTS)
        self.change_etags_of_copies()
        self.daemon.start()
        self.wait_until_finished()
        self.assert_moved()

    def test_copies_with_other_etags_are_known_while_it_is_deleted(self):
        self.change_etags_of_copies()
        self.kill_while_it_is_deleted()
        self.change_etags_of_copies()
        self.daemon.start()
        self.wait_until_finished()
        self.assert_moved()
