"""Uploads that break off and are gone on with: nothing that the store has is sent again."""

import time

from harness.wire import Wire, end, reset
from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.proxy import ALWAYS
from store_harness.world import World

SENT = 0.75  # of the file, before it breaks off


class ResumedUploads:
    user_options = 'on_interrupt = "resume"'

    def setUp(self):
        super().setUp()
        self.new = self.world.bytes_of("large", "new")
        self.sent = int(len(self.new) * SENT)

    def receive_first(self, wire):
        """An upload of which the gateway has taken all that was sent; its data connection."""
        data = wire.passive()
        wire.say("STOR new.bin", 150)
        data.sendall(self.new[:self.sent])
        while not any(f"{self.sent} bytes in" in line for line in wire.say("STAT", 211).lines):
            pass
        return data

    def break_off(self):
        wire = self.world.connect()
        with self.receive_first(wire):
            wire.say("ABOR", 426)
            wire.expect(226)
        return wire

    def durable(self, wire):
        return int(wire.say("SIZE new.bin", 213).lines[0].split()[1])

    def upload_rest(self, wire, command, begin):
        with wire.passive() as data:
            wire.say(command, 150)
            data.sendall(self.new[begin:])
            end(data)
        wire.expect(226)
        self.assertEqual(self.world.content("new.bin"), self.new)
        self.assertEqual(self.world.orphans_left(), 0)

    def parts_sent(self):
        return [int(r.query["partNumber"]) for r in self.proxy.requests
                if r.operation == "UploadPart"]

    def test_only_what_is_missing_is_sent_again(self):
        wire = self.break_off()
        there = self.durable(wire)
        self.assertLessEqual(there, self.sent)
        self.assertGreater(there, self.sent - self.engine.part_bytes * 9 // 8)
        before = self.parts_sent()
        wire.say(f"REST {there}", 350)
        self.upload_rest(wire, "STOR new.bin", there)
        self.assertGreater(min(self.parts_sent()[len(before):]), max(before))

    def test_another_gateway_goes_on(self):
        self.break_off()
        another = World(self.engine, self.id() + "-another", prefix=self.world.prefix,
                        user_options=self.user_options)
        self.addCleanup(another.stop)
        another.start()
        wire = another.connect()
        self.upload_rest(wire, "APPE new.bin", self.durable(wire))

    def begin_on_another(self):
        """An upload by the same user on another gateway, which has a part of it in the store."""
        another = World(self.engine, self.id() + "-another", prefix=self.world.prefix,
                        user_options=self.user_options)
        self.addCleanup(another.stop)
        wire = another.start().connect()
        data = wire.begin("STOR new.bin")
        data.sendall(self.new[:self.sent])
        self.wait_for(lambda: ("UploadPart", 200) in another.proxy.statuses, "no part is stored")
        return wire, data

    def finish_on_another(self, wire, data):
        with data:
            data.sendall(self.new[self.sent:])
            end(data)
        wire.expect(226)
        self.assertTrue(self.world.content("new.bin") == self.new)

    def test_what_is_stored_does_not_end_an_upload_of_the_name_on_another_gateway(self):
        another = self.begin_on_another()
        wire = self.world.connect()
        wire.upload("STOR new.bin", b"stored first")
        self.wait_for(lambda: "ListParts" in self.proxy.operations(), "nothing is looked for")
        self.finish_on_another(*another)

    def test_a_deletion_does_not_end_an_upload_of_the_name_on_another_gateway(self):
        self.world.put("new.bin", b"stands")
        another = self.begin_on_another()
        wire = self.world.connect()
        wire.say("DELE new.bin", 250)
        self.finish_on_another(*another)

    def test_what_broke_off_here_is_deleted_at_once(self):
        wire = self.break_off()
        self.durable(wire)
        wire.say("DELE new.bin", 250)
        self.assertEqual(self.world.orphans(), [])

    def kill_and_come_back(self):
        """While a part is there; a client of the server that follows."""
        with Wire(self.daemon) as wire, self.receive_first(wire):
            while ("UploadPart", 200) not in self.proxy.statuses:
                time.sleep(0.01)
            self.daemon.kill()
        self.daemon.start()
        return self.world.connect()

    def test_kill_9_leaves_what_the_store_has(self):
        wire = self.kill_and_come_back()
        self.upload_rest(wire, "APPE new.bin", self.durable(wire))

    def test_what_kill_9_leaves_is_not_deleted_while_another_gateway_may_have_it(self):
        wire = self.kill_and_come_back()
        wire.say("DELE new.bin", 450)
        self.upload_rest(wire, "APPE new.bin", self.durable(wire))

    def test_over_a_file_that_stands_nothing_is_kept(self):
        self.world.put("new.bin", b"stands")
        wire = self.break_off()
        self.assertEqual(self.durable(wire), len(b"stands"))
        self.assertEqual(self.world.orphans_left(), 0)

    def test_a_client_that_dies_finds_it_again(self):
        with Wire(self.daemon) as wire:
            reset(self.receive_first(wire))
            reset(wire.control)
        self.assertTrue(self.world.log_lines("what is there of it is kept"))
        wire = self.world.connect()
        self.upload_rest(wire, "APPE new.bin", self.durable(wire))

    def test_a_store_that_fails_for_a_while_loses_nothing_of_it(self):
        self.proxy.on("UploadPart", faults.refuse(503, "SlowDown"), times=ALWAYS,
                      matches=lambda request: request.query["partNumber"] != "1")
        wire = self.world.connect()
        with wire.passive() as data:
            wire.say("STOR new.bin", 150)
            try:
                data.sendall(self.new)
                end(data)
            except ConnectionError:
                pass
            wire.expect(451)
        self.proxy.clear()
        self.upload_rest(wire, "APPE new.bin", self.durable(wire))

    def test_the_first_part_that_never_came_leaves_nothing(self):
        self.proxy.on("UploadPart", faults.refuse(403, "AccessDenied"), times=ALWAYS)
        outcome = self.world.try_upload("new.bin", self.new)
        self.assertEqual((outcome.code, outcome.content, outcome.orphans), (550, None, 0))

    def test_uploads_of_others_are_no_ones(self):
        upload = self.engine.begin_upload(self.world.prefix + "new.bin",
                                          self.new[:self.engine.part_bytes])
        wire = self.world.connect()
        wire.say("SIZE new.bin", 550)
        self.assertEqual(wire.names("/"), set())
        wire.say("DELE new.bin", 550)
        self.assertEqual(self.world.orphans(), [upload])


class ResumedUploadsToOss(OnOss, ResumedUploads, StoreCase):
    pass


class ResumedUploadsToCeph(OnCeph, ResumedUploads, StoreCase):
    pass
