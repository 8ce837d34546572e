"""Nothing inside the bucket leads out of it, whoever planted it there."""

import itertools
import os
import threading

from fault_case import FaultCase
from harness.content import tree_of
from harness.wire import Wire

SECRET = b"the secret outside"


class Symlinks(FaultCase):
    def setUp(self):
        super().setUp()
        self.outside = self.root / "outside"
        (self.outside / "folder").mkdir(parents=True)
        (self.outside / "secret.txt").write_bytes(SECRET)
        (self.outside / "folder/inner.txt").write_bytes(SECRET)
        self.before = tree_of(self.outside)
        inside = self.daemon.bucket_root
        (inside / "to-folder").symlink_to(self.outside)
        (inside / "to-file").symlink_to(self.outside / "secret.txt")
        (inside / "relative").symlink_to("../../outside")
        (inside / "dangling").symlink_to(self.outside / "not-yet.txt")
        (inside / "to-root").symlink_to("/")
        (inside / "chain").symlink_to("to-folder/folder")
        self.store("harmless.txt", b"inside")
        self.wire = self.connect()

    def tearDown(self):
        self.assertEqual(tree_of(self.outside), self.before, "something changed outside")
        super().tearDown()

    def refused(self, command):
        with self.subTest(command):
            self.assertIn(self.wire.say(command).code // 100, (4, 5))

    def refused_transfer(self, command, content=b"written through"):
        """Refused before or after 150; whatever was sent has to stay inside."""
        with self.subTest(command), self.wire.passive() as data:
            if self.wire.say(command).code // 100 != 1:
                return
            if command.split()[0] in ("STOR", "APPE", "STOU"):
                data.sendall(content)
                data.close()
            else:
                received = data.recv(1 << 16)
                for hidden in (SECRET, b"secret.txt", b"inner.txt"):
                    self.assertNotIn(hidden, received)
            self.wire.reply()

    def test_nothing_is_read_through_a_link(self):
        for path in ("to-file", "to-folder/secret.txt", "relative/secret.txt", "chain/inner.txt",
                     "to-root/etc/passwd", "dangling"):
            self.refused_transfer(f"RETR {path}")
            for command in ("SIZE", "MDTM", "XSHA256", "HASH"):
                self.refused(f"{command} {path}")

    def test_nothing_is_listed_through_a_link(self):
        for path in ("to-folder", "to-folder/folder", "relative", "to-root/etc", "chain"):
            self.refused(f"CWD {path}")
            for command in ("LIST", "NLST", "MLSD"):
                self.refused_transfer(f"{command} {path}")
                self.refused_transfer(f"{command} {path}/*")
            self.assertNotIn("secret.txt", "".join(self.wire.say(f"STAT {path}/").lines))

    def test_nothing_is_written_through_a_link(self):
        for path in ("to-folder/new.txt", "relative/new.txt", "to-root/tmp/objftpd-new.txt",
                     "chain/new.txt", "to-folder/secret.txt", "to-folder/made/new.txt"):
            self.refused_transfer(f"STOR {path}")
            self.refused_transfer(f"APPE {path}")
        # These name the link itself: it may be replaced, never followed.
        for path in ("to-file", "dangling"):
            self.refused_transfer(f"STOR {path}")
            self.refused_transfer(f"APPE {path}")
        self.assertFalse((self.outside / "not-yet.txt").exists())
        self.assertFalse(os.path.exists("/tmp/objftpd-new.txt"))

    def test_nothing_is_changed_through_a_link(self):
        for command in ("MKD to-folder/new", "RMD to-folder/folder", "RMD chain",
                        "DELE to-folder/secret.txt", "DELE chain/inner.txt",
                        "MFMT 20200101000000 to-folder/secret.txt",
                        "MFMT 20200101000000 to-file"):
            self.refused(command)
        self.wire.say("RNFR harmless.txt", 350)
        self.refused("RNTO to-folder/harmless.txt")
        if self.wire.say("RNFR to-folder/secret.txt").code == 350:
            self.refused("RNTO stolen.txt")
        self.assertTrue((self.daemon.bucket_root / "harmless.txt").exists())

    def test_dots_do_not_leave_the_root(self):
        for path in ("../outside/secret.txt", "/../../outside/secret.txt",
                     "to-folder/../../outside/secret.txt", "a/../../../etc/passwd"):
            self.refused_transfer(f"RETR {path}")
        self.wire.say("CWD ../..")
        self.assertEqual(self.wire.say("PWD", 257).lines[0].split('"')[1], "/")
        self.assertIn("harmless.txt", self.wire.names())

    def test_a_folder_that_turns_into_a_link_in_the_middle_leads_nowhere(self):
        """The race between a check and its use: a folder and a link take turns under one name."""
        inside = self.daemon.bucket_root
        real, link, place = inside / "real", inside / "link", inside / "place"
        real.mkdir()
        (real / "secret.txt").write_bytes(b"inside")
        link.symlink_to(self.outside)
        done = threading.Event()
        made = itertools.count()

        def take_turn(thing):
            try:
                thing.rename(place)
                place.rename(thing)
            except OSError:  # an upload made the folder `place` meanwhile
                place.rename(inside / f"made-{next(made)}")

        def take_turns():
            while not done.is_set():
                take_turn(real)
                take_turn(link)

        turning = threading.Thread(target=take_turns)
        turning.start()
        try:
            with Wire(self.daemon) as wire:
                for number in range(150):
                    with wire.passive() as data:
                        if wire.say("RETR place/secret.txt").code // 100 == 1:
                            self.assertNotEqual(data.recv(100), SECRET)
                            wire.reply()
                    with wire.passive() as data:
                        if wire.say(f"STOR place/new-{number}.txt").code // 100 == 1:
                            data.sendall(b"x")
                            data.close()
                            wire.reply()
        finally:
            done.set()
            turning.join()
