"""Hard cases of names: renames, files and directories that have one name, and what names are made
of."""

import re
import unicodedata

from hard_case import HardCase, OnDisk
from store_harness.case import OnCeph, OnOss
from store_harness.faults import refuse
from test_concurrent_changes import after_it

OLD, NEW = b"the old content", b"what is new"


class HardCasesOfNames:
    def rename(self, source, target, code, wire=None):
        wire = wire or self.wire
        wire.say(f"RNFR {source}", 350)
        return wire.say(f"RNTO {target}", code)

    def test_rename_a_file(self):
        self.world.put("a.txt", NEW)
        self.world.put("b.txt", OLD)
        keeping = self.log_in("keeping")
        self.rename("a.txt", "b.txt", 553, keeping)
        self.assertEqual((self.world.content("a.txt"), self.world.content("b.txt")), (NEW, OLD))
        self.rename("a.txt", "b.txt", 250)
        self.assertEqual((self.world.content("a.txt"), self.world.content("b.txt")), (None, NEW))
        self.rename("b.txt", "new/folder/c.txt", 250, keeping)
        self.rename("new/folder/c.txt", "new/folder/c.txt", 250)
        self.assertEqual(self.world.content("new/folder/c.txt"), NEW)

    def test_rename_a_file_in_two_commands(self):
        self.world.put("a.txt", NEW)
        self.assert_replies(550, "RNFR missing.txt")
        self.assert_replies(503, "RNTO b.txt")
        for between in ("CWD /", "SIZE a.txt", "RNFR missing.txt"):
            self.wire.say("RNFR a.txt", 350)
            self.wire.say(between)
            self.assert_replies(503, "RNTO b.txt")
        self.assertEqual(self.world.content("a.txt"), NEW)

    def test_rename_a_directory(self):
        files = {f"{name}.bin": name.encode() for name in ("1", "2", "below/3")}
        for name, content in files.items():
            self.world.put(f"from/{name}", content)
        self.world.put("from here.txt", OLD)
        self.world.put("other/file.txt", OLD)
        self.rename("from", "from/below it", 553)
        self.rename("from", "from/below", 553)
        self.rename("from", "other", 553)
        self.rename("from", "from here.txt", 553)
        self.rename("from", "/", 553)
        self.rename("from here.txt", "other", 553)
        self.rename("from", "from", 250)
        self.rename("from", "to/there", 250)
        for name, content in files.items():
            self.assertIsNone(self.world.content(f"from/{name}"))
            self.assertEqual(self.world.content(f"to/there/{name}"), content)
        self.assertEqual(self.wire.names(), {"from here.txt", "other", "to"})

    def test_stou(self):
        for wanted in ("", "photo.jpg", "in/a b.txt"):
            name = wanted or "file"
            found = set()
            for content in (OLD, NEW):
                with self.wire.passive() as data:
                    begun = self.wire.say(f"STOU {wanted}".rstrip(), 150).lines[-1]
                    data.sendall(content)
                path = re.fullmatch("150 FILE: (.+)", begun)[1]
                self.assertRegex(path, re.escape(name) + r"\.[0-7][0-9A-HJKMNP-TV-Z]{25}$")
                self.assertIn(f"(unique file name: {path})", self.wire.expect(226).lines[-1])
                self.assertEqual(self.world.content(path), content)
                found.add(path)
            self.assertEqual(len(found), 2)

    def test_names_and_character_sets(self):
        for line in (b"MKD \xc3\x28\r\n", b"MKD caf\xe9\r\n", b"MKD a\0b\r\n", b"MKD a\rb\r\n",
                     b"MKD \xed\xa0\x80\r\n", b"MKD \xc0\xae\xc0\xae\r\n"):
            self.assertEqual(self.wire.say(line).code, 553, line)
        self.wire.say("MKD a\nNOOP", 257)  # LF ends a command
        self.wire.expect(200)
        composed, decomposed = (unicodedata.normalize(form, "café.txt") for form in ("NFC", "NFD"))
        for name in (composed, decomposed):
            self.wire.upload(f"STOR {name}", name.encode())
        for name in (composed, decomposed):
            self.assertEqual(self.world.content(name), name.encode())
        self.wire.upload("STOR ../../x/./../up.txt", NEW)
        self.assertEqual(self.world.content("up.txt"), NEW)
        self.assert_replies(250, "CDUP")
        self.assertIn('"/"', self.wire.say("PWD", 257).lines[-1])

    def test_names_in_other_character_sets(self):
        for user, encoding, name in (("chinese", "gbk", "中文 文件.txt"),
                                     ("western", "latin-1", "Füße.txt")):
            wire = self.log_in(user)
            wire.upload(b"STOR " + name.encode(encoding) + b"\r\n", NEW)
            self.assertEqual(self.world.content(name), NEW)
            self.assertIn(name.encode(encoding) + b"\r\n", wire.download("NLST"))
            self.assertIn(name, self.wire.names())
        self.assertEqual(self.log_in("chinese").say(b"MKD \xff\xff\r\n").code, 553)


class HardCasesOfKeys:
    """What only stores over HTTP know."""

    store_options = 'rename_objects = 3\nrename_bytes = "20 KiB"\n'

    def test_rename_a_file_by_a_copy(self):
        other = self.start_world("dressing", store_options=(
            'tags = "team=blue"\nmetadata = ["colour=blue"]\ncontent_type = "text/odd"\n'))
        other.connect().upload("STOR a.txt", NEW)
        self.rename("a.txt", "b.txt", 250)
        copy, = (r for r in self.proxy.requests if r.operation == "CopyObject" and "b.txt" in r.key)
        self.assertTrue([name for name in copy.head.headers
                         if name.endswith("-copy-source-if-match")])
        for line, kept in (("SITE META b.txt", "colour: blue"), ("SITE TAGS b.txt", "team: blue"),
                           ("SITE HEAD b.txt", "content-type: text/odd")):
            self.assertIn(kept, "\n".join(self.wire.say(line, 200).lines))
        self.assertFalse({"GetObject", "PutObject"} & set(self.proxy.operations()))
        self.proxy.clear()
        self.rename("b.txt", "b.txt", 250)
        self.assertNotIn("CopyObject", self.proxy.operations())

    def test_rename_a_file_that_cannot_be_deleted(self):
        self.world.put("a.txt", NEW)
        self.proxy.on("DeleteObject", refuse(403, "AccessDenied"))
        self.rename("a.txt", "b.txt", 550)
        self.assertEqual((self.world.content("a.txt"), self.world.content("b.txt")), (NEW, NEW))
        self.assertTrue(self.world.log_lines("what it was made of is still there"))

    def race_for_a_name(self):
        """What a rename by one who may not overwrite is answered; the target comes meanwhile."""
        self.world.put("a.txt", NEW)
        keeping = self.log_in("keeping")
        looked = self.proxy.on("HeadObject", after_it(lambda: self.world.put("b.txt", OLD)),
                               matches=lambda request: request.key.endswith("/b.txt"))
        keeping.say("RNFR a.txt", 350)
        reply = keeping.say("RNTO b.txt")
        self.assertEqual(looked.met, 1)
        copy, = (r for r in self.proxy.requests if r.operation == "CopyObject")
        condition = {"if-none-match": "*", "x-oss-forbid-overwrite": "true"}
        self.assertTrue(condition.items() & copy.head.headers.items())
        return reply.code

    def test_rename_a_directory_that_is_too_large(self):
        for number in range(4):
            self.world.put(f"many/{number}", NEW)
        self.world.put("large/file.bin", bytes(21 << 10))
        self.proxy.clear()
        for name in ("many", "large"):
            self.assertIn("too large", self.rename(name, "to", 553).lines[-1])
        self.assertNotIn("CopyObject", self.proxy.operations())

    def test_file_and_prefix_of_the_same_name(self):
        for name in ("a", "a/x", "a-1", "a.txt"):
            self.world.put(name, name.encode())
        for command in ("LIST", "NLST"):
            names = [line.split(" ")[-1] for line in self.lines(command)]
            self.assertEqual(sorted(names), ["a", "a-1", "a.txt"], command)
        self.assertEqual(self.facts()["a"]["type"], "dir")
        # Of the object
        self.assertEqual(self.wire.download("RETR a"), b"a")
        self.assertEqual(self.wire.say("SIZE a", 213).lines, ["213 1"])
        self.assert_replies(213, "MDTM a")
        # Of the prefix
        for command in ("LIST a", "NLST a", "MLSD a"):
            line, = self.lines(command)
            self.assertRegex(line, "[ /]x$")
        self.assert_replies(250, "CWD a", "CWD /")
        self.assert_replies(550, "RMD a")
        # Of the object again
        self.rename("a", "moved", 250)
        self.assertEqual((self.world.content("moved"), self.world.content("a/x")), (b"a", b"a/x"))
        self.world.put("a", b"anew")
        self.assert_replies(250, "DELE a")
        self.assertEqual((self.world.content("a"), self.world.content("a/x")), (None, b"a/x"))

    def test_a_file_below_a_file(self):
        self.world.put("a", OLD)
        refused = self.tries("STOR a/x", NEW, self.log_in("strict"))
        self.assertEqual(refused.code // 100, 5)
        self.assertIsNone(self.world.content("a/x"))
        self.wire.upload("STOR a/x", NEW)
        self.assertEqual((self.world.content("a"), self.world.content("a/x")), (OLD, NEW))

    def test_stou_does_not_overwrite(self):
        self.wire.upload("STOU", NEW)
        stored, = (r for r in self.proxy.requests if r.operation == "PutObject")
        condition = {"if-none-match": "*", "x-oss-forbid-overwrite": "true"}
        self.assertTrue(condition.items() & stored.head.headers.items())

    def test_names_of_any_length_that_the_store_can_hold(self):
        longest = (1023 if self.engine.name == "oss" else 1024) - len(self.world.prefix)
        for name in ("n" * longest, "d/" * 50 + "中" * ((longest - 100) // 3)):
            self.wire.upload(f"STOR {name}", NEW)
            self.assertEqual(self.world.content(name), NEW)
        name = "n" * longest
        self.assertEqual(self.tries(f"STOR {name}n").code, 553)
        self.assert_replies(257, f"MKD {'m' * (longest - 1)}")  # whose key ends in a slash
        self.assert_replies(553, f"MKD {'m' * longest}")
        self.rename(name, f"{name}n", 553)

    def test_names_that_cannot_be_a_path(self):
        for name in ("/leading", "a//b", "./dot", "../dots", "..", "x/./y", "x/../y", "cr\rcr",
                     "lf\nlf", "good/file.txt"):
            self.world.put(name, OLD)
        self.assertEqual(self.wire.names(), {"a", "x", "good"})
        self.assertEqual(self.wire.names("a"), set())
        self.assertEqual(self.wire.names("x"), set())
        self.assertEqual(set(self.facts("good")), {"file.txt"})


class HardCasesOfNamesOnOss(OnOss, HardCasesOfKeys, HardCasesOfNames, HardCase):
    def test_rename_a_file_whose_target_comes_meanwhile(self):
        self.assertEqual(self.race_for_a_name(), 553)
        self.assertEqual((self.world.content("a.txt"), self.world.content("b.txt")), (NEW, OLD))


class HardCasesOfNamesOnCeph(OnCeph, HardCasesOfKeys, HardCasesOfNames, HardCase):
    # Ceph knows no condition of a copy's target: it is asked for one, and that is all.
    def test_rename_a_file_whose_target_comes_meanwhile(self):
        self.race_for_a_name()


class HardCasesOfNamesOnDisk(OnDisk, HardCasesOfNames, HardCase):
    def test_file_and_prefix_of_the_same_name(self):
        self.world.put("d/x", OLD)
        self.world.put("a", OLD)
        for command in ("STOR d", "APPE d", "STOR a/x"):
            self.assertEqual(self.tries(command, NEW).code, 553, command)
        self.rename("a", "d", 553)
        self.assertEqual((self.world.content("d/x"), self.world.content("a")), (OLD, OLD))

    def test_names_of_any_length_that_the_store_can_hold(self):
        self.assert_replies(257, "MKD " + "n" * 255)
        self.assert_replies(553, "MKD " + "n" * 256)
