"""No client makes another wait, whatever it does not read, send or finish."""

import time

from fault_case import FaultCase
from harness.content import tricky_bytes
from harness.wire import Wire

BIG = tricky_bytes(20_000_000, "big")
PROMPT = 5.0  # seconds; generous for a busy machine, far below every time limit of the server


class StalledClients(FaultCase):
    # One thread of each kind: whoever holds it, holds everybody.
    server_options = "io_threads = 1\ndisk_threads = 1\nhash_threads = 1\n"

    def setUp(self):
        super().setUp()
        self.store("big.bin", BIG)
        for number in range(3_000):
            self.store(f"many/a name that takes some room in a listing {number:05}.txt", b"")

    def stall_everywhere(self):
        """Clients that stop in each place where a server could wait for them."""
        waiting = []
        for command in ("RETR big.bin", "MLSD many", "LIST many", "NLST many"):
            data = self.connect().begin(command)
            self.assertTrue(data.recv(100))
            waiting.append(data)
        for name in ("new.bin", "big.bin"):
            data = self.connect().begin(f"STOR {name}")
            data.sendall(BIG[:100_000])
            waiting.append(data)
        waiting.append(self.connect().active())  # told of, never used
        nobody = self.connect()
        nobody.say("PASV", 227)
        nobody.send("RETR big.bin")  # and nobody comes to fetch it
        half = self.connect()
        half.send(b"STOR half a li")
        self.connect(login=False).send("USER alice")
        deaf = self.connect()
        deaf.send(b"HELP\r\nSTAT\r\nNOOP\r\n" * 20_000)  # and reads no reply
        return waiting

    def test_others_are_served_at_once(self):
        for data in self.stall_everywhere():
            self.addCleanup(data.close)
        began = time.monotonic()
        with Wire(self.daemon) as wire:
            wire.say("NOOP", 200)
            self.assertIn(b"big.bin", wire.download("LIST"))
            self.assertEqual(wire.download("RETR big.bin"), BIG)
            wire.upload("STOR prompt.bin", BIG)
            wire.say("DELE prompt.bin", 250)
        self.assertLess(time.monotonic() - began, PROMPT)

    def test_wrong_passwords_delay_only_their_own_session(self):
        guessers = [self.connect(login=False) for _ in range(10)]
        for guesser in guessers:
            guesser.send("USER alice")
            guesser.send("PASS wrong")
        wire = self.connect(login=False)
        began = time.monotonic()
        wire.login()
        self.assertLess(time.monotonic() - began, PROMPT)
        for guesser in guessers:
            guesser.expect(331)
            guesser.expect(530, 421)


class StalledTransfers(FaultCase):
    server_options = 'stall_timeout = "5 s"\n'

    def test_a_transfer_that_stands_still_is_ended_and_discarded(self):
        old = self.store("old.bin", b"old content")
        self.store("big.bin", BIG)
        uploader, downloader = self.connect(), self.connect()
        up = uploader.begin("STOR old.bin")
        up.sendall(BIG[:100_000])
        down = downloader.begin("RETR big.bin")
        uploader.expect(426, 421, 451)
        downloader.expect(426, 421, 451)
        up.close()
        down.close()
        self.assertEqual(self.content("old.bin"), old)
        self.eventually(lambda: self.unpublished() == 0, "the unfinished upload is removed")
        self.assert_serves()
