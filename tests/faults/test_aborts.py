"""Transfers that the client breaks off: the old object stays, the session or server goes on."""

import socket

from fault_case import FaultCase
from harness.content import tricky_bytes
from harness.wire import read_all, reset

HALF = tricky_bytes(3_000_000, "half")
OLD = b"the old content"


class BrokenUploads(FaultCase):
    def setUp(self):
        super().setUp()
        self.store("old.bin", OLD)
        self.wire = self.connect()

    def begin(self, name):
        """An upload of which the server has already stored something."""
        data = self.wire.begin(f"STOR {name}")
        self.addCleanup(data.close)
        data.sendall(HALF)
        self.eventually(lambda: self.unpublished() > 0, "the upload reaches the disk")
        return data

    def assert_nothing_happened(self):
        self.assertEqual(self.content("old.bin"), OLD)
        self.assertIsNone(self.content("new.bin"))
        self.assertEqual([file.name for file in self.daemon.bucket_root.iterdir()], ["old.bin"])
        self.eventually(lambda: self.unpublished() == 0, "the unfinished upload is removed")
        self.assert_serves()

    def test_a_reset_data_connection_discards_the_upload(self):
        for name in ("old.bin", "new.bin"):
            data = self.begin(name)
            reset(data)
            self.wire.expect(426, 451)
        self.wire.say("NOOP", 200)
        self.assert_nothing_happened()

    def test_a_reset_just_after_the_last_byte_discards_the_upload(self):
        data = self.wire.begin("STOR old.bin")
        data.sendall(b"x")
        reset(data)
        self.wire.expect(426, 451)
        self.assert_nothing_happened()

    def test_abor_discards_the_upload(self):
        for name in ("old.bin", "new.bin"):
            data = self.begin(name)
            self.wire.say("ABOR", 426)
            self.wire.expect(226)
            data.close()
        self.wire.say("NOOP", 200)
        self.assert_nothing_happened()

    def test_abor_with_a_telnet_synch_discards_the_upload(self):
        """RFC 959, 3.4: IP and Synch go before ABOR. Which byte is the urgent one varies."""
        for urgent, plain in ((b"\xff\xf4\xff", b"\xf2ABOR\r\n"),  # BSD's ftp, inetutils, tnftp
                              (b"\xff\xf4\xff\xf2", b"ABOR\r\n")):
            with self.subTest(urgent=urgent[-1:]):
                wire = self.connect()
                with wire.begin("STOR old.bin") as data:
                    data.sendall(HALF)
                    wire.control.send(urgent, socket.MSG_OOB)
                    wire.send(plain)
                    wire.expect(426)
                    wire.expect(226)
        self.assert_nothing_happened()

    def test_a_lost_control_connection_discards_the_upload(self):
        for end in (reset, lambda control: control.close()):
            data = self.begin("old.bin")
            end(self.wire.control)
            self.wait_until_closed(data)
            self.assertEqual(self.content("old.bin"), OLD)
            self.wire = self.connect()
        self.assert_nothing_happened()

    def test_an_append_that_breaks_off_adds_nothing(self):
        data = self.wire.begin("APPE old.bin")
        data.sendall(HALF)
        reset(data)
        self.wire.expect(426, 451)
        self.assert_nothing_happened()

    def test_a_resume_that_breaks_off_adds_nothing(self):
        self.wire.say("REST 4", 350)
        data = self.wire.begin("STOR old.bin")
        data.sendall(HALF)
        reset(data)
        self.wire.expect(426, 451)
        self.assert_nothing_happened()

    def test_a_reader_sees_the_old_content_until_the_upload_is_complete(self):
        data = self.begin("old.bin")
        reader = self.connect()
        self.assertEqual(reader.download("RETR old.bin"), OLD)
        self.assertEqual(reader.say("SIZE old.bin", 213).lines, [f"213 {len(OLD)}"])
        data.shutdown(socket.SHUT_WR)
        self.wire.expect(226)
        self.assertEqual(reader.download("RETR old.bin"), HALF)

    def test_a_client_that_is_gone_when_its_data_end_has_not_uploaded(self):
        """It may have been killed: the system closes its connections in any order, and what it
        had sent by then looks like a whole file."""
        for name in ("old.bin", "new.bin"):
            data = self.begin(name)
            self.wire.control.close()
            data.close()
            self.eventually(lambda: self.unpublished() == 0, "the upload is discarded")
            self.wire = self.connect()
        self.assert_nothing_happened()

    def test_a_client_that_says_quit_and_does_not_wait_has_uploaded(self):
        data = self.begin("new.bin")
        data.close()
        self.wire.control.sendall(b"QUIT\r\n")
        self.wire.control.close()
        self.eventually(lambda: self.content("new.bin") == HALF, "the complete upload is stored")


class BrokenDownloads(FaultCase):
    def setUp(self):
        super().setUp()
        self.whole = self.store("big.bin", tricky_bytes(20_000_000, "big"))
        self.wire = self.connect()

    def begin(self):
        """A download that cannot end because nobody reads it."""
        data = self.wire.begin("RETR big.bin")
        self.addCleanup(data.close)
        self.assertTrue(data.recv(1000))
        return data

    def assert_session_goes_on(self):
        self.wire.say("NOOP", 200)
        self.assertEqual(self.wire.download("RETR big.bin"), self.whole)

    def test_abor_ends_the_download(self):
        data = self.begin()
        self.wire.say("ABOR", 426)
        self.wire.expect(226)
        self.wait_until_closed(data)
        self.assert_session_goes_on()

    def test_abor_after_the_end_of_a_transfer_is_fine(self):
        self.wire.say("ABOR", 225, 226)
        self.assert_session_goes_on()
        self.wire.say("ABOR", 225, 226)
        self.assert_session_goes_on()

    def test_a_client_that_closes_its_data_connection_gets_426(self):
        reset(self.begin())
        self.wire.expect(426)
        self.begin().close()
        self.wire.expect(426)
        self.assert_session_goes_on()

    def test_commands_are_answered_during_a_transfer(self):
        data = self.begin()
        self.wire.say("STAT", 211, 213)
        self.wire.say("NOOP", 200)
        self.wire.say("ABOR", 426)
        self.wire.expect(226)
        data.close()
        self.assert_session_goes_on()

    def test_quit_waits_for_the_running_transfer(self):
        data = self.wire.begin("RETR big.bin")
        self.wire.send("QUIT")
        with data:
            self.assertEqual(read_all(data), self.whole)
        self.wire.expect(226)
        self.wire.expect(221)
        self.assertEqual(self.wire.control.recv(1), b"")

    def test_a_passive_port_that_nobody_connects_to_does_not_hold_the_session(self):
        self.wire.say("PASV", 227)
        self.wire.say("NOOP", 200)
        self.wire.say("PASV", 227)
        self.assert_session_goes_on()
