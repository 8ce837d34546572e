"""A store that is gone for a while: the transfers that have begun outlive it."""

import contextlib
import threading
import time

from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.faults import refuse

DOWNLOADS = 10
UPLOADS = 5
RESTART = 2.0  # seconds that the store is gone


class Outages:
    impatient = False

    def setUp(self):
        self.store_options = f'part_size = "{self.engine.part_size}"\nparallel_parts = 2\n'
        super().setUp()
        self.whole = self.world.bytes_of("large", "whole")
        self.ended = []

    def download(self, data, wire):
        received = bytearray()
        while piece := data.recv(1 << 16):
            received += piece
        data.close()
        self.ended.append((wire.reply().code, bytes(received) == self.whole))

    def take(self, data):
        with contextlib.suppress(ConnectionError), data:
            while data.recv(1 << 16):
                pass

    def upload(self, data, wire, name, content):
        data.sendall(content[len(content) // 2:])
        data.close()
        code = wire.reply().code
        self.ended.append((code, self.world.content(name) == content))

    def begin(self):
        """Transfers in both directions, each in its middle. Returns the threads that end them."""
        self.world.put("down.bin", self.whole)
        self.proxy.on("GetObject", faults.stall_in_answer, times=DOWNLOADS)
        works = []
        for _ in range(DOWNLOADS):
            wire = self.world.connect()
            works.append((self.download, wire.begin("RETR down.bin"), wire))
        for number in range(UPLOADS):
            wire, name = self.world.connect(), f"up {number}.bin"
            content = self.world.bytes_of("large", name)
            data = wire.begin(f"STOR {name}")
            data.sendall(content[:len(content) // 2])
            works.append((self.upload, data, wire, name, content))
        self.wait_for(lambda: self.proxy.operations().count("GetObject") == DOWNLOADS
                      and len(self.keys_of("UploadPart")) == UPLOADS, "no transfers")
        return [threading.Thread(target=work, args=args, daemon=True) for work, *args in works]

    def keys_of(self, operation):
        return {request.key for request in self.proxy.requests if request.operation == operation}

    def start(self, threads):
        for thread in threads:
            thread.start()

    def assert_all_end_well(self, threads):
        for thread in threads:
            thread.join(60)
        self.assertEqual(self.ended, [(226, True)] * (DOWNLOADS + UPLOADS))
        self.assertEqual(self.world.orphans_left(), 0)

    def test_transfers_outlive_a_store_that_restarts(self):
        threads = self.begin()
        self.proxy.close()
        self.start(threads)
        time.sleep(RESTART)
        self.proxy.open()
        self.assert_all_end_well(threads)

    def test_transfers_outlive_a_store_that_is_taken_for_gone(self):
        threads = self.begin()
        self.proxy.close()
        self.start(threads)
        self.wait_for(lambda: self.world.log_lines("requests are refused for a while"),
                      "the store is not taken for gone")
        wire = self.world.connect()
        began = time.monotonic()
        wire.say("SIZE down.bin", 451)
        self.assertLess(time.monotonic() - began, 2, "what begins is refused at once")
        self.proxy.open()
        self.assert_all_end_well(threads)
        self.assertTrue(self.world.log_lines("the store answers again"))

    def test_what_is_uploaded_by_one_request_outlives_a_store_that_restarts(self):
        content = self.world.bytes_of("small", "small")
        wire = self.world.connect()
        data = wire.begin("STOR small.bin")
        self.proxy.close()
        data.sendall(content)
        data.close()
        time.sleep(RESTART)
        self.proxy.open()
        wire.expect(226)
        self.assertEqual(self.world.content("small.bin"), content)

    def test_who_does_not_want_to_wait_for_the_store_does_not(self):
        self.world.put("down.bin", self.whole)
        self.proxy.on("GetObject", faults.stall_in_answer)
        down, up = self.world.connect(), self.world.connect()
        received, sent = down.begin("RETR down.bin"), up.begin("STOR up.bin")
        self.addCleanup(sent.close)
        threading.Thread(target=self.take, args=(received,), daemon=True).start()
        sent.sendall(self.whole[:len(self.whole) // 2])
        self.wait_for(lambda: self.keys_of("GetObject") and self.keys_of("UploadPart"),
                      "no transfers")
        self.proxy.close()
        self.wait_for(lambda: self.world.log_lines("GetObject", "refused or failed"),
                      "the store is not missed")
        for wire in (down, up):
            began = time.monotonic()
            wire.say("ABOR", 426, 451)
            wire.expect(226)
            self.assertLess(time.monotonic() - began, 4)
        self.proxy.open()
        self.assertEqual(self.world.orphans_left(30), 0)

    def test_an_upload_outlives_a_store_that_asks_for_fewer_requests(self):
        rule = self.proxy.on("UploadPart", refuse(503, "SlowDown"), times=12)
        outcome = self.world.try_upload("up.bin", self.whole)
        self.assertEqual((outcome.code, outcome.content == self.whole), (226, True))
        self.assertGreaterEqual(rule.met, 12)


class OutagesOfOss(OnOss, Outages, StoreCase):
    pass


class OutagesOfCeph(OnCeph, Outages, StoreCase):
    pass
