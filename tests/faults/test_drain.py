"""SIGTERM lets running transfers finish; a second one, or the time limit, does not."""

import signal
import socket

from fault_case import FaultCase
from harness.content import tricky_bytes
from harness.wire import Closed, read_all

BIG = tricky_bytes(20_000_000, "big")
OLD = b"the old content"
PROMPT = 10  # seconds; far below the default drain_timeout of 30 s


class Draining(FaultCase):
    def setUp(self):
        super().setUp()
        self.store("big.bin", BIG)
        self.store("old.bin", OLD)
        self.wire = self.connect()

    def terminate(self):
        """SIGTERM, and the proof that it has been noticed."""
        self.daemon.signal(signal.SIGTERM)
        self.eventually(lambda: not self.lets_in(), "new connections are refused")

    def lets_in(self):
        try:
            with socket.create_connection(("127.0.0.1", self.daemon.port), timeout=5) as control:
                return control.recv(100).startswith(b"220")
        except ConnectionError:
            return False

    def assert_farewell(self, wire):
        """421 or nothing, then the end."""
        try:
            wire.expect(421)
            self.assertEqual(wire.control.recv(100), b"")
        except (Closed, ConnectionError):
            pass

    def test_a_running_download_finishes(self):
        data = self.wire.begin("RETR big.bin")
        head = data.recv(1000)
        self.terminate()
        self.assertIsNone(self.daemon.process.poll())
        self.assertEqual(head + read_all(data), BIG)
        data.close()
        self.wire.expect(226)
        self.assert_farewell(self.wire)
        self.assertEqual(self.daemon.wait(PROMPT), 0)

    def test_a_running_upload_finishes(self):
        data = self.wire.begin("STOR old.bin")
        data.sendall(BIG[:1_000_000])
        self.terminate()
        self.assertIsNone(self.daemon.process.poll())
        data.sendall(BIG[1_000_000:])
        data.close()
        self.wire.expect(226)
        self.assertEqual(self.daemon.wait(PROMPT), 0)
        self.assertEqual(self.content("old.bin"), BIG)

    def test_idle_sessions_do_not_delay_the_end(self):
        halfway = self.connect(login=False)
        halfway.say("USER alice", 331)
        waiting = self.connect()
        waiting.say("PASV", 227)
        self.daemon.signal(signal.SIGTERM)
        self.assertEqual(self.daemon.wait(PROMPT), 0)
        for wire in (self.wire, halfway, waiting):
            self.assert_farewell(wire)

    def test_a_second_sigterm_ends_at_once(self):
        with self.wire.begin("STOR old.bin") as data:
            data.sendall(BIG[:1_000_000])
            self.eventually(lambda: self.unpublished() > 0, "the upload reaches the disk")
            self.terminate()
            self.daemon.signal(signal.SIGTERM)
            self.daemon.wait(PROMPT)
        self.assertEqual(self.content("old.bin"), OLD)
        self.daemon.start()
        self.assertEqual(self.unpublished(), 0)
        self.assert_serves()


class DrainingNotForEver(FaultCase):
    server_options = 'drain_timeout = "1 s"\n'

    def test_the_time_limit_ends_a_transfer_that_stands_still(self):
        self.store("old.bin", OLD)
        wire = self.connect()
        with wire.begin("STOR old.bin") as data:
            data.sendall(BIG[:1_000_000])
            self.daemon.signal(signal.SIGTERM)
            self.daemon.wait(PROMPT)
        self.assertEqual(self.content("old.bin"), OLD)
        self.assertEqual(self.unpublished(), 0)
