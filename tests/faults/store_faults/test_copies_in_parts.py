"""Objects that are copied in parts, because something is appended to them or they are large: nobody
waits in silence, and nothing is left behind.
"""

import threading
import time

from harness.wire import Wire, end
from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.proxy import ALWAYS

LARGE = 40 << 20  # three copies or more
PROMPT = 2.0  # seconds; generous for a busy machine, far below every time limit
COPIED = ("UploadPartCopy", 200)


def is_part(*numbers):
    return lambda request: int(request.query["partNumber"]) in numbers


def is_other_than(number):
    return lambda request: int(request.query["partNumber"]) != number


class CopiesInParts:
    store_options = 'largest_copy = "16 MiB"\n'

    def setUp(self):
        super().setUp()
        self.old = self.world.put("old.bin", self.world.bytes_of("small", "old") * (LARGE // 30_000))

    def stall(self, matches=lambda request: True):
        self.proxy.on("UploadPartCopy", faults.stall, times=ALWAYS, matches=matches)

    def assert_old_is_whole(self):
        self.assertTrue(self.world.content("old.bin") == self.old)

    def rename(self, wire):
        wire.say("RNFR old.bin", 350)
        wire.send("RNTO new.bin")


class Appends(CopiesInParts):
    def test_what_is_appended_stands_behind_all_that_stood(self):
        wire = self.world.connect()
        tail = self.world.bytes_of("large", "tail")
        wire.upload("APPE old.bin", tail)
        self.assertGreater(self.proxy.statuses.count(COPIED), 2)
        self.assertTrue(self.world.content("old.bin") == self.old + tail)
        self.assertEqual(self.world.orphans_left(), 0)

    def test_an_append_is_answered_while_its_copies_stand_still(self):
        self.stall()
        for command in ("APPE old.bin", "STOR old.bin"):
            wire = self.world.connect()
            began = time.monotonic()
            if command.startswith("STOR"):
                wire.say(f"REST {LARGE * 3 // 4}", 350)
            with wire.begin(command):
                self.assertLess(time.monotonic() - began, 5 * PROMPT)
                wire.say("ABOR", 426)
                wire.expect(226)
                self.assertLess(time.monotonic() - began, 10 * PROMPT)
        self.assert_old_is_whole()
        self.assertEqual(self.world.orphans_left(), 0)

    def test_copies_do_not_keep_data_from_being_stored(self):
        self.stall()
        wire = self.world.connect()
        with wire.begin("APPE old.bin") as data:
            data.sendall(self.world.bytes_of("large", "tail"))
            self.wait_for(lambda: ("UploadPart", 200) in self.proxy.statuses, "no part is stored")

    def test_a_copy_that_fails_ends_the_append_before_all_is_sent(self):
        self.proxy.on("UploadPartCopy", faults.refuse(403, "AccessDenied"), times=ALWAYS,
                      matches=is_part(2))
        wire = self.world.connect()
        with wire.begin("APPE old.bin") as data:
            self.wait_for(lambda: ("UploadPartCopy", 403) in self.proxy.statuses, "no copy")
            try:
                while True:  # the end is the gateway's
                    data.sendall(bytes(64 << 10))
            except ConnectionError:
                pass
            wire.expect(550)
        self.assert_old_is_whole()
        self.assertEqual(self.world.orphans_left(), 0)


class SlowAppends(CopiesInParts):
    server_options = 'finalize_timeout = "1 s"'

    def test_an_append_whose_copies_take_long_is_not_confirmed_and_stored_all_the_same(self):
        release = threading.Event()
        self.addCleanup(release.set)
        self.proxy.on("UploadPartCopy", faults.held_back(release), times=ALWAYS)
        wire = self.world.connect()
        with wire.begin("APPE old.bin") as data:
            data.sendall(b"tail")
            end(data)
            wire.expect(451)
        self.assert_old_is_whole()
        release.set()
        self.assertTrue(self.world.log_lines("stored, but too late to be confirmed"))
        self.assertTrue(self.world.content("old.bin") == self.old + b"tail")


class CopiesThatAreCutOff(CopiesInParts):
    """By kill -9, and the store has some of the parts: all but one, or one."""

    server_options = 'clean_up = "remove"\nclean_up_interval = "1 s"'
    store_options = CopiesInParts.store_options + 'keep_unfinished = "1 s"\n'
    user_options = 'on_interrupt = "resume"'

    def die(self, begin):
        with Wire(self.daemon) as wire:
            begin(wire)
            self.wait_for(lambda: COPIED in self.proxy.statuses, "no copy")
            self.daemon.kill()
        self.proxy.clear()
        self.assertEqual(len(self.world.orphans()), 1)
        self.daemon.start()

    def assert_nothing_is_left(self):
        self.assert_old_is_whole()
        self.assertIsNone(self.world.content("new.bin"))
        wire = self.world.connect()
        self.assertEqual(wire.names("/"), {"old.bin"})
        self.assertTrue(self.world.log_lines("info an unfinished upload is removed"))
        self.assertEqual(self.world.orphans(), [])

    def begin_append(self, wire):
        data = wire.begin("APPE old.bin")
        self.addCleanup(data.close)

    def test_an_append_that_has_its_first_part(self):
        self.stall(is_other_than(1))
        self.die(self.begin_append)
        self.assert_nothing_is_left()

    def test_an_append_that_lacks_its_first_part(self):
        self.stall(is_part(1))
        self.die(self.begin_append)
        self.assert_nothing_is_left()

    def test_a_rename_that_has_its_first_part(self):
        self.stall(is_other_than(1))
        self.die(self.rename)
        self.assert_nothing_is_left()

    def test_a_rename_that_lacks_its_first_part(self):
        self.stall(is_part(1))
        self.die(self.rename)
        self.assert_nothing_is_left()


    def test_an_append_to_a_short_file_that_has_a_part_behind_it(self):
        self.old = self.world.put("old.bin", self.old[:self.engine.part_bytes + 1000])

        def begin(wire):
            data = wire.begin("APPE old.bin")
            self.addCleanup(data.close)
            data.sendall(self.world.bytes_of("large", "tail"))
            self.wait_for(lambda: ("UploadPart", 200) in self.proxy.statuses, "no part is stored")
        self.die(begin)
        self.assert_nothing_is_left()


class CutOffAppends(CopiesInParts):
    server_options = 'clean_up = "off"'
    user_options = 'on_interrupt = "resume"'

    def test_nobody_goes_on_with_one_when_what_it_was_added_to_is_gone(self):
        with Wire(self.daemon) as wire, wire.begin("APPE old.bin") as data:
            data.sendall(self.world.bytes_of("large", "tail"))
            self.wait_for(lambda: ("UploadPart", 200) in self.proxy.statuses and
                          COPIED in self.proxy.statuses, "no part is stored")
            self.daemon.kill()
        self.daemon.start()
        self.world.remove("old.bin")
        wire = self.world.connect()
        wire.say("SIZE old.bin", 550)
        self.assertEqual(wire.names("/"), set())


class CutOffAppendsToSmallFiles(CutOffAppends):
    def setUp(self):
        super().setUp()
        self.old = self.world.put("old.bin", b"old")

    def test_nobody_goes_on_with_one_when_what_it_was_added_to_is_gone(self):
        self.proxy.statuses.append(COPIED)  # none is needed
        super().test_nobody_goes_on_with_one_when_what_it_was_added_to_is_gone()


class Renames(CopiesInParts):
    def test_a_large_file_is_copied_in_parts_at_the_same_time(self):
        self.proxy.on("UploadPartCopy", faults.trickle(0.2), times=ALWAYS)
        wire = self.world.connect()
        self.rename(wire)
        wire.expect(250)
        self.assertGreater(self.proxy.statuses.count(COPIED), 2)
        self.assertNotIn("CopyObject", self.proxy.operations())
        self.assertTrue(self.world.content("new.bin") == self.old)
        self.assertIsNone(self.world.content("old.bin"))
        self.assertEqual(self.world.orphans_left(), 0)

    def test_a_copy_that_fails_leaves_it_where_it_was(self):
        self.proxy.on("UploadPartCopy", faults.refuse(403, "AccessDenied"), times=ALWAYS,
                      matches=is_part(2))
        wire = self.world.connect()
        self.rename(wire)
        wire.expect(550)
        self.assert_old_is_whole()
        self.assertIsNone(self.world.content("new.bin"))
        self.assertEqual(self.world.orphans_left(), 0)


class TaggedCopiesOnCeph(OnCeph, CopiesInParts, StoreCase):
    """That store forgets the tags of what is made in parts."""

    user_options = 'rights = ["list", "read", "create", "rename", "tags"]'

    def test_a_copy_that_cannot_have_its_tags_is_not_in_the_way_of_the_next_one(self):
        wire = self.world.connect()
        wire.say("SITE TAGS old.bin team=blue", 200)
        refused = self.proxy.on("PutObjectTagging", faults.refuse(403, "AccessDenied"),
                                times=ALWAYS)
        self.rename(wire)
        wire.expect(550)
        self.assertEqual(refused.met, 1)
        self.assertTrue(self.world.content("new.bin") is None)
        self.assert_old_is_whole()
        self.proxy.clear()
        self.rename(wire)
        wire.expect(250)
        self.assertTrue(self.world.content("new.bin") == self.old)
        self.assertIn("team: blue", "".join(wire.say("SITE TAGS new.bin", 200).lines))


def on_both_stores(kinds):
    for kind in kinds:
        for store in (OnOss, OnCeph):
            name = kind.__name__ + store.__name__
            yield name, type(name, (store, kind, StoreCase), {"__module__": __name__})


globals().update(on_both_stores((Appends, SlowAppends, CopiesThatAreCutOff, CutOffAppends,
                                 CutOffAppendsToSmallFiles, Renames)))
