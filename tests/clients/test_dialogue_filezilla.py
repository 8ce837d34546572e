"""FileZilla: CLNT, OPTS, MLSD, both ways to resume, times by MFMT."""

from dialogue import DialogueCase
from harness.content import tricky_bytes


class FileZilla(DialogueCase):
    def setUp(self):
        super().setUp()
        self.wire.say("AUTH TLS", 234)
        self.wire.start_tls(self.daemon.certificate)
        self.wire.login()
        features = [line.strip() for line in self.wire.say("FEAT", 211).lines[1:-1]]
        self.wire.protect_data()
        if "CLNT" in features:
            self.wire.say("CLNT FileZilla", 200)
        self.wire.say("OPTS UTF8 ON", 200)
        mlst, = [feature for feature in features if feature.startswith("MLST ")]
        facts = [fact.rstrip("*") for fact in mlst.removeprefix("MLST ").split(";") if fact]
        wanted = "".join(
            fact + ";" for fact in facts if fact.lower() in
            ("type", "size", "modify", "perm", "unix.mode", "unix.owner", "unix.group"))
        self.wire.say(f"OPTS MLST {wanted}", 200)
        self.wire.say(f"CWD {self.folder}", 250)
        self.assertEqual(self.wire.say("PWD", 257).lines[0].split('"')[1], self.folder)
        self.wire.say("TYPE I", 200)

    def test_a_folder_opens(self):
        self.seed("中文.txt", 7)
        (self.on_disk / "目录").mkdir()
        lines = self.lines(self.wire.download("MLSD"))
        by_name = {line.split(" ", 1)[1]: line.lower() for line in lines}
        self.assertIn("type=file;", by_name["中文.txt"])
        self.assertIn("size=7;", by_name["中文.txt"])
        self.assertIn("modify=", by_name["中文.txt"])
        self.assertIn("type=dir;", by_name["目录"])

    def test_a_missing_folder_is_made_step_by_step(self):
        self.wire.say(f"CWD {self.folder}/a/b", 550)
        self.wire.say(f"MKD {self.folder}/a", 257)
        self.wire.say(f"MKD {self.folder}/a/b", 257)
        self.wire.say(f"MKD {self.folder}/a/b", 550)
        self.wire.say(f"CWD {self.folder}/a/b", 250)

    def test_an_upload_sets_its_time(self):
        content = tricky_bytes(80_000, "upload")
        self.wire.upload("STOR file.bin", content)
        self.wire.say("MFMT 20240229120000 file.bin", 213)
        self.assertEqual((self.on_disk / "file.bin").read_bytes(), content)
        self.assertEqual((self.on_disk / "file.bin").stat().st_mtime, 1_709_208_000)

    def test_an_upload_goes_on_with_rest_and_stor(self):
        content = tricky_bytes(150_000, "rest")
        (self.on_disk / "file.bin").write_bytes(content[:60_001])
        self.assertEqual(self.wire.say("SIZE file.bin", 213).lines, ["213 60001"])
        self.wire.say("REST 60001", 350)
        self.wire.upload("STOR file.bin", content[60_001:])
        self.assertEqual((self.on_disk / "file.bin").read_bytes(), content)

    def test_an_upload_goes_on_from_within(self):
        content = tricky_bytes(150_000, "within")
        (self.on_disk / "file.bin").write_bytes(content[:90_000])
        self.wire.say("REST 65536", 350)
        self.wire.upload("STOR file.bin", content[65_536:])
        self.assertEqual((self.on_disk / "file.bin").read_bytes(), content)

    def test_an_upload_goes_on_with_appe(self):
        content = tricky_bytes(150_000, "appe")
        (self.on_disk / "file.bin").write_bytes(content[:60_001])
        self.wire.upload("APPE file.bin", content[60_001:])
        self.assertEqual((self.on_disk / "file.bin").read_bytes(), content)

    def test_an_append_to_nothing_is_an_upload(self):
        self.wire.upload("APPE new.bin", b"all of it")
        self.assertEqual((self.on_disk / "new.bin").read_bytes(), b"all of it")

    def test_an_upload_that_begins_past_the_end_is_refused(self):
        old = self.seed("file.bin", 100).read_bytes()
        self.wire.say("REST 101", 350)
        with self.wire.passive():
            self.wire.say("STOR file.bin", 554)
        self.assertEqual((self.on_disk / "file.bin").read_bytes(), old)

    def test_a_download_goes_on(self):
        content = self.seed("file.bin", 120_000).read_bytes()
        for offset in (1, 65_536, 119_999, 120_000):
            self.wire.say(f"REST {offset}", 350)
            self.assertEqual(self.wire.download("RETR file.bin"), content[offset:], offset)
        self.wire.say("REST 120001", 350)
        with self.wire.passive():
            self.wire.say("RETR file.bin", 554)

    def test_a_restart_serves_one_transfer_only(self):
        content = self.seed("file.bin", 1_000).read_bytes()
        self.wire.say("REST 900", 350)
        self.assertEqual(self.wire.download("RETR file.bin"), content[900:])
        self.assertEqual(self.wire.download("RETR file.bin"), content)

    def test_a_full_folder_and_a_missing_file_are_kept_from_deletion(self):
        self.seed("full/file.bin")
        self.wire.say("RMD full", 550)
        self.wire.say("DELE missing.bin", 550)
        self.wire.say("DELE full", 550)
        self.assertTrue((self.on_disk / "full/file.bin").exists())


class FileZillaOverIPv6(FileZilla):
    """The same with EPSV."""

    family = "IPv6"
