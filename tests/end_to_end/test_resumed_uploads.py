"""Uploads that break off, and are gone on with by the clients' own ways of doing so."""

import os
import shutil
import subprocess
import unittest

from curl import Curl
from gateway_case import GatewayCase
from harness.configuration import PASSWORD, USER
from harness.content import tricky_bytes
from harness.wire import Wire
from store_harness.case import OnCeph, OnOss

SIZE = 30 << 20
SENT = 27 << 20  # before it breaks off
PART = 8 << 20   # by default, and up to 1 MiB more


class ResumedUploads:
    user_options = 'on_interrupt = "resume"'

    def setUp(self):
        super().setUp()
        self.file = self.daemon.root / "large.bin"
        self.file.write_bytes(tricky_bytes(SIZE, "resumed"))
        self.break_off()

    def break_off(self):
        with Wire(self.daemon) as wire, wire.passive() as data:
            wire.say("STOR large.bin", 150)
            data.sendall(self.file.read_bytes()[:SENT])
            while not any(f"{SENT} bytes in" in line for line in wire.say("STAT", 211).lines):
                pass
            wire.say("ABOR", 426)
            wire.expect(226)
            there = int(wire.say("SIZE large.bin", 213).lines[0].split()[1])
            self.assertGreater(there, SENT - PART - (1 << 20))

    def run_client(self, *command, script=""):
        if not shutil.which(command[0]):
            raise unittest.SkipTest(f"not installed: {command[0]}")
        done = subprocess.run(command, capture_output=True, timeout=60, input=script.encode(),
                              env=os.environ | {"HOME": str(self.daemon.root)})
        self.assertEqual(done.returncode, 0, done.stderr)

    def assert_gone_on_with(self):
        content = b"".join(self.engine.blocks(f"{self.prefix}large.bin"))
        self.assertEqual(content, self.file.read_bytes())
        self.assertEqual(self.engine.uploads(self.prefix), [])
        stored, = [line for line in self.daemon.log.read_text().splitlines()
                   if " info stored " in line]
        self.assertIn(f"size={SIZE}", stored)

    def test_curl(self):
        self.run_client(*Curl(self.daemon.port, "large.bin").command, "-C", "-", "-T", self.file)
        self.assert_gone_on_with()

    def test_lftp(self):
        self.run_client("lftp", "--norc", "-c",
                        "set net:max-retries 1; set ftp:ssl-allow no; "
                        f"open -u {USER},{PASSWORD} ftp://127.0.0.1:{self.daemon.port}; "
                        f"put -c {self.file}")
        self.assert_gone_on_with()

    def test_ncftp(self):
        # Not by ncftpput: version 3.2.6 sends all of the file behind REST, to any server.
        self.run_client("ncftp", script=f"""\
set confirm-close no
set autosave-bookmark-changes no
open -u {USER} -p {PASSWORD} -P {self.daemon.port} 127.0.0.1
put -z "{self.file}" large.bin
bye
""")
        self.assert_gone_on_with()


class ResumedUploadsOnOss(OnOss, ResumedUploads, GatewayCase):
    pass


class ResumedUploadsOnCeph(OnCeph, ResumedUploads, GatewayCase):
    pass
