"""Hard cases of who may do what, and of data connections."""

import socket
import ssl

from hard_case import HardCase, OnDisk
from harness.wire import read_all
from store_harness.case import OnCeph, OnOss

CONTENT = b"what lies in the store"


class HardCasesOfConnections:
    listeners = {"off": 'session_reuse = "off"', "require": 'session_reuse = "require"',
                 "passive": "active_mode = false"}

    def setUp(self):
        super().setUp()
        self.world.put("file", CONTENT)

    def assert_unchanged(self):
        self.assertEqual(self.world.content("file"), CONTENT)
        self.assertEqual(self.wire.names(), {"file"})
        if self.proxy:
            self.assertEqual(set(self.proxy.operations()) - {"HeadObject", "GetObject"},
                             {"ListObjects"})

    def test_permissions(self):
        reader = self.log_in("reader")
        self.assert_replies(
            550, "DELE file", "RMD /", "MKD new", "RNFR file", "MFMT 20200102030405 file",
            "SITE CHMOD 644 file", "SITE COPY file new", "SITE RMDIR /", wire=reader)
        for command in ("STOR file", "STOR new", "APPE file", "STOU"):
            self.assertEqual(self.tries(command, CONTENT, reader).code, 550, command)
        self.assertEqual(reader.download("RETR file"), CONTENT)
        self.assertFalse(set(self.facts("/", reader)["file"]["perm"]) & set("adfw"))
        self.assert_unchanged()

    def test_permissions_of_one_who_may_not_overwrite(self):
        keeping = self.log_in("keeping")
        for restart, command in ((0, "STOR file"), (0, "APPE file"), (4, "STOR file")):
            keeping.say(f"REST {restart}", 350)
            self.assertEqual(self.tries(command, CONTENT, keeping).code, 553, command)
        self.assert_replies(350, "RNFR file", wire=keeping)
        self.assert_unchanged()
        keeping.upload("STOR new", CONTENT)
        self.assert_replies(250, "DELE new", wire=keeping)

    def test_active_mode(self):
        self.assertEqual(self.wire.download("RETR file", active=True), CONTENT)
        self.wire.upload("STOR new", CONTENT, active=True)
        self.assertEqual(self.world.content("new"), CONTENT)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            self.assert_replies(200, f"EPRT |1|127.0.0.1|{port}|")
            self.wire.say("RETR file", 150)
            data, (_, source) = listener.accept()
            with data:
                self.assertNotEqual(source, 20)
                self.assertEqual(read_all(data), CONTENT)
            self.wire.expect(226)
        digits = f"{port >> 8},{port & 255}"
        self.assert_replies(
            501, f"PORT 127,0,0,2,{digits}", f"PORT 8,8,8,8,{digits}", "PORT 127,0,0,1,3,255",
            "PORT 127,0,0,1,0,22", "EPRT |1|127.0.0.1|1023|", f"EPRT |1|127.0.0.2|{port}|",
            f"EPRT |2|::1|{port}|")
        self.wire.say(f"EPRT |1|127.0.0.1|{port}|", 200)  # nobody listens any more
        self.wire.say("RETR file", 150)
        self.wire.expect(425)
        self.assert_replies(425, "RETR file")

    def test_active_mode_that_is_switched_off(self):
        wire = self.log_in("alice", "passive")
        self.assert_replies(502, "PORT 127,0,0,1,200,1", "EPRT |1|127.0.0.1|50000|", wire=wire)
        self.assertNotIn(" EPRT", wire.say("FEAT", 211).lines)
        self.assertEqual(wire.download("RETR file"), CONTENT)

    def fetch(self, wire, session):
        """The reply, what came, and whether the data connection resumed a session."""
        with wire.passive() as data:
            wire.say("RETR file", 150)
            try:
                with wire.wrapped(data, session) as tls:
                    found = read_all(tls), tls.session_reused
            except (ssl.SSLError, ConnectionError):
                found = None, None
        return wire.reply().code, *found

    def test_tls_session_reuse(self):
        resumed, new, refused = (226, CONTENT, True), (226, CONTENT, False), (522, None, None)
        for listener, own, none in (
                ("ftp", resumed, new), ("off", new, new), ("require", resumed, refused)):
            wire = self.log_in_under_tls("alice", listener)
            for _ in range(2):
                self.assertEqual(self.fetch(wire, wire.control.session), own, listener)
            self.assertEqual(self.fetch(wire, None), none, listener)
            other = self.log_in_under_tls("alice", listener, wire.tls)
            self.assertEqual(self.fetch(wire, other.control.session)[0], none[0], listener)
            self.assertEqual(self.fetch(other, other.control.session), own, listener)
        self.assertTrue(self.world.log_lines("session", "RETR file", "was not reused"))
        # Once for a session, where reuse is preferred.
        self.assertEqual(self.logged("has not resumed the control connection's TLS session"), 1)

    def test_tls_session_reuse_of_uploads(self):
        wire = self.log_in_under_tls("alice", "require")
        wire.upload("STOR file", b"by the same client")
        self.assertEqual(self.world.content("file"), b"by the same client")
        with wire.passive() as data:
            wire.say("STOR file", 150)
            try:
                with wire.wrapped(data) as tls:
                    tls.sendall(CONTENT)
                    tls.unwrap()
            except (ssl.SSLError, ConnectionError):
                pass
        wire.expect(522)
        self.assertEqual(self.world.content("file"), b"by the same client")


class HardCasesOfConnectionsOnOss(OnOss, HardCasesOfConnections, HardCase):
    pass


class HardCasesOfConnectionsOnCeph(OnCeph, HardCasesOfConnections, HardCase):
    pass


class HardCasesOfConnectionsOnDisk(OnDisk, HardCasesOfConnections, HardCase):
    pass
