"""Scanners, cameras and scripts: little FTP, much habit."""

from dialogue import DialogueCase
from harness.content import tricky_bytes
from harness.wire import read_all


class Scanner(DialogueCase):
    """Active mode, no TYPE, MKD of the same folders for every page, a temporary name."""

    def send_page(self, name, content):
        self.wire.say("USER alice", 331)
        self.wire.say("PASS secret", 230)
        self.wire.say(f"CWD {self.folder}", 250)
        for folder in ("scans", "scans/2024"):
            self.wire.say(f"MKD {folder}", 257, 550)
        self.wire.say("CWD scans/2024", 250)
        self.wire.upload(f"STOR {name}.tmp", content, active=True)
        self.wire.say(f"RNFR {name}.tmp", 350)
        self.wire.say(f"RNTO {name}", 250)

    def test_page_after_page_arrives_under_its_last_name(self):
        pages = {f"{n:03}.tif": tricky_bytes(40_000 + n, n) for n in range(3)}
        for name, content in pages.items():
            self.send_page(name, content)
        stored = {file.name: file.read_bytes() for file in (self.on_disk / "scans/2024").iterdir()}
        self.assertEqual(stored, pages)

    def test_making_an_existing_folder_is_refused_and_nothing_lost(self):
        self.seed("scans/kept.tif")
        self.send_page("001.tif", b"page")
        reply = self.wire.say(f"MKD {self.folder}/scans", 550)
        self.assertIn("exist", reply.lines[0].lower())
        self.assertTrue((self.on_disk / "scans/kept.tif").exists())

    def test_a_rename_over_the_last_picture_replaces_it(self):
        self.seed("scans/2024/latest.jpg")
        self.send_page("latest.jpg", b"newer")
        self.assertEqual((self.on_disk / "scans/2024/latest.jpg").read_bytes(), b"newer")

    def test_an_upload_into_a_folder_nobody_made_makes_it(self):
        self.wire.login()
        self.wire.upload(f"STOR {self.folder}/cam7/2024-11-21/motion.jpg", b"jpg", active=True)
        self.assertEqual((self.on_disk / "cam7/2024-11-21/motion.jpg").read_bytes(), b"jpg")

    def test_bare_line_feeds_and_small_letters_are_understood(self):
        for line, code in ((b"user alice\n", 331), (b"pass secret\n", 230), (b"type i\n", 200),
                           (f"cwd {self.folder}\n".encode(), 250), (b"pwd\n", 257)):
            self.wire.send(line)
            self.wire.expect(code)


class Php(DialogueCase):
    """PHP's ftp extension, as content management systems use it."""

    def setUp(self):
        super().setUp()
        self.wire.login()

    def test_a_plugin_is_installed(self):
        self.wire.say("SYST", 215)
        self.wire.say("PWD", 257)
        made = self.wire.say(f"MKD {self.folder}/plug-in", 257)
        self.assertTrue(made.lines[0].startswith(f'257 "{self.folder}/plug-in"'), made.lines)
        self.wire.say(f"SITE CHMOD 755 {self.folder}/plug-in", 200)
        self.wire.say("TYPE I", 200)
        content = tricky_bytes(9_000, "php")
        self.wire.upload(f"STOR {self.folder}/plug-in/index file.php", content)
        self.wire.say(f"SITE CHMOD 644 {self.folder}/plug-in/index file.php", 200)
        self.assertEqual((self.on_disk / "plug-in/index file.php").read_bytes(), content)

    def test_ftp_nlist_of_a_folder_names_what_ftp_get_can_fetch(self):
        content = self.seed("one.txt").read_bytes()
        name, = self.lines(self.wire.download(f"NLST {self.folder}"))
        self.assertIn(name, ("one.txt", f"{self.folder}/one.txt"))
        self.wire.say(f"CWD {self.folder}", 250)
        self.assertEqual(self.wire.download(f"RETR {name}"), content)

    def test_ftp_rawlist_recursive_does_no_harm(self):
        """Served or refused, but never a session that has lost its step."""
        self.seed("sub/one.txt")
        with self.wire.passive() as data:
            if self.wire.say(f"LIST -R {self.folder}").code in (125, 150):
                self.assertIn("sub", read_all(data).decode())
                self.wire.expect(226, 451, 550)
        self.wire.say("NOOP", 200)

    def test_ftp_size_and_mdtm_tell_what_stat_tells(self):
        file = self.seed("file.bin", 4_321)
        self.wire.say("TYPE I", 200)
        self.assertEqual(self.wire.say(f"SIZE {self.folder}/file.bin", 213).lines, ["213 4321"])
        self.assertRegex(self.wire.say(f"MDTM {self.folder}/file.bin", 213).lines[0],
                         r"^213 \d{14}(\.\d+)?$")
        self.wire.say(f"SIZE {self.folder}/missing", 550)
        self.assertEqual(file.stat().st_size, 4_321)
