"""What every client must be able to do, as tables of tests.

Each test works in a folder of its own on the server, looks at the embedded store's files on
disk, and compares content by SHA-256. A client that cannot do a thing says so in its driver.
"""

import os
import re
import shutil

from drivers.driver import ClientFailed, words_of
from harness.content import (
    ODD_NAMES, sha256, sha256_of, tree_of, write_file, write_tree)


class Stage:
    """Mixed into unittest.TestCase by test_clients and test_tls_routes.
    REQUIRES: `daemon`, `driver_class`, `route`, `scratch`."""

    def setUp(self):
        super().setUp()
        test = self._testMethodName.removeprefix("test_")
        place = f"{self.driver_class.name}-{words_of(self.route)}-{test}"
        self.local = self.scratch / place
        self.local.mkdir()
        (self.local / "home").mkdir()
        self.folder = f"/{place}"
        self.on_disk = self.daemon.on_disk(self.folder)
        self.on_disk.mkdir()
        self.client = self.driver_class(self.daemon, self.route, self.local / "home")

    def tearDown(self):
        super().tearDown()
        if not self.failing():
            shutil.rmtree(self.local)
            shutil.rmtree(self.on_disk)

    def needs(self, *operations):
        for operation in operations:
            reason = self.driver_class.why_not(operation, self.route)
            if reason:
                self.skipTest(reason)

    def seed(self, name, size, seed=""):
        """A file in the store, put there behind the server's back."""
        return write_file(self.on_disk / name, size, f"{name} {seed}")

    def make(self, name, size, seed=""):
        return write_file(self.local / name, size, f"{name} {seed}")

    def remote(self, name):
        return f"{self.folder}/{name}"


class Scenarios(Stage):
    """What people do with a client."""

    # -- single files

    def test_an_upload_arrives_whole(self):
        self.needs("put")
        files = [self.make(f"{size}.bin", size) for size in (0, 1, 65_537, 1_200_003)]
        self.client.put([(file, self.remote(file.name)) for file in files])
        for file in files:
            self.assertEqual(sha256(self.on_disk / file.name), sha256(file), file.name)

    def test_a_download_arrives_whole(self):
        self.needs("get")
        files = [self.seed(f"{size}.bin", size) for size in (0, 1, 65_537, 1_200_003)]
        self.client.get([(self.remote(file.name), self.local / file.name) for file in files])
        for file in files:
            self.assertEqual(sha256(self.local / file.name), sha256(file), file.name)

    def test_an_upload_replaces_the_old_content(self):
        self.needs("put")
        self.seed("file.bin", 300_000, "old")
        new = self.make("file.bin", 70_000, "new")
        self.client.put([(new, self.remote("file.bin"))])
        self.assertEqual(sha256(self.on_disk / "file.bin"), sha256(new))

    def test_an_upload_resumes(self):
        self.needs("resume_put")
        whole = self.make("file.bin", 700_001)
        (self.on_disk / "file.bin").write_bytes(whole.read_bytes()[:300_007])
        self.client.resume_put(whole, self.remote("file.bin"))
        self.assertEqual(sha256(self.on_disk / "file.bin"), sha256(whole))

    def test_a_download_resumes(self):
        self.needs("resume_get")
        whole = self.seed("file.bin", 700_001)
        (self.local / "file.bin").write_bytes(whole.read_bytes()[:300_007])
        self.client.resume_get(self.remote("file.bin"), self.local / "file.bin")
        self.assertEqual(sha256(self.local / "file.bin"), sha256(whole))

    def test_appending_adds_to_the_end(self):
        self.needs("append")
        old = self.seed("log.txt", 5_000).read_bytes()
        more = self.make("more.txt", 70_000)
        self.client.append(more, self.remote("log.txt"))
        self.assertEqual(sha256(self.on_disk / "log.txt"), sha256_of(old + more.read_bytes()))

    def test_a_missing_file_is_reported(self):
        self.needs("get")
        with self.assertRaises(ClientFailed):
            self.client.get([(self.remote("no such file"), self.local / "nothing")])

    def test_a_rename_moves_the_content(self):
        self.needs("rename")
        first = sha256(self.seed("before.bin", 50_000))
        second = sha256(self.seed("from/file.bin", 3_000))
        (self.on_disk / "to").mkdir()
        self.client.rename([
            (self.remote("before.bin"), self.remote("after it.bin")),
            (self.remote("from/file.bin"), self.remote("to/file.bin"))])
        self.assertEqual(tree_of(self.on_disk), {
            "after it.bin": first, "from": None, "to": None, "to/file.bin": second})

    def test_a_folder_is_renamed_with_all_in_it(self):
        self.needs("rename")
        write_tree(self.on_disk / "before")
        before = tree_of(self.on_disk / "before")
        self.client.rename([(self.remote("before"), self.remote("after"))])
        self.assertFalse((self.on_disk / "before").exists())
        self.assertEqual(tree_of(self.on_disk / "after"), before)

    def test_a_deleted_file_is_gone(self):
        self.needs("delete")
        self.seed("gone.bin", 10)
        self.seed("gone too.bin", 10)
        kept = sha256(self.seed("kept.bin", 10))
        self.client.delete([self.remote("gone.bin"), self.remote("gone too.bin")])
        self.assertEqual(tree_of(self.on_disk), {"kept.bin": kept})

    # -- folders

    def test_folders_come_and_go(self):
        self.needs("mkdir", "rmdir")
        self.client.mkdir([self.remote("one"), self.remote("one/two"), self.remote("目 录")])
        self.assertEqual(tree_of(self.on_disk), {"one": None, "one/two": None, "目 录": None})
        self.client.rmdir([self.remote("one/two"), self.remote("目 录")])
        self.assertEqual(tree_of(self.on_disk), {"one": None})

    def test_a_folder_with_something_in_it_stays(self):
        self.needs("rmdir")
        self.seed("full/file.bin", 10)
        with self.assertRaises(ClientFailed):
            self.client.rmdir([self.remote("full")])
        self.assertTrue((self.on_disk / "full/file.bin").exists())

    def test_an_empty_folder_lists_empty(self):
        self.needs("names")
        self.assertEqual(self.client.names(self.folder), set())

    # -- many files

    def test_a_pattern_fetches_what_matches(self):
        self.needs("get_matching")
        wanted = {f"scan {n}.pdf": sha256(self.seed(f"scan {n}.pdf", n * 50)) for n in range(5)}
        self.seed("scan.txt", 10)
        into = self.local / "into"
        into.mkdir()
        self.client.get_matching(self.folder, "*.pdf", into)
        self.assertEqual(tree_of(into), wanted)

    def test_a_tree_is_mirrored_up(self):
        self.needs("mirror_up")
        tree = write_tree(self.local / "tree")
        self.client.mirror_up(tree, self.folder)
        self.assertEqual(tree_of(self.on_disk), tree_of(tree))

    def test_a_second_mirror_moves_only_what_changed(self):
        """Times set by the client must come back in listings, or it sends everything again."""
        self.needs("mirror_up", "mirror_up_again")
        tree = write_tree(self.local / "tree")
        for file in tree.rglob("*.*"):
            os.utime(file, (1_600_000_000, 1_600_000_000))
        self.client.mirror_up(tree, self.folder)
        first = {file: file.stat().st_ctime_ns for file in self.on_disk.rglob("*.*")}
        write_file(tree / "large.bin", 70_000, "changed")
        self.client.mirror_up_again(tree, self.folder)
        moved = {file.name for file, time in first.items() if file.stat().st_ctime_ns != time}
        self.assertEqual(moved, {"large.bin"})
        self.assertEqual(tree_of(self.on_disk), tree_of(tree))

    def test_a_tree_is_mirrored_down(self):
        self.needs("mirror_down")
        write_tree(self.on_disk)
        self.client.mirror_down(self.folder, self.local / "copy")
        self.assertEqual(tree_of(self.local / "copy"), tree_of(self.on_disk))

    # -- times

    def test_an_upload_keeps_its_time(self):
        self.needs("put_dated")
        file = self.make("file.bin", 100)
        os.utime(file, (1_500_000_000, 1_500_000_000))
        self.client.put_dated(file, self.remote("file.bin"))
        self.assertEqual(sha256(self.on_disk / "file.bin"), sha256(file))
        self.assertEqual(int((self.on_disk / "file.bin").stat().st_mtime), 1_500_000_000)

    def test_a_download_keeps_its_time(self):
        self.needs("get_dated")
        file = self.seed("file.bin", 100)
        os.utime(file, (1_500_000_000, 1_500_000_000))
        self.client.get_dated(self.remote("file.bin"), self.local / "file.bin")
        self.assertEqual(sha256(self.local / "file.bin"), sha256(file))
        self.assertEqual(int((self.local / "file.bin").stat().st_mtime), 1_500_000_000)


class NameScenarios(Scenarios):
    """The same with names that are easy to lose. No protection of the connection changes them."""

    def usable_names(self, operation):
        names = {}
        for label, name in ODD_NAMES.items():
            reason = self.driver_class.why_not_name(operation, label)
            if reason:
                with self.subTest(label):
                    self.skipTest(reason)
            else:
                names[label] = name
        return names

    def test_odd_names_are_listed(self):
        self.needs("names")
        names = self.usable_names("names")
        for name in names.values():
            self.seed(name, 3)
        self.assertEqual(self.client.names(self.folder), set(names.values()))

    def test_odd_names_are_listed_with_details(self):
        self.needs("long_names")
        names = self.usable_names("long_names")
        for name in names.values():
            self.seed(name, 3)
        (self.on_disk / "a folder").mkdir()
        self.assertEqual(
            self.client.long_names(self.folder), set(names.values()) | {"a folder"})

    def test_odd_names_are_uploaded(self):
        self.needs("put")
        names = self.usable_names("put")
        files = {name: self.make(f"{number}.bin", 1_000 + number)
                 for number, name in enumerate(names.values())}
        self.client.put([(file, self.remote(name)) for name, file in files.items()])
        self.assertEqual(
            tree_of(self.on_disk), {name: sha256(file) for name, file in files.items()})

    def test_odd_names_are_downloaded(self):
        self.needs("get")
        names = self.usable_names("get")
        files = {name: self.seed(name, 1_000 + number)
                 for number, name in enumerate(names.values())}
        into = self.local / "into"
        into.mkdir()
        self.client.get([
            (self.remote(name), into / f"{number}.bin") for number, name in enumerate(files)])
        for number, (name, file) in enumerate(files.items()):
            self.assertEqual(sha256(into / f"{number}.bin"), sha256(file), name)

    def test_odd_names_are_renamed_and_deleted(self):
        self.needs("rename", "delete")
        names = [name for label, name in self.usable_names("rename").items()
                 if not self.driver_class.why_not_name("delete", label)]
        for number, name in enumerate(names):
            self.seed(f"{number}", 10)
        self.client.rename([
            (self.remote(f"{number}"), self.remote(name)) for number, name in enumerate(names)])
        self.assertEqual(set(tree_of(self.on_disk)), set(names))
        self.client.delete([self.remote(name) for name in names])
        self.assertEqual(tree_of(self.on_disk), {})


class InShort(Stage):
    """Enough transfers in one session to run out of tickets, a file larger than every buffer
    among them, and a listing."""

    def test_files_go_up_are_listed_and_come_down(self):
        self.needs("put")
        files = [self.make(f"{size}.bin", size) for size in (3_000_017, 0, 5, 70_000)]
        self.client.put([(file, self.remote(file.name)) for file in files])
        expected = {file.name: sha256(file) for file in files}
        self.assertEqual(tree_of(self.on_disk), expected)
        self.assertEqual(self.client.names(self.folder), set(expected))
        into = self.local / "into"
        into.mkdir()
        self.client.get([(self.remote(name), into / name) for name in expected])
        self.assertEqual(tree_of(into), expected)

        log = self.daemon.tail(self.log_start, lines=10_000)
        version = {"tls12": "TLSv1.2", "tls13": "TLSv1.3"}[self.route.version]
        self.assertEqual(set(re.findall(r'TLS session=\d+ version="(\S+)', log)), {version})
        self.assertNotRegex(log, "handshake failed|data connection failed|transfer failed")
