"""WinSCP: facts by MLSD, `.filepart` names, times by MFMT, keep-alives while idle."""

import os

from dialogue import DialogueCase
from harness.content import tricky_bytes


class WinScp(DialogueCase):
    def setUp(self):
        super().setUp()
        self.wire.login()
        self.features = [line.strip() for line in self.wire.say("FEAT", 211).lines[1:-1]]
        self.wire.say("SYST", 215)
        if any(feature.startswith("CSID") for feature in self.features):
            reply = self.wire.say("CSID Name=WinSCP;Version=6.3.5;", 200)
            self.assertEqual(len(reply.lines), 1)
        self.wire.say("OPTS UTF8 ON", 200)
        self.wire.say("PWD", 257)
        self.wire.say(f"CWD {self.folder}", 250)

    def facts(self):
        """Name -> facts, as its MLSD parser reads them."""
        entries = {}
        for line in self.lines(self.wire.download("MLSD")):
            facts, name = line.split(" ", 1)
            self.assertTrue(facts.endswith(";"), line)
            entries[name] = dict(
                fact.lower().split("=", 1) for fact in facts.rstrip(";").split(";"))
        return {name: facts for name, facts in entries.items()
                if facts["type"] not in ("cdir", "pdir")}

    def test_features_have_the_form_it_parses(self):
        reply = self.wire.say("FEAT", 211)
        self.assertTrue(reply.lines[0].startswith("211-"))
        for line in reply.lines[1:-1]:
            self.assertRegex(line, r"^ \S")
        for needed in ("UTF8", "MFMT", "REST STREAM", "SIZE", "MDTM"):
            self.assertIn(needed, self.features)
        self.assertTrue(any(f.startswith("MLST ") for f in self.features), self.features)

    def test_a_listing_has_the_facts_it_needs(self):
        file = self.seed(" 名字 with spaces ;=.txt", 77)
        os.utime(file, (1_600_000_000, 1_600_000_000))
        (self.on_disk / "folder").mkdir()
        facts = self.facts()
        self.assertEqual(set(facts), {" 名字 with spaces ;=.txt", "folder"})
        self.assertEqual(facts["folder"]["type"], "dir")
        entry = facts[" 名字 with spaces ;=.txt"]
        self.assertEqual((entry["type"], entry["size"]), ("file", "77"))
        self.assertTrue(entry["modify"].startswith("20200913122640"), entry)

    def test_an_upload_goes_through_filepart_and_keeps_its_time(self):
        self.seed("report.bin", 10)
        content = tricky_bytes(300_000, "filepart")
        self.wire.say("TYPE I", 200)
        self.wire.upload("STOR report.bin.filepart", content)
        self.wire.say("MFMT 20200913122640 report.bin.filepart", 213)
        self.wire.say("DELE report.bin", 250)
        self.wire.say("RNFR report.bin.filepart", 350)
        self.wire.say("RNTO report.bin", 250)
        self.assertEqual((self.on_disk / "report.bin").read_bytes(), content)
        self.assertEqual((self.on_disk / "report.bin").stat().st_mtime, 1_600_000_000)
        self.assertTrue(self.facts()["report.bin"]["modify"].startswith("20200913122640"))

    def test_an_interrupted_upload_goes_on_with_appe(self):
        content = tricky_bytes(200_000, "appe")
        self.wire.say("TYPE I", 200)
        self.wire.upload("STOR big.bin.filepart", content[:123_456])
        self.assertEqual(self.wire.say("SIZE big.bin.filepart", 213).lines, ["213 123456"])
        self.wire.upload("APPE big.bin.filepart", content[123_456:])
        self.wire.say("RNFR big.bin.filepart", 350)
        self.wire.say("RNTO big.bin", 250)
        self.assertEqual((self.on_disk / "big.bin").read_bytes(), content)

    def test_keep_alives_change_nothing(self):
        content = self.seed("kept.bin", 50_000).read_bytes()
        for line in ("PWD", "REST 0", "TYPE A", "TYPE I", "NOOP", "pwd", "REST 0"):
            self.wire.say(line, 200, 257, 350)
        self.assertEqual(self.wire.download("RETR kept.bin"), content)

    def test_a_broken_date_is_refused(self):
        self.seed("file.bin")
        for date in ("20230229000000", "2023", "notadate000000"):
            self.wire.say(f"MFMT {date} file.bin", 501)
        self.wire.say("MFMT 20200913122640 missing.bin", 550)
