"""A tree that lftp mirrors up and down again: what lies in the store is what a client of the store
itself reads, what comes down is what went up, and the requests are as few as they can be.
"""

import collections
import concurrent.futures
import math
import os
import random

import lftp
from harness.content import sha256_of, tree_of
from store_harness.case import OnCeph, OnOss, StoreCase

FILES = int(os.environ.get("GATEWAY_FILES") or 2000)
LARGEST = 200 << 10
PAGE = 1000  # keys of a page of a listing
READERS = 4  # that look at the store directly

# Each holds some files. The first has more than a page of them.
FOLDERS = ("many", "a", "a/b", "a/b/c", "two  words", "照片 2024", "100% + #1 & co", "plus+plus",
           "%2e%2e", "cafe\u0301")
ODD = ("with space {}.txt", "文件 {}.txt", "100%25 {}.bin", "a+b {}.bin", "#{}.html", "&{};x=y.txt",
       "it's {}.txt", "[{}] {{x}}.txt", "q?{}=1", "{}~")


def write_tree(root):
    """Half of the files and some more lie in the first folder. Sizes from nothing to LARGEST."""
    generator = random.Random("tree")
    for number in range(FILES):
        folder = FOLDERS[0] if number % 20 < 11 else FOLDERS[number % len(FOLDERS)]
        name = ODD[number // 7 % len(ODD)] if number % 7 == 0 else "file {}.bin"
        size = (0, 1, LARGEST)[number] if number < 3 else int(LARGEST * generator.random() ** 3)
        path = root / folder / name.format(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(generator.randbytes(size))
    return root


class Mirror:
    impatient = False
    # Otherwise the requests would depend on how many seconds a folder takes.
    store_options = 'stat_cache = "1 h"\n'

    def setUp(self):
        super().setUp()
        self.original = write_tree(self.world.root / "original")
        self.tree = tree_of(self.original)
        self.files = {path: digest for path, digest in self.tree.items() if digest}
        self.folders = {path for path, digest in self.tree.items() if digest is None}
        self.assertEqual(len(self.files), FILES)

    def stored(self):
        """Path -> SHA-256 of all that the store holds, folders too, without the gateway."""
        keys = self.engine.keys(self.world.prefix)
        names = [key.removeprefix(self.world.prefix) for key in keys]

        def digest(name):
            return None if name.endswith("/") else sha256_of(self.world.content(name))
        with concurrent.futures.ThreadPoolExecutor(READERS) as pool:
            return dict(zip((name.rstrip("/") for name in names), pool.map(digest, names)))

    def cost(self, action):
        self.proxy.clear()
        action()
        return collections.Counter(self.proxy.operations())

    def test_a_tree_goes_up_and_comes_down_unchanged(self):
        up = self.cost(lambda: lftp.mirror(self.daemon.port, self.original, "/", "-R",
                                           "--no-perms"))
        self.assertEqual(self.stored(), self.tree)
        with self.subTest("requests of the way up"):
            # Each folder has a marker.
            self.assertEqual(up.pop("PutObject"), FILES + len(self.folders))
            # After each file lftp sends MFMT, for which the file is looked for.
            self.assertLessEqual(up.total(), FILES + 1 + 4 * len(self.folders), up)

        empty = self.world.root / "empty"
        empty.mkdir()
        down = self.cost(lambda: lftp.mirror(self.daemon.port, "/", empty))
        self.assertEqual(tree_of(empty), self.tree)
        with self.subTest("requests of the way down"):
            # Of an empty file lftp needs no more than the listing.
            self.assertLessEqual(down.pop("GetObject"), FILES, down)
            # lftp enters each folder (CWD) and asks for its time (MDTM): the listing above it has
            # told both.
            self.assertLessEqual(down.pop("ListObjects"), self.pages() + len(self.folders))
            self.assertFalse(down, "other requests")

    def pages(self):
        """Requests that list every folder once."""
        entries = collections.Counter(os.path.dirname(path) for path in self.tree)
        return sum(math.ceil(count / PAGE) for count in entries.values())


class MirrorOnOss(OnOss, Mirror, StoreCase):
    pass


class MirrorOnCeph(OnCeph, Mirror, StoreCase):
    pass
