"""Hard cases of directories, which object stores do not have: what makes one, what lists it, how
old it is, and what of it may be remembered."""

import datetime
import re
import threading

from hard_case import HardCase, OnDisk
from store_harness.case import OnCeph, OnOss
from store_harness.faults import held_back, refuse, spoil_answer
from store_harness.proxy import ALWAYS

CONTENT = b"content"
DATE = r"[A-Z][a-z]{2} [ 0-3]\d (?:\d\d:\d\d| \d{4})"
LIST_LINE = re.compile(rf"[-d]\S{{9}} +\d+ ftp +ftp +\d+ ({DATE}) (.+)")


class HardCasesOfDirectories:
    def dates(self, command="LIST"):
        """Name -> date as LIST shows it."""
        return {name: date for date, name in
                (LIST_LINE.fullmatch(line).groups() for line in self.lines(command))}

    def test_mkd_markers(self):
        self.world.put("file", CONTENT)
        accepting = self.log_in("accepting")
        self.assertEqual(self.wire.say("MKD new", 257).lines, ['257 "/new" created.'])
        self.assert_replies(550, "MKD new", "MKD file", "MKD /")
        self.assert_replies(257, "MKD new", "MKD /", wire=accepting)
        self.assert_replies(550, "MKD file", wire=accepting)
        self.assertEqual(self.wire.say('MKD say "x"', 257).lines, ['257 "/say ""x""" created.'])
        self.assertEqual(self.wire.say("MKD a/b/c", 257).lines, ['257 "/a/b/c" created.'])
        self.assert_replies(250, "CWD a", "CWD b", "CWD c", "CWD /")
        self.assertEqual(self.world.content("file"), CONTENT)
        self.assertEqual(self.wire.names(), {"a", "file", "new", 'say "x"'})

    def test_empty_directories(self):
        for name in ("by dele/file", "by rnfr/file", "by rmd/below/file"):
            self.world.put(name, CONTENT)
        self.assert_replies(250, "CWD by dele", "DELE file", "CWD /by dele", "CWD .", "CWD /")
        self.wire.say("RNFR by rnfr/file", 350)
        self.assert_replies(250, "RNTO moved", "DELE by rmd/below/file", "RMD by rmd/below")
        self.assertEqual(self.wire.names(), {"by dele", "by rnfr", "by rmd", "moved"})
        for name in ("by dele", "by rnfr", "by rmd"):
            self.assertEqual(self.wire.names(name), set())
            self.assert_replies(250, f"CWD /{name}", "CWD /", f"RMD {name}")
        self.assertEqual(self.wire.names(), {"moved"})

    def test_rmd_and_dele_of_missing_or_not_empty(self):
        for name in ("full/below/file", "full too/file", "file"):
            self.world.put(name, CONTENT)
        self.assertIn("not empty", self.wire.say("RMD full", 550).lines[-1])
        self.assert_replies(550, "RMD missing", "RMD full/missing", "RMD file", "RMD /",
                            "DELE missing", "DELE full", "DELE full/below", "DELE /",
                            "SITE RMDIR full", "SITE RMDIR missing")
        for name in ("full/below/file", "full too/file", "file"):
            self.assertEqual(self.world.content(name), CONTENT)
        wiping = self.log_in("wiping")
        self.assert_replies(550, "SITE RMDIR missing", "SITE RMDIR file", wire=wiping)
        self.assert_replies(250, "SITE RMDIR full", wire=wiping)
        self.assert_replies(550, "RMD full")
        self.assertIsNone(self.world.content("full/below/file"))
        self.assertEqual(self.world.content("full too/file"), CONTENT)
        self.assertEqual(self.wire.names(), {"full too", "file"})

    def test_time_stamps(self):
        self.wire.upload("STOR dir/file", CONTENT)
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        told = self.wire.say("MDTM dir/file", 213).lines[0].removeprefix("213 ")
        self.assertRegex(told, r"^\d{14}$")
        self.assertEqual(self.facts("dir")["file"]["modify"], told)
        self.assertIn(f"modify={told};", self.wire.say("MLST dir/file", 250).lines[1])
        time = datetime.datetime.strptime(told, "%Y%m%d%H%M%S")
        self.assertLess(abs(now - time), datetime.timedelta(minutes=2))
        shown = f"{time:%b} {time.day:2} {time:%H:%M}"
        self.assertEqual(self.dates("LIST dir"), {"file": shown})
        self.assertEqual(self.dates("LIST dir/file"), {"file": shown})
        self.assert_replies(550, "MDTM dir")

    def test_listing(self):
        for name in ("b.txt", "a.txt", "c.dat", "d/e.txt", "d/f.txt", "[ab].txt", "two words"):
            self.world.put(name, CONTENT)
        self.assertEqual(self.wire.names("*.dat"), {"c.dat"})
        self.assertEqual(self.wire.names("[ab].txt"), {"[ab].txt"})
        self.assertEqual(self.wire.names("[ab]*"), {"a.txt", "b.txt"})
        self.assertEqual(self.wire.names("?.txt"), {"a.txt", "b.txt"})
        self.assertEqual(self.lines("NLST d/*"), self.lines("NLST d"))
        self.assertEqual(set(self.lines("NLST d")), {"d/e.txt", "d/f.txt"})
        for command in ("LIST *.zip", "NLST *.zip", "NLST d/*.zip"):
            self.assertEqual(self.lines(command), [], command)
        for command in ("LIST missing", "NLST missing", "MLSD missing"):
            self.assertEqual(self.tries(command).code, 550, command)
        for options in ("-a", "-la", "-l -a", "--color -l"):
            self.assertEqual(set(self.dates(f"LIST {options} d")), {"e.txt", "f.txt"}, options)
        self.assertEqual(set(self.dates("LIST two words")), {"two words"})
        self.assertEqual(self.lines("NLST two words"), ["two words"])
        self.assertEqual(self.tries("MLSD c.dat").code, 501)

    def test_parent_directories(self):
        self.assert_costs(["PutObject"], lambda: self.wire.upload("STOR a/b/c.txt", CONTENT))
        self.assertEqual(self.world.content("a/b/c.txt"), CONTENT)
        strict = self.log_in("strict")
        self.assertEqual(self.tries("STOR x/y/z.txt", CONTENT, strict).code, 553)
        self.assert_replies(550, "MKD x/y", wire=strict)
        strict.say("RNFR a/b/c.txt", 350)
        self.assert_replies(550, "RNTO x/c.txt", wire=strict)
        self.assertIsNone(self.world.content("x/y/z.txt"))
        strict.upload("STOR a/b/d.txt", CONTENT)
        self.assert_replies(257, "MKD x", wire=strict)
        strict.upload("STOR x/z.txt", CONTENT)

    def test_cache(self):
        other = self.world.connect()

        def size(wire=self.wire):
            return wire.say("SIZE file").lines[-1].split(" ")[:2]
        self.assertEqual(size()[0], "550")
        for wire, content in ((self.wire, b"12345"), (other, b"1"), (self.wire, b"123")):
            wire.upload("STOR file", content)
            self.assertEqual(size(), ["213", str(len(content))])
            self.assertEqual(size(other), ["213", str(len(content))])
            self.assertEqual(self.facts()["file"]["size"], str(len(content)))
        other.upload("APPE file", b"45")
        self.assertEqual(size(), ["213", "5"])
        other.say("DELE file", 250)
        self.assertEqual(size()[0], "550")
        self.world.put("file", CONTENT)  # by somebody else: that it was missing is not remembered
        self.assertEqual(size(), ["213", "7"])
        self.assert_replies(550, "CWD folder")
        self.world.put("folder/file", CONTENT)
        self.assert_replies(250, "CWD folder")

    def test_cwd(self):
        self.world.put("a/b/c/file", CONTENT)
        self.world.put("file", CONTENT)
        self.assert_costs(["ListObjects"], lambda: self.assert_replies(250, "CWD a"))
        if self.proxy:
            query = self.proxy.requests[0].query
            self.assertEqual((query["max-keys"], query["prefix"]), ("1", f"{self.world.prefix}a/"))
        self.assert_costs(["ListObjects"] * 2, lambda: self.assert_replies(250, "CWD b", "CWD c"))
        self.assert_costs([], lambda: self.assert_replies(
            250, "CWD /", "CWD a", "CWD b", "CWD c", "CDUP", "CWD c"))
        self.assertIn("Not a directory", self.wire.say("CWD /file", 550).lines[-1])
        self.assert_replies(550, "CWD /missing", "CWD /file/below", "CWD /a/b/c/file")
        self.assertIn('"/a/b/c"', self.wire.say("PWD", 257).lines[-1])


class HardCasesOfPrefixes:
    """What only stores over HTTP know."""

    def put_markers(self):
        """Key -> content type of the markers that were stored, which all may not replace."""
        puts = [r for r in self.proxy.requests if r.operation == "PutObject"]
        for request in puts:
            condition = {"if-none-match": "*", "x-oss-forbid-overwrite": "true"}
            self.assertTrue(condition.items() & request.head.headers.items(), request)
        return {r.key.removeprefix(self.world.prefix): r.head.headers.get("content-type")
                for r in puts}

    def test_mkd_stores_a_marker(self):
        self.wire.say("MKD a/b", 257)
        self.assertEqual(self.put_markers(), {"a/b/": "application/x-directory"})
        self.assertEqual(self.world.content("a/b/"), b"")

    def test_empty_directories_have_markers(self):
        self.world.put("a/1", CONTENT)
        self.world.put("a/2", CONTENT)
        self.assert_costs(["ListObjects", "DeleteObject"], lambda: self.wire.say("DELE a/1", 250))
        self.assert_costs(["ListObjects", "DeleteObject", "ListObjects", "PutObject"],
                          lambda: self.wire.say("DELE a/2", 250))
        self.assertEqual(self.world.content("a/"), b"")
        looked = [r.query for r in self.proxy.requests if r.operation == "ListObjects"]
        self.assertLessEqual({query["max-keys"] for query in looked}, {"1", "2", "3"})

    def test_empty_directories_may_vanish(self):
        world = self.start_world("vanish", store_options="keep_empty_directories = false\n")
        world.put("a/file", CONTENT)
        wire = world.connect()
        self.assert_replies(250, "CWD a", "DELE file", wire=wire)
        self.assertIsNone(world.content("a/"))
        self.assertEqual(wire.names("/"), set())
        wire.say("CWD .", 250)
        wire.say("CWD /a", 250)
        # What a client removes with all in it ends with this.
        wire.say("RMD /a", 250)

    def test_uploads_onto_directories_that_are_known(self):
        self.world.put("dir/file", CONTENT)
        for look in (lambda: self.lines("LIST"), lambda: self.assert_replies(250, "CWD dir", "CWD /")):
            self.assert_replies(200, "SITE REFRESH")
            look()
            refusal = self.assert_costs([], lambda: self.tries("STOR dir", CONTENT))
            self.assertEqual(refusal.lines, ["553 Is a directory."])
        self.assertIsNone(self.world.content("dir"))

    def test_directories_that_are_asked_for(self):
        world = self.start_world("asking", store_options="check_directories = true\n")
        world.put("dir/file", CONTENT)
        wire = world.connect()
        self.assertEqual(self.tries("STOR dir", CONTENT, wire).code, 553)
        world.proxy.clear()
        wire.upload("STOR file", CONTENT)
        self.assertEqual(world.proxy.operations(), ["ListObjects", "PutObject"])

    def test_rmd_asks_for_what_lies_below_only(self):
        self.world.put("a/", b"")
        self.world.put("ab/file", CONTENT)
        self.wire.say("RMD a", 250)
        self.assertEqual(self.world.content("ab/file"), CONTENT)
        self.wire.say("RMD ab", 550)
        for request in self.proxy.requests:
            if request.operation == "ListObjects":
                self.assertEqual(request.query["prefix"][-1], "/")

    def test_time_stamps_of_directories(self):
        self.world.put("prefix/file", CONTENT)
        self.world.put("marker/", b"")
        facts = self.facts()
        for name in ("prefix", "marker"):
            self.assertNotIn("modify", facts[name])
            self.assertNotIn("modify=", self.wire.say(f"MLST {name}", 250).lines[1])
        self.assertEqual(self.dates(), {"prefix": "Jan 01  1980", "marker": "Jan 01  1980"})

    def test_listing_of_a_page(self):
        names = ["a", "a-1", "a.txt", "b b", "z"]
        for name in names:
            self.world.put(name, CONTENT)
        for command in ("LIST", "NLST", "MLSD"):
            lines = self.assert_costs(["ListObjects"], lambda: self.lines(command))
            self.assertEqual([line[-len(name):] for line, name in zip(lines, names)], names)
        self.proxy.clear()
        self.assertEqual(self.lines("NLST a*"), ["a", "a-1", "a.txt"])
        self.assertEqual(self.proxy.requests[-1].query["prefix"], f"{self.world.prefix}a")

    def make_two_pages(self):
        """Of what would fit into one: the store says that there is more."""
        self.world.put("first", CONTENT)
        self.world.put("last", CONTENT)  # a directory of its name may still come
        more = b"true</IsTruncated><NextContinuationToken>more</NextContinuationToken>"
        self.proxy.on("ListObjects", spoil_answer(
            lambda body: body.replace(b"false</IsTruncated>", more)))

    def test_listing_goes_out_as_it_comes(self):
        for command in ("LIST", "NLST", "MLSD"):
            self.proxy.clear()
            self.make_two_pages()
            release = threading.Event()
            self.addCleanup(release.set)
            self.proxy.on("ListObjects", held_back(release), first=2)
            with self.wire.begin(command) as data:
                self.assertIn(b"first", data.recv(1000))
                release.set()
            self.wire.reply()  # of whatever there is behind a token that we made up

    def test_listing_that_is_cut_short(self):
        for fault in (refuse(500, "InternalError"), refuse(403, "AccessDenied")):
            self.proxy.clear()
            self.make_two_pages()
            self.proxy.on("ListObjects", fault, first=2, times=ALWAYS)
            with self.wire.begin("LIST") as data:
                self.assertIn(b"first", data.recv(1000))
            self.assertIn(self.wire.reply().code, (426, 451, 550))

    def test_cache_knows_what_was_listed(self):
        self.world.put("file", CONTENT)
        self.assert_costs(["ListObjects"], lambda: self.lines("LIST"))
        self.assert_costs([], lambda: self.assert_replies(250, "MLST file"))
        self.wire.upload("STOR file", CONTENT)
        self.assert_costs(["HeadObject"], lambda: self.assert_replies(213, "SIZE file"))


class HardCasesOfDirectoriesOnOss(
        OnOss, HardCasesOfPrefixes, HardCasesOfDirectories, HardCase):
    pass


class HardCasesOfDirectoriesOnCeph(
        OnCeph, HardCasesOfPrefixes, HardCasesOfDirectories, HardCase):
    pass


class HardCasesOfDirectoriesOnDisk(OnDisk, HardCasesOfDirectories, HardCase):
    def test_time_stamps_of_other_years(self):
        self.world.put("file", CONTENT)
        for time, shown in (("20240302030405", "Mar  2  2024"), ("19991231235959", "Dec 31  1999")):
            self.assert_replies(213, f"MFMT {time} file")
            self.assertEqual(self.facts()["file"]["modify"], time)
            self.assertEqual(self.dates(), {"file": shown})
