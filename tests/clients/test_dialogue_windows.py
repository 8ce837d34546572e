"""Windows: ftp.exe and Explorer, which cannot run here but are on every desk."""

from dialogue import DialogueCase
from harness.content import tricky_bytes


class WindowsFtpExe(DialogueCase):
    """Active mode only, OPTS UTF8 ON before USER, X verbs, NLST for everything."""

    def setUp(self):
        super().setUp()
        self.wire.say("OPTS UTF8 ON", 200)
        self.wire.say("USER alice", 331)
        self.wire.say("PASS secret", 230)
        self.wire.say(f"CWD {self.folder}", 250)

    def test_it_finds_its_way_with_the_x_verbs(self):
        pwd = self.wire.say("XPWD", 257)
        self.assertTrue(pwd.lines[0].startswith(f'257 "{self.folder}"'), pwd.lines)
        self.wire.say("XMKD new folder", 257)
        self.assertTrue((self.on_disk / "new folder").is_dir())
        self.wire.say("CWD new folder", 250)
        self.wire.say("XCUP", 200, 250)
        self.wire.say("XRMD new folder", 250)
        self.assertFalse((self.on_disk / "new folder").exists())

    def test_dir_and_ls_print_the_folder(self):
        self.seed("读我.txt", 12)
        listed = self.lines(self.wire.download("LIST", active=True))
        self.assertEqual(len(listed), 1)
        self.assertRegex(listed[0], r"^-[rwx-]{9} +1 \S+ +\S+ +12 [A-Z][a-z]{2} .* 读我\.txt$")
        self.assertEqual(self.lines(self.wire.download("NLST", active=True)), ["读我.txt"])

    def test_a_put_without_type_stores_the_very_bytes(self):
        content = tricky_bytes(100_000, "put")
        self.wire.upload("STOR report.doc", content, active=True)
        self.assertEqual((self.on_disk / "report.doc").read_bytes(), content)

    def test_mget_asks_nlst_for_a_pattern_and_fetches_each(self):
        wanted = {name: self.seed(name).read_bytes() for name in ("a 1.log", "b.log", "日志.log")}
        self.seed("c.txt")
        self.wire.say("TYPE I", 200)
        names = self.lines(self.wire.download("NLST *.log", active=True))
        self.assertEqual(sorted(names), sorted(wanted))
        for name in names:
            self.assertEqual(self.wire.download(f"RETR {name}", active=True), wanted[name])

    def test_mget_of_a_pattern_in_a_folder_gets_names_with_the_folder(self):
        self.seed("sub/x.log")
        names = self.lines(self.wire.download("NLST sub/*.log", active=True))
        self.assertEqual(names, ["sub/x.log"])

    def test_mget_of_a_pattern_without_match_gets_nothing(self):
        self.assertEqual(self.wire.download("NLST *.nothing", active=True), b"")

    def test_mdelete_lists_and_deletes(self):
        for name in ("1.tmp", "2.tmp"):
            self.seed(name)
        for name in self.lines(self.wire.download("NLST *.tmp", active=True)):
            self.wire.say(f"DELE {name}", 250)
        self.assertEqual(list(self.on_disk.iterdir()), [])

    def test_append_in_active_mode_adds_to_the_end(self):
        old = self.seed("log").read_bytes()
        self.wire.upload("APPE log", b"more", active=True)
        self.assertEqual((self.on_disk / "log").read_bytes(), old + b"more")


class WindowsExplorer(DialogueCase):
    """WinINet: anonymous first, then `opts utf8 on`, TYPE A, PASV, LIST, `site help`."""

    def test_it_opens_a_folder_after_anonymous_was_refused(self):
        self.seed("图片.jpg", 5)
        self.wire.say("USER anonymous", 331, 530)
        self.wire.say("PASS IEUser@", 530, 503)
        self.wire.say("USER alice", 331)
        self.wire.say("PASS secret", 230)
        self.wire.say("opts utf8 on", 200)
        self.wire.say("syst", 215)
        self.wire.say("site help", 214, 200)
        self.wire.say("PWD", 257)
        self.wire.say("noop", 200)
        self.wire.say(f"CWD {self.folder}/", 250)
        self.wire.say("TYPE A", 200)
        self.assertRegex(self.wire.download("LIST").decode(), r" 图片\.jpg\r\n$")
        self.wire.say("TYPE I", 200)
        self.wire.say("SIZE 图片.jpg", 213)
        self.assertEqual(len(self.wire.download("RETR 图片.jpg")), 5)
