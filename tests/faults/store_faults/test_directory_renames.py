"""Directories that are renamed by copies: all of one is in one place, whatever fails."""

import threading

from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.faults import refuse
from store_harness.proxy import ALWAYS

FILES = 40


def ends_with(name):
    return lambda request: request.key.endswith(name)


class DirectoryRenames:
    def setUp(self):
        super().setUp()
        self.files = {f"{n:02}.bin": self.world.bytes_of("small", f"file {n}")
                      for n in range(FILES)}
        for name, content in self.files.items():
            self.world.put(f"from/{name}", content)

    def rename(self, wire):
        wire.say("RNFR from", 350)
        wire.send("RNTO to")

    def there(self, folder):
        found = {name: self.world.content(f"{folder}/{name}") for name in self.files}
        return {name: content for name, content in found.items() if content is not None}

    def assert_only_in(self, folder):
        self.assertEqual(self.there(folder), self.files)
        self.assertEqual(self.there("to" if folder == "from" else "from"), {})

    def test_all_of_it_moves(self):
        wire = self.world.connect()
        self.rename(wire)
        wire.expect(250)
        self.assert_only_in("to")
        wire.say("CWD from", 550)
        self.assertEqual(wire.names("to"), set(self.files))

    def test_a_copy_that_fails_leaves_it_where_it_was(self):
        self.proxy.on("CopyObject", refuse(403, "AccessDenied"), times=ALWAYS,
                      matches=ends_with("to/20.bin"))
        wire = self.world.connect()
        self.rename(wire)
        wire.expect(550)
        self.assert_only_in("from")
        self.proxy.clear()
        self.rename(wire)
        wire.expect(250)
        self.assert_only_in("to")

    def test_what_its_client_was_told_to_have_failed_is_not_done_at_the_next_start(self):
        self.proxy.on("DeleteObjects", refuse(403, "AccessDenied"), times=ALWAYS)
        wire = self.world.connect()
        self.rename(wire)
        wire.expect(550)
        self.assertEqual(self.there("to"), self.files)
        self.daemon.stop()
        self.proxy.clear()
        self.daemon.start()
        self.assertEqual(list((self.world.root / "state" / "renames").iterdir()), [])
        self.assertEqual(self.there("from"), self.files)

    def test_originals_that_a_failing_store_does_not_delete_are_deleted_when_it_is_well(self):
        self.proxy.on("DeleteObjects", faults.fail_without_a_word(500), times=ALWAYS)
        wire = self.world.connect()
        self.rename(wire)
        self.assertIn("finished by itself", wire.expect(451).lines[0])
        self.assertEqual(self.there("to"), self.files)
        self.assertEqual(self.there("from"), self.files)
        self.proxy.clear()
        self.wait_for(lambda: not self.there("from"), "it is not finished")
        self.assert_only_in("to")
        self.assertTrue(self.world.log_lines("a rename that was left unfinished is finished"))
        self.assertEqual(list((self.world.root / "state" / "renames").iterdir()), [])

    def test_copies_whose_answers_are_lost_are_made_all_the_same(self):
        self.proxy.on("CopyObject", faults.lose_answer, times=5)
        wire = self.world.connect()
        self.rename(wire)
        wire.expect(250)
        self.assert_only_in("to")

    def begin_held(self):
        """A rename whose first copies wait until the event is set."""
        release = threading.Event()
        self.addCleanup(release.set)
        self.proxy.on("CopyObject", faults.held_back(release), times=16)
        wire = self.world.connect()
        self.rename(wire)
        self.wait_for(lambda: "CopyObject" in self.proxy.operations(), "no copy")
        return wire, release

    def test_abor_ends_it(self):
        wire, release = self.begin_held()
        wire.send("ABOR")
        self.assertTrue(self.world.log_lines("verb=ABOR"))
        release.set()
        wire.expect(451)
        wire.expect(226)
        self.wait_for(lambda: not self.there("to"), "the copies are not deleted")
        self.assert_only_in("from")

    def test_abor_is_answered_while_copies_stand_still_and_undone_when_they_go_on(self):
        wire, release = self.begin_held()
        wire.control.settimeout(5)  # seconds; the store's time limit is ten minutes
        wire.send("ABOR")
        self.assertIn("not confirmed", wire.expect(451).lines[0])
        wire.expect(226)
        wire.say("NOOP", 200)
        release.set()
        self.assertTrue(self.world.log_lines("a change that was not confirmed has failed"))
        self.assert_only_in("from")

    @staticmethod
    def status(wire):
        wire.send(b"\xff\xf4\xff\xf2STAT\r\n")
        return "\n".join(wire.expect(211).lines)

    def test_stat_in_telnets_way_tells_how_far_it_is(self):
        release = threading.Event()
        self.addCleanup(release.set)
        self.proxy.on("CopyObject", faults.held_back(release), matches=ends_with("to/30.bin"))
        wire = self.world.connect()
        self.rename(wire)
        copied = ("CopyObject", 200)
        self.wait_for(lambda: self.proxy.statuses.count(copied) == FILES - 1, "too few copies")
        how_far = f"{FILES - 1} of {FILES} files ({sum(map(len, self.files.values()))} bytes)"
        self.wait_for(lambda: how_far in self.status(wire), "STAT does not tell")
        wire.send(b"\xff\xf4\xff\xf2NOOP\r\n")
        wire.expect(200)
        wire.send("NOOP")  # in its turn
        release.set()
        wire.expect(250)
        wire.expect(200)

    def test_abor_is_too_late_when_all_is_copied(self):
        release = threading.Event()
        self.addCleanup(release.set)

        def is_look_at_the_originals(request):
            return (request.query["prefix"].endswith("/from/") and
                    self.proxy.statuses.count(("CopyObject", 200)) == FILES)
        looked = self.proxy.on("ListObjects", faults.held_back(release),
                               matches=is_look_at_the_originals)
        wire = self.world.connect()
        self.rename(wire)
        self.wait_for(lambda: looked.met == 1, "the originals are not listed again")
        wire.send("ABOR")
        self.assertTrue(self.world.log_lines("verb=ABOR"))
        release.set()
        wire.expect(250)
        wire.expect(226)
        self.assert_only_in("to")


class LargeDirectories:
    store_options = "rename_objects = 3\n"

    def test_a_directory_that_is_too_large_stays_where_it_is(self):
        for n in range(4):
            self.world.put(f"from/{n}.bin", b"content")
        wire = self.world.connect()
        wire.say("RNFR from", 350)
        reply = wire.say("RNTO to", 553)
        self.assertIn("too large", reply.lines[0])
        self.assertNotIn("CopyObject", self.proxy.operations())


class DirectoryRenamesOnOss(OnOss, DirectoryRenames, StoreCase):
    pass


class DirectoryRenamesOnCeph(OnCeph, DirectoryRenames, StoreCase):
    pass


class LargeDirectoriesOnOss(OnOss, LargeDirectories, StoreCase):
    pass


class LargeDirectoriesOnCeph(OnCeph, LargeDirectories, StoreCase):
    pass
