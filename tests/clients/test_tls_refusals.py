"""What must not get in or out, asked for with openssl s_client and by hand."""

import shutil
import socket
import subprocess

from harness.authority import Authority
from harness.case import ServerCase, scratch
from harness.configuration import PASSWORD, USER
from harness.content import tricky_bytes
from harness.daemon import Daemon
from harness.ports import LOOPBACK
from harness.wire import PATIENCE, Closed, Wire, read_all

LISTENERS = {
    "ftp": ("ftp", ""),
    "ftps": ("ftps", ""),
    "ftp-require": ("ftp", 'session_reuse = "require"'),
    "ftps-certificate": ("ftps", 'client_certificate = "required"'),
}
LOGIN = f"USER {USER}\nPASS {PASSWORD}\nQUIT\n"


class Refusals(ServerCase):
    @classmethod
    def setUpClass(cls):
        root = scratch() / "refusals"
        root.mkdir()
        cls.addClassCleanup(shutil.rmtree, root)
        cls.authority = Authority(root)
        cls.daemon = Daemon(root, durability="none", listeners=LISTENERS, sections=(
            f'[tls]\nclient_ca_file = "{cls.authority.certificate}"\n')).start()
        cls.addClassCleanup(cls.daemon.stop)
        assert cls.daemon.certificate

    def s_client(self, listener, *options):
        """What openssl s_client printed, of its own and of the server's."""
        starttls = ("-starttls", "ftp") if LISTENERS[listener][0] == "ftp" else ()
        return subprocess.run(
            [*self.s_client_command(listener), *starttls, "-crlf", "-ign_eof", *map(str, options)],
            input=LOGIN, text=True, timeout=PATIENCE, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout

    def s_client_command(self, listener):
        address = f"{LOOPBACK['IPv4']}:{self.daemon.ports[listener]}"
        return ["openssl", "s_client", "-connect", address,
                "-CAfile", str(self.daemon.certificate), "-verify_return_error"]

    def logged(self):
        return self.daemon.tail(self.log_start)

    def wire(self, listener="ftp"):
        wire = Wire(self.daemon, listener=listener, login=False)
        self.addCleanup(wire.control.close)
        wire.say("AUTH TLS", 234)
        wire.start_tls(self.daemon.certificate)
        wire.login()
        wire.protect_data()
        return wire

    # -- handshakes

    def test_tls_1_2_and_1_3_are_spoken(self):
        for listener in ("ftp", "ftps"):
            for option, name in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
                with self.subTest(listener=listener, version=name):
                    said = self.s_client(listener, option)
                    self.assertIn(f"New, {name}", said.replace("TLSv1/SSLv3", "TLSv1.2"))
                    self.assertIn("230 Logged in.", said)
                    self.assertIn("221 ", said)

    def test_tls_1_1_is_refused(self):
        for listener in ("ftp", "ftps"):
            said = self.s_client(listener, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
            self.assertIn("alert protocol version", said)
            self.assertNotIn("331 ", said)
        self.assertIn("unsupported protocol", self.logged())

    def test_ciphers_without_forward_secrecy_are_refused(self):
        said = self.s_client("ftps", "-tls1_2", "-cipher", "AES128-SHA")
        self.assertIn("alert handshake failure", said)
        self.assertNotIn("220 ", said)

    def test_a_client_that_wants_http_is_refused(self):
        said = self.s_client("ftps", "-alpn", "http/1.1")
        self.assertIn("alert no application protocol", said)
        self.assertNotIn("220 ", said)
        self.assertIn("ALPN protocol: ftp", self.s_client("ftps", "-alpn", "http/1.1,ftp"))

    def test_renegotiation_is_refused(self):
        client = subprocess.Popen(
            [*self.s_client_command("ftps"), "-tls1_2"], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(client.kill)
        for line in client.stdout:
            if line.startswith("220 "):
                break
        client.stdin.write("R\n")  # its own command, which it takes from an open pipe only
        client.stdin.flush()
        self.assertEqual(client.wait(PATIENCE), 1)
        said, _ = client.communicate()
        self.assertIn("RENEGOTIATING", said)
        self.assertIn("no renegotiation", said)

    def test_clear_text_where_tls_must_be_is_refused(self):
        address = (LOOPBACK["IPv4"], self.daemon.ports["ftps"])
        with socket.create_connection(address, timeout=PATIENCE) as connection:
            connection.sendall(f"USER {USER}\r\nPASS {PASSWORD}\r\n".encode())
            self.assertNotIn(b"331", read_all(connection))

    def test_a_command_in_clear_behind_auth_is_never_obeyed(self):
        wire = Wire(self.daemon, login=False)
        with wire:
            wire.send(b"AUTH TLS\r\nUSER mallory\r\n")
            wire.expect(421)
            with self.assertRaises(Closed):
                wire.reply()
        self.assertNotIn("mallory", self.logged())

    # -- client certificates

    def certificate(self, authority, days=2):
        certificate, key = authority.sign(USER, days)
        return "-cert", certificate, "-key", key

    def test_the_right_client_certificate_gets_in(self):
        for version in ("-tls1_2", "-tls1_3"):
            said = self.s_client("ftps-certificate", version, *self.certificate(self.authority))
            self.assertIn("230 Logged in.", said)

    def refused(self, listener, alert, *options):
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version):
                said = self.s_client(listener, version, *options)
                self.assertRegex(said, alert)
                self.assertNotIn("220 ", said)

    def test_no_client_certificate_is_refused(self):
        self.refused("ftps-certificate", "alert (certificate required|handshake failure)")

    def test_an_expired_client_certificate_is_refused(self):
        self.refused("ftps-certificate", "alert certificate expired",
                     *self.certificate(self.authority, days=-1))

    def test_another_authoritys_client_certificate_is_refused(self):
        folder = scratch() / "refusals" / "other"
        folder.mkdir()
        self.refused("ftps-certificate", "alert unknown ca",
                     *self.certificate(Authority(folder, "Another authority")))

    # -- data connections

    def test_an_upload_without_close_notify_leaves_the_old_file(self):
        wire = self.wire()
        old = tricky_bytes(50_000, "old")
        wire.upload("STOR file.bin", old)
        data = wire.begin("STOR file.bin")
        data.sendall(tricky_bytes(50_000, "new"))
        data.shutdown(socket.SHUT_WR)  # FIN alone
        wire.expect(426)
        data.close()
        self.assertEqual(self.daemon.on_disk("/file.bin").read_bytes(), old)

    def test_a_clear_data_connection_after_prot_p_gets_nothing(self):
        wire = self.wire()
        wire.upload("STOR secret.bin", b"secret")
        data = wire.begin_in_clear("RETR secret.bin")
        data.sendall(b"as if\r\n" * 100)
        wire.expect(425)
        try:
            self.assertNotIn(b"secret", read_all(data))
        except ConnectionResetError:
            pass
        data.close()

    def test_whoever_connects_first_without_the_session_gets_nothing(self):
        wire = self.wire("ftp-require")
        wire.upload("STOR secret.bin", b"secret")
        data = wire.wrapped(wire.begin_in_clear("RETR secret.bin"))
        wire.expect(522)
        data.close()
        self.assertEqual(wire.download("RETR secret.bin"), b"secret")
