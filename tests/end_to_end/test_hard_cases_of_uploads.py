"""Hard cases of uploads: what adds to files, what breaks off, what others see meanwhile, and what
the replies say of it."""

import socket
import threading

from hard_case import HardCase, OnDisk
from harness.wire import reset
from store_harness import faults
from store_harness.case import OnCeph, OnOss
from store_harness.faults import refuse
from store_harness.proxy import ALWAYS
from store_harness.world import World

OLD, NEW = b"the old content", b"what is new"
TEXT = b"one\r\ntwo\nthree\rfour\r\n"


class HardCasesOfUploads:
    def setUp(self):
        super().setUp()
        self.large = self.world.bytes_of("large", "large")
        self.world.put("old.bin", OLD)

    def end_one(self, way, content):
        """An upload, all of whose content so far has come, ends by something else than its end."""
        if self.proxy:
            self.proxy.clear()
        wire = self.world.connect()
        data = self.begin_upload("STOR old.bin", content, wire)
        if self.proxy and content is self.large:
            self.wait_until(lambda: ("UploadPart", 200) in self.proxy.statuses)
        way(wire, data)

    def abort(self, wire, _=None):
        wire.say("ABOR", 426)
        wire.expect(226)

    def test_append_and_rest_with_stor(self):
        for old in (OLD, self.large):
            self.world.put("file", old)
            self.wire.upload("APPE file", NEW)
            self.assertTrue(self.world.content("file") == old + NEW)
            for offset in (len(old) + len(NEW), len(old), len(old) // 2, 0):
                self.wire.say(f"REST {offset}", 350)
                self.wire.upload("STOR file", b"more")
                self.assertTrue(self.world.content("file") == (old + NEW)[:offset] + b"more")
                self.world.put("file", old + NEW)
            self.wire.say(f"REST {len(old + NEW) + 1}", 350)
            self.assertEqual(self.tries("STOR file", b"more").code, 554)
            self.assertTrue(self.world.content("file") == old + NEW)
        self.wire.upload("APPE new file", NEW)
        self.assertEqual(self.world.content("new file"), NEW)
        self.wire.say("REST 1", 350)
        self.assertEqual(self.tries("STOR missing", NEW).code, 554)
        self.assertIsNone(self.world.content("missing"))

    def test_append_is_seen_when_it_is_whole(self):
        data = self.begin_upload("APPE old.bin", self.large)
        self.assertEqual(self.world.content("old.bin"), OLD)
        self.abort(self.wire)
        data.close()
        self.assertEqual((self.world.content("old.bin"), self.world.orphans_left()), (OLD, 0))
        data = self.begin_upload("APPE old.bin", self.large)
        self.finish(data, 226)
        self.assertTrue(self.world.content("old.bin") == OLD + self.large)

    def test_rest_in_ascii(self):
        converting = self.log_in("converting")
        self.assert_replies(200, "TYPE A", wire=converting)
        self.assert_replies(504, "REST 1", wire=converting)
        for wire in (converting, self.wire, self.log_in("rejecting")):
            self.assert_replies(350, "REST 0", wire=wire)

    def test_resume_after_disconnection(self):
        sent = len(self.large) * 3 // 4
        for user in ("alice", "resuming", "partial"):
            wire = self.log_in(user)
            data = self.begin_upload(f"STOR {user}", self.large[:sent], wire)
            self.abort(wire)
            data.close()
        self.assert_replies(550, "SIZE alice", "SIZE resuming")
        self.assertIsNone(self.world.content("alice"))
        self.assertIsNone(self.world.content("resuming"))
        self.assertTrue(self.world.content("partial") == self.large[:sent])
        self.assertTrue(self.world.log_lines("info", "path=/partial", f"size={sent}"))
        self.assertNotIn("resuming", self.wire.names())
        wire = self.log_in("resuming")
        there = int(wire.say("SIZE resuming", 213).lines[0].split()[1])
        self.assertTrue(0 < there <= sent)
        self.assertEqual(self.facts("/", wire)["resuming"]["size"], str(there))
        wire.say(f"REST {there + 1}", 350)
        self.assertEqual(self.tries("STOR resuming", NEW, wire).code, 554)
        wire.say(f"REST {there}", 350)
        wire.upload("STOR resuming", self.large[there:])
        self.assertTrue(self.world.content("resuming") == self.large)
        self.assertEqual(self.world.orphans_left(), 0)

    def test_resume_finds_the_old_file_when_there_is_one(self):
        wire = self.log_in("resuming")
        self.begin_upload("STOR old.bin", self.large, wire)
        self.abort(wire)
        self.assertEqual(wire.say("SIZE old.bin", 213).lines, [f"213 {len(OLD)}"])
        self.assertEqual(self.world.content("old.bin"), OLD)
        wire.upload("STOR old.bin", NEW)
        self.assertEqual((self.world.content("old.bin"), self.world.orphans_left()), (NEW, 0))

    def test_overwrite_visibility(self):
        for new in (NEW, self.large):
            self.world.put("file", OLD)
            data = self.begin_upload("STOR file", new)
            other = self.world.connect()
            self.assertEqual(other.download("RETR file"), OLD)
            self.assertEqual(other.say("SIZE file", 213).lines, [f"213 {len(OLD)}"])
            self.assertEqual(self.facts("/", other)["file"]["size"], str(len(OLD)))
            later = self.begin_upload("STOR file", b"the later one", other)
            self.finish(data, 226)
            self.assertTrue(self.world.content("file") == new)
            self.finish(later, 226, wire=other)
            self.assertEqual(self.world.content("file"), b"the later one")

    def test_overwrite_that_is_not_allowed(self):
        keeping = self.log_in("keeping")
        self.assertEqual(self.tries("STOR old.bin", NEW, keeping).code, 553)
        self.assertEqual(self.tries("APPE old.bin", NEW, keeping).code, 553)
        for new in (NEW, self.large):
            data = self.begin_upload(f"STOR {len(new)}", new, keeping)
            self.world.put(f"{len(new)}", OLD)
            self.finish(data, 553, wire=keeping)
            self.assertEqual(self.world.content(f"{len(new)}"), OLD)
        self.assertEqual(self.world.content("old.bin"), OLD)
        self.assertEqual(self.world.orphans_left(), 0)

    def test_disconnect_abor_and_stall_in_mid_upload(self):
        def break_data(wire, data):
            reset(data)
            wire.expect(426)

        def break_all(wire, data):
            reset(wire.control)
            reset(data)

        def close_control(wire, data):
            wire.control.close()

        for content in (NEW, self.large):
            for way in (break_data, self.abort, break_all, close_control):
                before = self.logged("transfer failed")
                self.end_one(way, content)
                self.wait_until(lambda: self.logged("transfer failed") > before)
                self.assertEqual(self.world.content("old.bin"), OLD, way)
                self.assertEqual(self.world.orphans_left(), 0, way)

    def test_disconnect_under_tls(self):
        for user, code in (("alice", 426), ("lenient", 226)):
            wire = self.log_in_under_tls(user)
            data = wire.begin("STOR old.bin")
            data.sendall(NEW)
            with socket.socket(fileno=data.detach()) as bare:  # without close_notify
                bare.shutdown(socket.SHUT_WR)
            wire.expect(code)
            self.assertEqual(self.world.content("old.bin"), OLD if code == 426 else NEW)
        wire.upload("STOR old.bin", b"whole")  # the server's close_notify comes before the reply
        self.assertEqual(self.world.content("old.bin"), b"whole")

    def test_size_in_ascii_mode(self):
        self.wire.say("TYPE A", 200)
        self.wire.upload("STOR text", TEXT)
        self.assertEqual(self.world.content("text"), TEXT)
        self.assertEqual(self.wire.say("SIZE text", 213).lines, [f"213 {len(TEXT)}"])
        self.assertEqual(self.wire.download("RETR text"), TEXT)

        converting = self.log_in("converting")
        converting.say("TYPE I", 200)
        self.assert_replies(213, "SIZE text", wire=converting)
        converting.say("TYPE A", 200)
        self.assert_replies(550, "SIZE text", wire=converting)
        self.assertEqual(converting.download("RETR text"), b"one\r\ntwo\r\nthree\rfour\r\n")
        converting.upload("STOR text", TEXT)
        self.assertEqual(self.world.content("text"), b"one\ntwo\nthree\rfour\n")
        self.assertEqual(converting.download("RETR text"), b"one\r\ntwo\r\nthree\rfour\r\n")
        self.assertIn("text", converting.names())

        rejecting = self.log_in("rejecting")
        self.assert_replies(504, "TYPE A", wire=rejecting)
        self.assertIn("text", rejecting.names())
        self.assert_replies(213, "SIZE text", wire=rejecting)

    def test_mfmt_mdtm_and_site_utime(self):
        self.world.put("20200102030405 file", OLD)
        told = self.wire.say("MDTM old.bin", 213).lines
        ways = ("MFMT 20200102030405 {}", "MDTM 20200102030405 {}",
                "SITE UTIME 20200102030405 {}",
                "SITE UTIME {} 20200102030405 20200102030405 20200102030405 UTC")
        for way in ways:
            reply = self.wire.say(way.format("old.bin"), 213)
            self.assertEqual(reply.lines, ["213 Modify=20200102030405; old.bin"])
            self.assert_replies(550, way.format("missing"))
        after = self.wire.say("MDTM old.bin", 213).lines
        self.assertEqual(after, told if self.proxy else ["213 20200102030405"])
        self.assertEqual(self.facts()["old.bin"]["modify"], after[0].removeprefix("213 "))
        asked = self.wire.say("MDTM 20200102030405 file", 213).lines[0]
        self.assertRegex(asked, r"^213 \d{14}$")
        self.assert_replies(501, "MFMT 20201302030405 old.bin")
        self.assert_replies(200, "SITE CHMOD 644 old.bin")
        self.assert_replies(550, "SITE CHMOD 644 missing")
        self.assertIn(" MFMT", self.wire.say("FEAT", 211).lines)

        rejecting = self.log_in("rejecting")
        for way in (*ways, "SITE CHMOD 644 {}"):
            self.assert_replies(550, way.format("old.bin"), wire=rejecting)
        self.assertNotIn(" MFMT", rejecting.say("FEAT", 211).lines)
        self.assertEqual(self.world.content("old.bin"), OLD)


class HardCasesOfParts:
    """What only stores over HTTP know."""

    @classmethod
    def setUpClass(cls):
        """Beside the tests, an upload that takes five seconds to be given up."""
        super().setUpClass()
        cls.quiet = World(cls.engine, f"{cls.__name__} quiet", 'stall_timeout = "5 s"\n')
        cls.addClassCleanup(cls.quiet.stop)
        cls.quiet.start().put("old.bin", OLD)
        cls.stalled = cls.quiet.connect()
        data = cls.stalled.begin("STOR old.bin")
        cls.addClassCleanup(data.close)
        data.sendall(cls.quiet.bytes_of("large", "large"))

    def test_stall_in_mid_upload(self):
        self.stalled.expect(426)
        self.assertEqual((self.quiet.content("old.bin"), self.quiet.orphans_left()), (OLD, 0))

    def hold(self, operation):
        """It reaches the store when the returned event is set."""
        release = threading.Event()
        self.addCleanup(release.set)
        self.proxy.clear()
        self.proxy.on(operation, faults.held_back(release))
        return release

    def last_requests(self):
        return (("PutObject", NEW), ("CompleteMultipartUpload", self.large))

    def begin_last(self, operation, content, wire):
        """An upload whose data have all come and whose last request is on its way."""
        data = wire.begin("STOR old.bin")
        data.sendall(content)
        data.close()
        self.wait_until(lambda: operation in self.proxy.operations())

    def test_resume_between_the_ends_of_parts(self):
        wire = self.log_in("resuming")
        data = self.begin_upload("STOR file", self.large[:len(self.large) * 3 // 4], wire)
        self.abort(wire)
        data.close()
        there = int(wire.say("SIZE file", 213).lines[0].split()[1])
        wire.say(f"REST {there - 1}", 350)
        refusal = self.tries("STOR file", self.large[there - 1:], wire)
        self.assertEqual(refusal.code, 554)
        self.assertIn(f"go on at {there},", refusal.lines[0])
        wire.say(f"REST {there}", 350)
        wire.upload("STOR file", self.large[there:])
        self.assertTrue(self.world.content("file") == self.large)

    def test_the_rest_of_an_upload_is_not_added_to_what_others_store(self):
        wire = self.log_in("resuming")
        data = self.begin_upload("STOR file", self.large[:len(self.large) * 3 // 4], wire)
        self.abort(wire)
        data.close()
        there = int(wire.say("SIZE file", 213).lines[0].split()[1])
        others = self.world.put("file", self.large[::-1])
        wire.say(f"REST {there}", 350)
        self.assertEqual(self.tries("STOR file", self.large[there:], wire).code, 450)
        self.assertTrue(self.world.content("file") == others)

    def test_append_copies_in_the_store(self):
        self.world.put("file", self.large)
        self.wire.upload("APPE file", NEW)
        operations = self.proxy.operations()
        self.assertNotIn("GetObject", operations)
        self.assertEqual(operations.count("UploadPart"), 1)
        copied = [request.head.headers for request in self.proxy.requests
                  if request.operation == "UploadPartCopy"]
        self.assertTrue(copied)
        for headers in copied:
            self.assertTrue([name for name in headers if name.endswith("-copy-source-if-match")])

    def test_append_to_what_others_change(self):
        for old in (OLD, self.large):
            self.world.put("file", old)
            data = self.begin_upload("APPE file", NEW)
            self.world.put("file", b"what others store")
            self.assertIn(self.finish(data).code, (450, 451))
            self.assertEqual(self.world.content("file"), b"what others store")
        self.assertEqual(self.world.orphans_left(), 0)

    def test_disconnect_when_the_data_have_come(self):
        for operation, content in self.last_requests():
            for way in (lambda wire: wire.control.close(), lambda wire: reset(wire.control)):
                self.world.put("old.bin", OLD)
                release = self.hold(operation)
                wire = self.world.connect()
                self.begin_last(operation, content, wire)
                ended = self.logged("session ended")
                way(wire)
                self.assertEqual(self.world.content("old.bin"), OLD)
                release.set()
                self.wait_until(lambda: self.logged("session ended") > ended)
                self.assertTrue(self.world.content("old.bin") == content, operation)

    def test_when_226_is_sent(self):
        for operation, content in self.last_requests():
            release = self.hold(operation)
            self.begin_last(operation, content, self.wire)
            self.wire.control.settimeout(0.2)
            self.assertRaises(TimeoutError, self.wire.reply)
            self.wire.control.settimeout(20)
            self.assertEqual(self.world.content("old.bin"), OLD)
            release.set()
            self.wire.expect(226)
            self.assertTrue(self.world.content("old.bin") == content)
            self.world.put("old.bin", OLD)

    def test_what_is_sent_when_the_store_fails(self):
        rows = [
            (226, "CompleteMultipartUpload", faults.lose_answer),
            (226, "PutObject", faults.lose_answer),
            (451, "CompleteMultipartUpload", faults.error_in_200()),
            (451, "UploadPart", faults.spoil_request(faults.flip_a_bit)),
            (451, "PutObject", faults.spoil_request(faults.flip_a_bit)),
            (451, "PutObject", refuse(503, "SlowDown")),
            (550, "PutObject", refuse(403, "AccessDenied")),
            (552, "PutObject", refuse(403, "QuotaExceeded")),
        ]
        for code, operation, fault in rows:
            self.proxy.clear()
            self.proxy.on(operation, fault, times=1 if code == 226 else ALWAYS)
            content = NEW if operation == "PutObject" else self.large
            outcome = self.world.try_upload("old.bin", content)
            self.assertEqual(outcome.code, code, (operation, outcome.text))
            self.assertTrue(outcome.content == (content if code == 226 else OLD), operation)
            self.assertEqual(outcome.orphans, 0)
            self.world.put("old.bin", OLD)
        self.assert_replies(425, "STOR old.bin")

    def test_when_226_would_be_too_late(self):
        world = self.start_world("late", 'finalize_timeout = "1 s"\n')
        release = threading.Event()
        self.addCleanup(release.set)
        world.proxy.on("PutObject", faults.held_back(release))
        self.proxy, wire = world.proxy, world.connect()
        self.begin_last("PutObject", NEW, wire)
        wire.expect(451)
        release.set()
        self.assertTrue(world.log_lines(" info ", "stored", "path=/old.bin"))
        self.assertEqual(world.content("old.bin"), NEW)

    def test_mfmt_that_keeps_the_time(self):
        world = self.start_world("metadata", store_options='file_times = "metadata"\n')
        world.put("file", OLD)
        wire = world.connect()
        listed = self.facts("/", wire)["file"]["modify"]
        wire.say("MFMT 20200102030405 file", 213)
        self.assertIn("CopyObject", world.proxy.operations())
        self.assertEqual(wire.say("MDTM file", 213).lines, ["213 20200102030405"])
        self.assertIn("modify=20200102030405;", wire.say("MLST file", 250).lines[1])
        self.assertGreaterEqual(self.facts("/", wire)["file"]["modify"], listed)
        self.assertIn("mtime: 1577934245", "\n".join(wire.say("SITE META file", 200).lines))
        self.assertEqual(world.content("file"), OLD)

    def test_mfmt_copies_nothing(self):
        self.proxy.clear()
        self.wire.say("MFMT 20200102030405 old.bin", 213)
        self.assertEqual(self.proxy.operations(), ["HeadObject"])


class HardCasesOfUploadsOnOss(OnOss, HardCasesOfParts, HardCasesOfUploads, HardCase):
    pass


class HardCasesOfUploadsOnCeph(OnCeph, HardCasesOfParts, HardCasesOfUploads, HardCase):
    pass


class HardCasesOfUploadsOnDisk(OnDisk, HardCasesOfUploads, HardCase):
    pass
