"""Directories that are renamed while somebody else changes the same names: what was acknowledged is
there afterwards, whoever was first.
"""

import asyncio
import threading

from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.faults import refuse


def ends_with(name):
    return lambda request: request.key.endswith(name)


def held_back_and_refused(release):
    async def fault(exchange):
        while not release.is_set():
            await asyncio.sleep(0.01)
        await refuse(403, "AccessDenied")(exchange)
    return fault


class RenamesAtOnce:
    def setUp(self):
        super().setUp()
        self.release = threading.Event()
        self.addCleanup(self.release.set)
        self.put("a", "x.bin", "y.bin")
        self.put("b", "x.bin", "z.bin")

    def put(self, folder, *names):
        for name in names:
            self.world.put(f"{folder}/{name}", self.content_of(folder, name))

    @staticmethod
    def content_of(folder, name):
        return f"{name} of {folder}".encode()

    def rename(self, source):
        wire = self.world.connect()
        wire.say(f"RNFR {source}", 350)
        wire.send("RNTO to")
        return wire

    def looks_at_the_name(self):
        """How often it was asked whether a directory has it: who does so waits for a turn next."""
        return sum(request.operation == "ListObjects" and request.query["prefix"].endswith("/to/")
                   for request in self.proxy.requests)

    def wait_for_look(self, before):
        self.wait_for(lambda: self.looks_at_the_name() > before, "the name is not looked at")

    def assert_there(self, **folders):
        """Where each of the files lies, by the folder it was in: `a_x="to"`."""
        for which, place in folders.items():
            folder, name = which.split("_")
            name += ".bin"
            self.assertEqual(self.world.content(f"{place}/{name}"), self.content_of(folder, name))

    def hold_copies(self):
        """Of the first directory, which is renamed."""
        self.proxy.on("CopyObject", faults.held_back(self.release), times=2)
        first = self.rename("a")
        self.wait_for(lambda: "CopyObject" in self.proxy.operations(), "no copy")
        return first

    def rename_both(self):
        """To one name; the second asks while the first is copied."""
        first = self.hold_copies()
        before = self.looks_at_the_name()
        second = self.rename("b")
        self.wait_for_look(before)
        self.release.set()
        first.expect(250)
        second.expect(553)

    def test_of_two_directories_that_take_one_name_the_second_stays(self):
        self.rename_both()
        self.assert_there(a_x="to", a_y="to", b_x="b", b_z="b")
        self.assertIsNone(self.world.content("to/z.bin"))

    def test_two_directories_without_a_common_file_do_not_become_one(self):
        self.world.remove("b/x.bin")
        self.rename_both()
        self.assert_there(a_x="to", a_y="to", b_z="b")
        self.assertIsNone(self.world.content("to/z.bin"))

    def test_an_upload_that_is_confirmed_meanwhile_is_not_replaced(self):
        self.proxy.on("PutObject", faults.held_back(self.release), matches=ends_with("to/x.bin"))
        upload = self.world.connect()
        data = upload.begin("STOR to/x.bin")
        self.addCleanup(data.close)
        data.sendall(b"uploaded")
        data.close()
        self.wait_for(lambda: "PutObject" in self.proxy.operations(), "no upload")
        before = self.looks_at_the_name()
        renaming = self.rename("a")
        self.wait_for_look(before)
        self.release.set()
        upload.expect(226)
        renaming.expect(553)
        self.assertEqual(self.world.content("to/x.bin"), b"uploaded")
        self.assert_there(a_x="a", a_y="a")

    def test_what_another_program_stores_over_a_copy_outlives_a_rename_that_fails(self):
        self.proxy.on("CopyObject", held_back_and_refused(self.release),
                      matches=ends_with("to/y.bin"))
        renaming = self.rename("a")
        self.wait_for(lambda: ("CopyObject", 200) in self.proxy.statuses, "no copy")
        self.world.put("to/x.bin", b"somebody else's")
        self.release.set()
        renaming.expect(550)
        self.assertEqual(self.world.content("to/x.bin"), b"somebody else's")
        self.assert_there(a_x="a", a_y="a")

    def test_what_another_program_stores_in_place_of_a_refused_copy_outlives_the_rename(self):
        self.proxy.on("CopyObject", held_back_and_refused(self.release),
                      matches=ends_with("to/y.bin"))
        renaming = self.rename("a")
        self.wait_for(lambda: any(request.operation == "CopyObject" and
                                  request.key.endswith("to/y.bin")
                                  for request in self.proxy.requests), "no copy")
        same = self.world.put("to/y.bin", self.content_of("a", "y.bin"))
        self.release.set()
        renaming.expect(550)
        self.assertEqual(self.world.content("to/y.bin"), same)
        self.assert_there(a_x="a", a_y="a")
        self.assertIsNone(self.world.content("to/x.bin"))


class RenamesAtOnceOnOss(OnOss, RenamesAtOnce, StoreCase):
    def test_what_another_program_stores_there_is_not_replaced(self):
        first = self.hold_copies()
        self.world.put("to/x.bin", b"somebody else's")
        self.release.set()
        first.expect(553)
        self.assertEqual(self.world.content("to/x.bin"), b"somebody else's")
        self.assert_there(a_x="a", a_y="a")
        self.assertIsNone(self.world.content("to/y.bin"))

    def test_the_same_content_of_another_program_is_no_copy_of_ours(self):
        self.proxy.on("CopyObject", faults.held_back(self.release), matches=ends_with("to/x.bin"))
        self.proxy.on("CopyObject", held_back_and_refused(self.release),
                      matches=ends_with("to/y.bin"))
        renaming = self.rename("a")
        self.wait_for(lambda: self.proxy.operations().count("CopyObject") == 2, "no copies")
        same = self.world.put("to/x.bin", self.content_of("a", "x.bin"))
        self.release.set()
        renaming.expect(550, 553)  # whichever is told first
        self.assertEqual(self.world.content("to/x.bin"), same)
        self.assert_there(a_x="a", a_y="a")


class RenamesAtOnceOnCeph(OnCeph, RenamesAtOnce, StoreCase):
    pass
