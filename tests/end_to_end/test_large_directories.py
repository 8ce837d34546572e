"""A directory of 1,000,000 files: shown as it is told, page by page, in constant memory."""

import threading

from store_harness import generated
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.proxy import ALWAYS

COUNT = 1_000_000
MORE_MEMORY = 32 << 20  # bytes above what it takes without


class LargeDirectories:
    def setUp(self):
        super().setUp()
        self.go_on = threading.Event()
        for name, count in (("million", COUNT), ("some", COUNT // 20)):
            self.generate(f"{self.world.prefix}{name}/", count)
        self.wire = self.world.connect()

    def generate(self, directory, count):
        self.proxy.on("ListObjects", generated.listing(directory, count, self.go_on), times=ALWAYS,
                      matches=lambda request: request.query["prefix"].startswith(directory))

    def lines_of(self, command):
        """Yields the lines of a listing. The store says no more than two pages, until the first
        of them is here."""
        with self.wire.passive() as data:
            self.wire.say(command, 150)
            rest = data.recv(1)
            self.go_on.set()
            while received := data.recv(1 << 18):
                *lines, rest = (rest + received).split(b"\r\n")
                yield from lines
        self.assertEqual(rest, b"")
        self.wire.expect(226)

    def assert_all_are_listed(self, command, count):
        before = self.daemon.most_memory()
        expected = 0
        for line in self.lines_of(command):
            self.assertEqual(line.rpartition(b" ")[2], b"%07d.bin" % expected)
            expected += 1
        self.assertEqual(expected, count)
        self.assertLess(self.daemon.most_memory() - before, MORE_MEMORY)
        self.assertLessEqual(self.proxy.operations().count("ListObjects"), count // 1000 + 1)

    def test_mlsd_shows_all_files_page_by_page(self):
        self.assert_all_are_listed("MLSD some", COUNT // 20)

    def test_a_glob_asks_for_no_more_than_it_matches(self):
        names = list(self.lines_of("NLST million/0999*"))
        self.assertEqual(len(names), 1000)
        self.assertEqual(names[0], b"million/0999000.bin")
        self.assertLessEqual(self.proxy.operations().count("ListObjects"), 3)

    def test_noop_is_answered_and_abor_ends_it(self):
        with self.wire.passive() as data:
            self.wire.say("LIST million", 150)
            data.recv(1)
            self.wire.say("NOOP", 200)
            self.wire.say("STAT", 211)
            self.wire.send("ABOR")
            self.wire.expect(426)
            self.wire.expect(226)
        self.go_on.set()
        self.assertLess(self.proxy.operations().count("ListObjects"), 10)


class LargeDirectoriesOnOss(OnOss, LargeDirectories, StoreCase):
    def test_list_shows_a_million_files_page_by_page(self):
        self.assert_all_are_listed("LIST million", COUNT)


class LargeDirectoriesOnCeph(OnCeph, LargeDirectories, StoreCase):
    pass
