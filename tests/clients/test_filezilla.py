"""FileZilla as a person starts it: the certificate's dialog, a listing, uploads and downloads,
new ones and such that were interrupted. Pictures and its messages go to build/clients/filezilla."""

import ssl
import xml.etree.ElementTree

from filezilla.case import OnDesktop
from filezilla.filezilla import FileZilla
from harness.case import ServerCase, scratch, shared_daemon
from harness.content import sha256, write_file

SIZE = 1_200_003

# GnuTLS has no option of FileZilla's for this, but a file for the whole system.
WITHOUT_TLS13 = "[overrides]\ndisabled-version = tls1.3\n"


class FileZillaOverTls(OnDesktop, ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = shared_daemon()

    def test_explicit_tls_1_3_on_a_listener_that_wants_resumed_sessions(self):
        self.all_of_it("explicit", "ftp-require", "TLSv1.3")

    def test_implicit_tls_1_3_on_a_listener_that_wants_resumed_sessions(self):
        self.all_of_it("implicit", "ftps-require", "TLSv1.3")

    def test_explicit_tls_1_2_on_a_listener_that_wants_resumed_sessions(self):
        self.all_of_it("explicit", "ftp-require", "TLSv1.2")

    def test_implicit_tls_1_2_on_a_listener_that_resumes_nothing(self):
        self.all_of_it("implicit", "ftps-off", "TLSv1.2")

    def all_of_it(self, security, listener, version):
        name = f"filezilla-{security}-{version}"
        local = scratch() / name
        home = local / "home"
        home.mkdir(parents=True)
        remote = self.daemon.on_disk(f"/{name}")
        remote.mkdir()
        client = FileZilla(home, security, self.daemon.ports[listener], local, f"/{name}")
        self.watch(client, name)

        write_file(local / "new-up.bin", SIZE, "up")
        whole = write_file(local / "rest-up.bin", SIZE, "rest up")
        (remote / "rest-up.bin").write_bytes(whole.read_bytes()[:300_007])
        write_file(remote / "new-down.bin", SIZE, "down")
        whole = write_file(remote / "rest-down.bin", SIZE, "rest down")
        (local / "rest-down.bin").write_bytes(whole.read_bytes()[:300_007])
        for kind in ("new", "rest"):
            client.enqueue_upload(f"{kind}-up.bin", SIZE)
            client.enqueue_download(f"{kind}-down.bin", SIZE)

        environment = {}
        if version == "TLSv1.2":
            (home / "gnutls").write_text(WITHOUT_TLS13)
            environment["GNUTLS_SYSTEM_PRIORITY_FILE"] = str(home / "gnutls")
        client.start(self.desktop, **environment)
        dialog = self.desktop.window("Unknown certificate")
        self.desktop.picture(self.evidence / f"{security}-{version}-1-certificate.png")
        self.desktop.press(dialog, "alt+a", "Return")  # always trust it
        resumes = not listener.endswith("-off")
        if not resumes:
            warning = self.desktop.window("Insecure FTP data connection")
            self.desktop.picture(self.evidence / f"{security}-{version}-1b-warning.png")
            self.desktop.press(warning, "alt+a", "Return")  # always allow it
        client.wait_for('Status: Directory listing of "/" successful')
        self.check_what_it_remembers(client, resumes)

        main = self.desktop.window(" - FileZilla")
        self.desktop.picture(self.evidence / f"{security}-{version}-2-listing.png")
        self.desktop.press(main, "ctrl+p")  # the queue
        client.wait_for("Status: File transfer successful", times=4)
        self.desktop.picture(self.evidence / f"{security}-{version}-3-transfers.png")

        for file in ("new-up.bin", "rest-up.bin", "new-down.bin", "rest-down.bin"):
            self.assertEqual(sha256(local / file), sha256(remote / file), file)
        said = client.messages()
        self.assertEqual([line for line in said if line.startswith("Error:")], [])
        self.assertIn("Command: REST 300007", said)
        log = self.daemon.tail(self.log_start, lines=10_000)
        self.assertIn(f'version="{version}', log)
        self.assertNotRegex(log, r"code=(4|5)\d\d|data connection failed|transfer failed")

    def check_what_it_remembers(self, client, resumes):
        remembered = xml.etree.ElementTree.parse(client.settings / "trustedcerts.xml").getroot()
        trusted = bytes.fromhex(remembered.findtext("TrustedCerts/Certificate/Data"))
        own = ssl.PEM_cert_to_DER_cert(self.daemon.certificate.read_text())
        self.assertEqual(trusted, own)
        self.assertEqual(remembered.findtext("FtpSessionResumption/Entry"),
                         "true" if resumes else "false")
