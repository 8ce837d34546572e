"""A store that stands still, with a time limit that is far away: who stops waiting does so at once,
and nobody else waits.
"""

import threading
import time

from harness.wire import reset
from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.proxy import ALWAYS

PROMPT = 2.0  # seconds; generous for a busy machine, far below every time limit


class Waiting:
    server_options = "io_threads = 1\n"
    store_options = 'stat_cache = "0 s"\n'  # who asks for the same would share an answer

    def setUp(self):
        super().setUp()
        self.old = self.world.put("old.bin", self.world.bytes_of("small", "old"))
        self.large = self.world.bytes_of("large", "new")

    def stall(self, *operations, fault=faults.stall, key="old.bin"):
        for operation in operations:
            self.proxy.on(operation, fault, times=ALWAYS,
                          matches=lambda request: request.key.endswith(key))

    def wait_for(self, operation, count=1):
        """Until that many requests of the kind have reached the proxy."""
        give_up = time.monotonic() + 20
        while self.proxy.operations().count(operation) < count:
            self.assertLess(time.monotonic(), give_up, f"no {operation}")
            time.sleep(0.005)

    def begin(self, command, content=b""):
        """A transfer in the background: the gateway may stop to read."""
        wire = self.world.connect()
        data = wire.begin(command)
        self.addCleanup(data.close)

        def send():
            try:
                data.sendall(content)
            except OSError:
                pass
        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        return wire, data

    def assert_abor_is_prompt(self, wire, *codes):
        began = time.monotonic()
        wire.control.settimeout(PROMPT + 1)
        wire.say("ABOR", *(codes or (426, 451)))
        wire.expect(226)
        self.assertLess(time.monotonic() - began, PROMPT)
        wire.say("NOOP", 200)

    def assert_nothing_happened(self):
        self.assertEqual(self.world.content("old.bin"), self.old)
        self.assertEqual(self.world.orphans_left(), 0)

    def test_abor_ends_an_upload_whose_parts_stand_still(self):
        self.stall("UploadPart")
        wire, _ = self.begin("STOR old.bin", self.large)
        self.wait_for("UploadPart", 2)
        self.assert_abor_is_prompt(wire)
        self.assert_nothing_happened()

    def test_abor_ends_an_upload_whose_parts_nobody_reads(self):
        self.stall("UploadPart", fault=faults.stall_in_request)
        wire, _ = self.begin("STOR old.bin", self.large)
        self.wait_for("UploadPart", 2)
        self.assert_abor_is_prompt(wire)
        self.assert_nothing_happened()

    def test_abor_ends_an_upload_that_cannot_begin(self):
        self.stall("CreateMultipartUpload")
        wire, _ = self.begin("STOR old.bin", self.large)
        self.wait_for("CreateMultipartUpload")
        self.assert_abor_is_prompt(wire)
        self.assert_nothing_happened()

    def test_abor_is_answered_as_it_is_elsewhere(self):
        self.stall("GetObject", fault=faults.stall_in_answer)
        wire, data = self.begin("RETR old.bin")
        self.assertTrue(data.recv(100))
        self.assert_abor_is_prompt(wire, 426)

    # Nobody knows by then what the store makes of it.
    def test_abor_leaves_an_upload_whose_only_request_stands_still(self):
        self.stall("PutObject")
        wire, data = self.begin("STOR old.bin")
        data.sendall(b"new")
        data.close()
        self.wait_for("PutObject")
        self.assert_abor_is_prompt(wire, 451)

    def test_abor_leaves_an_upload_whose_last_request_stands_still(self):
        self.stall("CompleteMultipartUpload")
        wire, data = self.begin("STOR old.bin")
        data.sendall(self.large)
        data.close()
        self.wait_for("CompleteMultipartUpload")
        self.assert_abor_is_prompt(wire, 451)

    def test_an_upload_that_was_left_does_not_replace_the_next_one(self):
        release = threading.Event()
        self.addCleanup(release.set)
        self.proxy.on("PutObject", faults.held_back(release))  # the first one only
        wire, data = self.begin("STOR old.bin")
        data.sendall(b"first")
        data.close()
        self.wait_for("PutObject")
        self.assert_abor_is_prompt(wire, 451)
        second = threading.Thread(target=wire.upload, args=("STOR old.bin", b"second"))
        second.start()
        second.join(1)  # it waits for the first one, which may still arrive
        release.set()
        second.join()
        self.assertEqual(self.world.content("old.bin"), b"second")

    def test_abor_ends_an_upload_whose_last_part_stands_still(self):
        self.stall("UploadPart")
        wire, data = self.begin("STOR old.bin")
        data.sendall(self.large)
        data.close()
        self.wait_for("UploadPart")
        self.assert_abor_is_prompt(wire, 426)
        self.assert_nothing_happened()

    def test_a_client_that_goes_away_ends_the_upload(self):
        self.stall("UploadPart")
        wire, data = self.begin("STOR old.bin", self.large)
        self.wait_for("UploadPart", 2)
        wire.control.close()
        reset(data)
        self.assert_nothing_happened()

    def test_abor_ends_a_download_that_stands_still(self):
        self.stall("GetObject", fault=faults.stall_in_answer)
        wire, data = self.begin("RETR old.bin")
        self.assertTrue(data.recv(100))
        self.assert_abor_is_prompt(wire)

    def test_abor_ends_a_download_that_does_not_begin(self):
        self.stall("GetObject")
        wire = self.world.connect()
        with wire.passive():
            wire.send("RETR old.bin")
            self.wait_for("GetObject")
            self.assert_abor_is_prompt(wire)

    def test_abor_ends_a_listing_that_does_not_begin(self):
        self.stall("ListObjects", key="")
        wire = self.world.connect()
        with wire.passive():
            wire.send("LIST")
            self.wait_for("ListObjects")
            self.assert_abor_is_prompt(wire)

    def begin_copy(self, *lines, key="new.bin"):
        """The last of the lines makes the store copy; held back until `release` is set."""
        release = threading.Event()
        self.addCleanup(release.set)
        self.proxy.on("CopyObject", faults.held_back(release), times=ALWAYS,
                      matches=lambda request: request.key.endswith(key))
        wire = self.world.connect()
        for line in lines[:-1]:
            wire.say(line, 350)
        wire.send(lines[-1])
        self.wait_for("CopyObject")
        return wire, release

    def assert_made_late(self, release):
        release.set()
        self.assertTrue(self.world.log_lines("a change that was not confirmed is made"))

    def test_abor_leaves_a_rename_whose_copy_stands_still(self):
        wire, release = self.begin_copy("RNFR old.bin", "RNTO new.bin")
        self.assert_abor_is_prompt(wire, 451)
        self.assert_made_late(release)
        self.assertEqual(self.world.content("new.bin"), self.old)
        self.assertIsNone(self.world.content("old.bin"))

    def test_abor_leaves_a_copy_that_stands_still(self):
        wire, release = self.begin_copy("SITE COPY old.bin new.bin")
        self.assert_abor_is_prompt(wire, 451)
        self.assert_made_late(release)
        self.assertEqual(self.world.content("new.bin"), self.old)
        self.assertEqual(self.world.content("old.bin"), self.old)

    def test_abor_leaves_a_change_of_metadata_that_stands_still(self):
        wire, release = self.begin_copy("SITE META old.bin colour=blue", key="old.bin")
        self.assert_abor_is_prompt(wire, 451)
        self.assert_made_late(release)
        self.assertTrue(any("colour: blue" in line for line in
                            wire.say("SITE META old.bin", 200).lines))

    def test_a_copy_that_was_left_is_not_tried_again(self):
        self.stall("CopyObject", key="new.bin")
        wire = self.world.connect()
        wire.send("SITE COPY old.bin new.bin")
        self.wait_for("CopyObject")
        self.assert_abor_is_prompt(wire, 451)
        self.proxy.close()  # what stands still fails
        self.assertTrue(self.world.log_lines("a change that was not confirmed has failed"))
        self.proxy.open()
        self.assertEqual(self.proxy.operations().count("CopyObject"), 1)
        self.assertIsNone(self.world.content("new.bin"))

    def test_a_rename_that_was_left_has_its_turn_before_what_follows(self):
        wire, release = self.begin_copy("RNFR old.bin", "RNTO new.bin")
        self.assert_abor_is_prompt(wire, 451)
        second = threading.Thread(target=wire.upload, args=("STOR new.bin", b"second"))
        second.start()
        second.join(1)
        self.assertTrue(second.is_alive(), "it has not waited")
        release.set()
        second.join()
        self.assertEqual(self.world.content("new.bin"), b"second")

    def test_abor_leaves_a_removal_that_waits_for_a_rename_of_the_same_file(self):
        wire, release = self.begin_copy("RNFR old.bin", "RNTO new.bin")
        self.assert_abor_is_prompt(wire, 451)
        wire.send("DELE new.bin")
        self.assert_abor_is_prompt(wire, 451)
        release.set()
        for command in ("RNTO new.bin", "DELE new.bin"):
            self.assertTrue(self.world.log_lines("a change that was not confirmed is made",
                                                 f'operation="{command}"'))
        self.assertIsNone(self.world.content("new.bin"))

    def test_abor_leaves_a_removal_that_stands_still(self):
        self.stall("DeleteObject")
        wire = self.world.connect()
        wire.send("DELE old.bin")
        self.wait_for("DeleteObject")
        self.assert_abor_is_prompt(wire, 451)

    def test_abor_ends_a_rename_that_waits_for_another_one(self):
        first, release = self.begin_copy("RNFR old.bin", "RNTO new.bin")
        self.assert_abor_is_prompt(first, 451)
        second = self.world.connect()
        second.say("RNFR old.bin", 350)
        second.send("RNTO new.bin")
        second.say("ABOR", 451)
        second.expect(226)
        release.set()
        self.assertTrue(self.world.log_lines("a change that was not confirmed is made"))
        self.assertEqual(self.proxy.operations().count("CopyObject"), 1)

    def test_abor_ends_an_append_whose_beginning_is_asked_for(self):
        self.stall("HeadObject")
        wire = self.world.connect()
        with wire.passive():
            wire.send("APPE old.bin")
            self.wait_for("HeadObject")
            self.assert_abor_is_prompt(wire)
        self.assert_nothing_happened()

    def test_a_client_that_goes_away_leaves_its_rename(self):
        wire, release = self.begin_copy("RNFR old.bin", "RNTO new.bin")
        wire.control.close()
        self.assertTrue(self.world.log_lines("session ended", "user=alice"))
        self.assert_made_late(release)
        self.assertEqual(self.world.content("new.bin"), self.old)

    def test_stat_tells_of_the_one_file_that_is_renamed_or_copied(self):
        size = len(self.old)
        for lines in (("SITE COPY old.bin new.bin",), ("RNFR old.bin", "RNTO new.bin")):
            self.proxy.clear()
            wire, release = self.begin_copy(*lines)
            wire.send(b"\xff\xf4\xff\xf2STAT\r\n")
            status = wire.expect(211)
            self.assertTrue([line for line in status.lines
                             if f"0 of 1 files ({size} bytes)" in line], status.lines)
            release.set()
            wire.expect(250)

    def stall_everywhere(self):
        """Sessions that wait for the store in each way there is."""
        self.world.put("stuck.bin", self.old)
        self.stall("PutObject", "UploadPart", "GetObject", "HeadObject", "DeleteObject",
                   "CopyObject", key="stuck.bin")
        self.begin("STOR stuck.bin", self.large)
        _, data = self.begin("STOR and stuck.bin")
        data.sendall(b"small")
        data.close()
        for command in ("SIZE stuck.bin", "DELE stuck.bin", "MDTM stuck.bin"):
            self.world.connect().send(command)
        wire = self.world.connect()
        downloads = wire.passive()
        self.addCleanup(downloads.close)
        wire.send("RETR stuck.bin")
        self.wait_for("UploadPart")
        self.wait_for("PutObject")
        self.wait_for("GetObject")
        self.wait_for("HeadObject", 2)
        self.wait_for("DeleteObject")

    def assert_served(self):
        began = time.monotonic()
        wire = self.world.connect()
        wire.upload("STOR old.bin", self.large)
        self.assertTrue(wire.download("RETR old.bin") == self.large)
        wire.upload("STOR small.bin", b"small")
        self.assertIn(b"stuck.bin", wire.download("LIST"))
        wire.say("DELE small.bin", 250)
        self.assertLess(time.monotonic() - began, PROMPT)

    def test_others_are_served_at_once(self):
        self.stall_everywhere()
        self.assert_served()

    def test_others_upload_and_download_the_same_name_at_once(self):
        self.proxy.on("PutObject", faults.stall)  # the first one only
        _, data = self.begin("STOR old.bin")
        data.sendall(b"never stored")
        data.close()
        self.wait_for("PutObject")
        began = time.monotonic()
        wire = self.world.connect()
        wire.control.settimeout(PROMPT + 1)
        self.assertEqual(wire.download("RETR old.bin"), self.old)
        wire.upload("STOR old.bin", b"the second")
        self.assertLess(time.monotonic() - began, PROMPT)
        self.assertEqual(self.world.content("old.bin"), b"the second")


class SlowDownloads:
    """More of them than an I/O thread may have connections, each at a client that does not read on.
    """

    server_options = "io_threads = 1\n"
    store_options = 'stat_cache = "0 s"\nmax_connections = 2\n'
    slow = 6

    def setUp(self):
        super().setUp()
        self.world.put("slow.bin", self.world.bytes_of("small", "slow"))
        self.proxy.on("GetObject", faults.stall_in_answer, times=self.slow)
        for _ in range(self.slow):
            data = self.world.connect().begin("RETR slow.bin")
            self.addCleanup(data.close)
        self.wait_for(lambda: self.proxy.operations().count("GetObject") == self.slow,
                      "downloads wait for each other")

    def test_what_others_ask_for_does_not_wait(self):
        content = self.world.bytes_of("large", "new")
        wire = self.world.connect()
        began = time.monotonic()
        wire.upload("STOR new.bin", content)
        wire.say("SIZE new.bin", 213)
        self.assertIn(b"new.bin", wire.download("LIST"))
        self.assertTrue(wire.download("RETR new.bin") == content)
        self.assertLess(time.monotonic() - began, 5 * PROMPT)

    def test_small_downloads_use_one_connection_after_the_other(self):
        self.world.put("small.bin", b"small")
        connections = []

        async def noted(exchange):
            connections.append(exchange.client)
            await exchange.forward()
        self.proxy.on("GetObject", noted, times=ALWAYS,
                      matches=lambda request: request.key.endswith("small.bin"))
        wire = self.world.connect()
        for _ in range(5):
            self.assertEqual(wire.download("RETR small.bin"), b"small")
        self.assertEqual(len(connections), 5)
        self.assertEqual(len(set(map(id, connections))), 1)


class SlowDownloadsFromOss(OnOss, SlowDownloads, StoreCase):
    pass


class WaitingForOss(OnOss, Waiting, StoreCase):
    pass


class WaitingForCeph(OnCeph, Waiting, StoreCase):
    pass
