"""What ALLO says of an upload decides on the parts in the store, or that it is refused."""

from store_harness.case import OnCeph, OnOss, StoreCase
from harness.wire import end

MIB = 1 << 20
LONG_PART = 20 * MIB
TOO_LARGE = 1_000_000_000_000_000  # no store takes that as one object
SMALL = b"one small file"


class AnnouncedSizes:
    def setUp(self):
        super().setUp()
        self.wire = self.world.connect()

    def part_sizes(self):
        return [request.head.length for request in self.proxy.requests
                if request.operation == "UploadPart"]

    def upload(self, command, content):
        """The last reply, and whether the upload was allowed to begin."""
        with self.wire.passive() as data:
            reply = self.wire.say(command)
            if reply.code != 150:
                return reply.code, False
            data.sendall(content)
            end(data)
        return self.wire.reply().code, True

    def test_the_parts_are_long_enough_for_what_is_announced_from_the_first_one_on(self):
        content = bytes(2 * LONG_PART + 5 * MIB)
        self.wire.say(f"ALLO {9_000 * LONG_PART}", 200)
        self.assertEqual(self.upload("STOR file", content), (226, True))
        sizes = self.part_sizes()
        self.assertEqual((len(sizes), sum(sizes)), (3, len(content)))
        for size in sizes[:2]:
            self.assertTrue(LONG_PART < size <= LONG_PART + MIB, size)
        self.assertTrue(self.world.content("file") == content)

        self.proxy.requests.clear()  # of the next upload nothing is announced
        self.assertEqual(self.upload("STOR file", content), (226, True))
        self.assertLess(max(self.part_sizes()), LONG_PART // 2)

    def test_what_no_number_of_parts_can_hold_is_refused_before_its_data(self):
        for command in ("STOR file", "APPE file", "STOU file"):
            self.wire.say(f"ALLO {TOO_LARGE}", 200)
            self.assertEqual(self.upload(command, SMALL), (552, False), command)
            self.assertEqual(self.upload(command, SMALL), (226, True), command)

    def test_what_is_announced_is_forgotten_with_an_upload_that_is_refused(self):
        self.wire.say(f"ALLO {TOO_LARGE}", 200)
        self.wire.send(b"STOR \xff\r\n")
        self.wire.expect(553)
        self.assertEqual(self.upload("STOR file", SMALL), (226, True))

    def test_what_is_announced_is_forgotten_with_the_login(self):
        for way in ("REIN", "USER alice"):
            self.wire.say(f"ALLO {TOO_LARGE}", 200)
            self.wire.say(way, 220, 331)
            self.wire.login()
            self.assertEqual(self.upload("STOR file", SMALL), (226, True), way)


class AnnouncedSizesOnOss(OnOss, AnnouncedSizes, StoreCase):
    pass


class AnnouncedSizesOnCeph(OnCeph, AnnouncedSizes, StoreCase):
    pass
