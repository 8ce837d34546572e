"""SITE commands on real stores: what object stores keep of objects, and FTP has no words for."""

import urllib.request

from store_harness.case import OnCeph, OnOss, StoreCase

CONTENT = b"what a signed URL fetches"


class Site:
    user_options = 'rights = ["all", "remove_tree", "sign", "acl", "restore", "link", "class", "tags"]\n'

    def setUp(self):
        super().setUp()
        self.world.put("dir/a file.txt", CONTENT)
        self.wire = self.world.connect()

    def ask(self, line, code=200):
        return "\n".join(self.wire.say(line, code).lines)

    def test_sign_gives_anybody_the_file(self):
        reply = self.wire.say('SITE SIGN "dir/a file.txt" 60', 200)
        url = reply.lines[1].strip()
        # The gateway's way to the store is the proxy; it is as good as any other host's name.
        with urllib.request.urlopen(url, timeout=20) as answer:
            self.assertEqual(answer.read(), CONTENT)
        self.assertFalse(self.world.log_lines("Signature="))
        self.assertTrue(self.world.log_lines("URL signed"))

    def test_meta_is_shown_set_and_removed(self):
        self.ask('SITE META "dir/a file.txt" Colour=blue "note=two words"')
        shown = self.ask('SITE META "dir/a file.txt"')
        self.assertIn("colour: blue", shown)
        self.assertIn("note: two words", shown)
        self.ask('SITE META "dir/a file.txt" colour=')
        self.assertNotIn("colour", self.ask('SITE META "dir/a file.txt"'))
        self.assertEqual(self.world.content("dir/a file.txt"), CONTENT)

    def test_tags_are_shown_set_and_removed(self):
        self.ask('SITE TAGS "dir/a file.txt" team=blue year=2026')
        self.ask('SITE META "dir/a file.txt" colour=red')
        shown = self.ask('SITE TAGS "dir/a file.txt"')
        self.assertIn("team: blue", shown)
        self.assertIn("year: 2026", shown)
        self.ask('SITE TAGS "dir/a file.txt" team=')
        self.assertNotIn("team", self.ask('SITE TAGS "dir/a file.txt"'))

    def test_acl_is_shown_and_set(self):
        self.ask('SITE ACL "dir/a file.txt" public-read')
        self.assertRegex(self.ask('SITE ACL "dir/a file.txt"'), "public-read|READ to AllUsers")
        self.ask('SITE ACL "dir/a file.txt" private')
        self.assertNotRegex(self.ask('SITE ACL "dir/a file.txt"'), "public-read|AllUsers")

    def test_changes_at_the_same_time_are_all_made(self):
        wires = [self.world.connect() for _ in range(4)]
        for number, wire in enumerate(wires):
            wire.send(f'SITE META "dir/a file.txt" name{number}=value')
        for wire in wires:
            wire.expect(200)
        shown = self.ask('SITE META "dir/a file.txt"')
        for number in range(4):
            self.assertIn(f"name{number}: value", shown)

    def test_what_is_no_value_is_not_tried_again(self):
        self.ask('SITE ACL "dir/a file.txt" nosuch', 550)
        self.ask('SITE CLASS "dir/a file.txt" NOSUCH', 550)
        self.assertEqual(self.world.content("dir/a file.txt"), CONTENT)

    def test_parts_of_an_upload_under_way_are_shown_and_given_up(self):
        uploading = self.world.connect()
        with uploading.passive() as data:
            uploading.say("STOR dir/new.bin", 150)
            data.sendall(self.world.bytes_of("large", "parts"))
            while not (lines := self.wire.say("SITE PARTS dir", 200).lines[1:-1]):
                pass
            self.assertIn("/dir/new.bin", lines[0])
            identity = lines[0].split()[-2]
            self.ask('SITE PARTS dir/new.bin ABORT ""', 550)
            self.ask("SITE PARTS dir/new.bin ABORT unknown", 550)
            self.ask(f"SITE PARTS dir/new.bin ABORT {identity}")
        self.assertNotIn(uploading.reply().code, (226, 250))
        self.assertIsNone(self.world.content("dir/new.bin"))

    def test_head_tells_what_the_store_tells(self):
        self.assertIn(f"content-length: {len(CONTENT)}", self.ask("SITE HEAD dir/a file.txt"))

    def test_copy_is_made_in_the_store(self):
        self.proxy.clear()
        self.ask('SITE COPY "dir/a file.txt" copy.txt', 250)
        self.assertEqual(self.world.content("copy.txt"), CONTENT)
        self.assertIn("CopyObject", self.proxy.operations())
        self.assertNotIn("GetObject", self.proxy.operations())

    def test_du_counts_pages_and_no_more(self):
        self.proxy.clear()
        self.assertIn(f"1 files, {len(CONTENT)} bytes", self.ask("SITE DU"))
        self.assertLessEqual(len(self.proxy.operations()), 2)

    def test_quota_restore_and_class(self):
        self.assertIn("no limit", self.ask("SITE QUOTA"))
        self.assertIn("can be read", self.ask('SITE RESTORE "dir/a file.txt"'))
        standard = "Standard" if self.engine.name == "oss" else "STANDARD"
        self.ask(f'SITE CLASS "dir/a file.txt" {standard}')
        self.assertEqual(self.world.content("dir/a file.txt"), CONTENT)

    def test_a_refresh_shows_what_others_have_changed(self):
        self.assertIn(str(len(CONTENT)), self.ask("SIZE dir/a file.txt", 213))
        self.world.put("dir/a file.txt", b"short")
        self.ask("SITE REFRESH dir")
        self.assertIn("5", self.ask("SIZE dir/a file.txt", 213))

    def test_missing_files_are_said_to_be_missing(self):
        for line in ("SITE HEAD x", "SITE META x", "SITE META x a=b", "SITE SIGN x",
                     "SITE CLASS x STANDARD", "SITE RESTORE x", "SITE COPY x y", "SITE DU x",
                     "SITE RMDIR x"):
            self.assertIn("No such file", self.ask(line, 550), line)


class SiteOnOss(OnOss, Site, StoreCase):
    def test_links_lead_where_they_say(self):
        self.ask('SITE SYMLINK "dir/a file.txt" link')
        self.assertIn("/dir/a file.txt", self.ask("SITE READLINK link"))
        self.assertIn("Not a symbolic link", self.ask('SITE READLINK "dir/a file.txt"', 550))
        self.assertIn(str(len(CONTENT)), self.ask("SIZE link", 213))
        self.wire.say("DELE link", 250)
        self.assertEqual(self.world.content("dir/a file.txt"), CONTENT)


class SiteOnCeph(OnCeph, Site, StoreCase):
    def test_versions_are_told(self):
        self.assertIn(f"latest, ", self.ask("SITE VERSIONS dir/a file.txt"))

    def test_links_are_not_to_be_had(self):
        self.ask('SITE SYMLINK "dir/a file.txt" link', 550)
