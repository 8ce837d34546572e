"""FileZilla goes on with an upload that broke off in the middle, by itself and in its own words."""

import re

from filezilla.case import OnDesktop
from filezilla.filezilla import FileZilla
from harness.content import sha256, sha256_of, write_file
from relay import Relay
from store_harness.case import OnCeph, OnOss, StoreCase

SIZE = 64 << 20
PART = 8 << 20  # by default
SENT = SIZE // 2 + PART // 2  # before it breaks off


class FileZillaResumes(OnDesktop):
    user_options = 'on_interrupt = "resume"'
    impatient = False

    def setUp(self):
        super().setUp()
        self.relay = Relay(self.daemon.port, SENT)
        self.addCleanup(self.relay.stop)
        self.file = write_file(self.daemon.root / "local" / "large.bin", SIZE, "large")

    def start_filezilla(self, home="home"):
        """Uploads the file, and resumes what is there of it."""
        folder = self.daemon.root / home
        folder.mkdir()
        client = FileZilla(folder, "none", self.relay.port, self.file.parent, "/uploads")
        self.watch(client, f"{self.daemon.root.name}-{home}")
        client.enqueue_upload("large.bin", SIZE)
        client.start(self.desktop, folder=None)
        self.desktop.press(self.desktop.window("FileZilla"), "ctrl+p")  # the queue
        warning = self.desktop.window("Insecure FTP connection")
        self.desktop.press(warning, "alt+a", "Return")  # always allow it
        return client

    def upload_the_first_half(self):
        """Until all whole parts of it are in the store."""
        client = self.start_filezilla()
        self.wait_for(self.relay.is_full.is_set, "nothing is uploaded")
        self.wait_for(lambda: self.proxy.statuses.count(("UploadPart", 200)) >= SENT // PART,
                      "not all parts are stored")
        return client

    def assert_only_the_rest_is_sent(self, client):
        client.wait_for("Status: File transfer successful")
        said = "\n".join(client.messages())
        offsets = re.findall("^Command: REST ([0-9]+)$", said, re.MULTILINE)
        self.assertEqual(len(offsets), 1, said)
        begin = int(offsets[0])
        self.assertIn(f"File transfer successful, transferred {SIZE - begin} bytes", said)
        self.assertEqual(self.relay.uploaded, SENT + SIZE - begin)
        self.assertLessEqual(self.relay.uploaded, SIZE + PART)
        content = self.world.content("uploads/large.bin")
        self.assertEqual(sha256_of(content), sha256(self.file))
        self.assertEqual(self.world.orphans(), [])

    def test_a_gateway_that_is_killed_and_a_filezilla_that_is_started_again(self):
        client = self.upload_the_first_half()
        self.daemon.kill()
        client.stop()
        self.daemon.start()
        self.assert_only_the_rest_is_sent(self.start_filezilla("another-home"))


class FileZillaResumesOnOss(OnOss, FileZillaResumes, StoreCase):
    def test_a_data_connection_that_is_reset(self):
        client = self.upload_the_first_half()
        self.relay.reset("data")
        self.assert_only_the_rest_is_sent(client)

    def test_a_line_that_drops(self):
        client = self.upload_the_first_half()
        self.relay.reset("control", "data")
        self.assert_only_the_rest_is_sent(client)


class FileZillaResumesOnCeph(OnCeph, FileZillaResumes, StoreCase):
    pass
