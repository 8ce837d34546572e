"""What SIGUSR1 makes the log tell of the requests to a store, compared with what reached it."""

import collections
import re
import signal

from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.faults import refuse


class Totals:
    def tell(self, event, lines=1):
        """The fields of the lines that come of one SIGUSR1, after all commands have ended."""
        self.wire.say("NOOP", 200)
        self.daemon.signal(signal.SIGUSR1)
        self.wait_for(lambda: len(self.world.log_lines(event)) >= lines, "not all is told")
        return [dict(re.findall(r"(\w+)=(\S+)", line)) for line in self.world.log_lines(event)]

    def of(self, action):
        told = self.tell(f"requests to the store store=cloud action={action} ")
        self.assertEqual(len(told), 1, told)
        return {name: int(value) for name, value in told[0].items() if value.isdigit()}

    def setUp(self):
        super().setUp()
        self.wire = self.world.connect()

    def test_requests_are_those_that_reached_the_store(self):
        small = self.world.bytes_of("small", "small")
        self.wire.upload("STOR small.bin", small)
        self.wire.upload("STOR large.bin", self.world.bytes_of("large", "large"))
        self.wire.download("RETR small.bin")
        self.wire.say("SIZE missing.bin", 550)
        reached = collections.Counter(self.proxy.operations())
        told = self.tell("requests to the store", lines=len(reached))
        self.assertEqual({line["action"]: int(line["requests"]) for line in told}, reached)

    def test_bytes_are_those_of_the_files(self):
        small = self.world.bytes_of("small", "small")
        self.wire.upload("STOR small.bin", small)
        for _ in range(3):
            self.wire.download("RETR small.bin")
        self.assertEqual(self.of("GetObject")["received"], 3 * len(small))

    def test_a_download_that_broke_is_counted_as_it_came(self):
        large = self.world.bytes_of("large", "large")
        self.wire.upload("STOR large.bin", large)
        self.proxy.on("GetObject", faults.cut_answer())
        self.assertEqual(self.wire.download("RETR large.bin"), large)
        told = self.of("GetObject")
        self.assertEqual((told["requests"], told["received"]), (2, len(large)))

    def test_repetitions_and_what_made_them_are_counted(self):
        self.proxy.on("PutObject", refuse(503, "SlowDown"))
        small = self.world.bytes_of("small", "small")
        self.wire.upload("STOR small.bin", small)
        told = self.of("PutObject")
        self.assertEqual({name: told[name] for name in ("requests", "failures", "throttled",
                                                        "repetitions", "refusals", "sent")},
                         {"requests": 2, "failures": 1, "throttled": 1, "repetitions": 1,
                          "refusals": 0, "sent": 2 * len(small)})
        self.assertGreaterEqual(told["slowest_us"], told["average_us"])

    def test_what_listings_leave_out_is_told_once_and_counted(self):
        for name in ("dir", "dir/file", "nameless//file", "line\nend", "fine"):
            self.world.put(name, b"content")
        for _ in range(2):
            shown = self.wire.download("NLST").decode().split()
            self.assertEqual(sorted(shown), ["dir", "fine", "nameless"])
        self.wire.download("NLST nameless")
        told = self.tell("keys left out of listings")
        self.assertEqual((told[-1]["nameless"], told[-1]["hidden_by_directories"]), ("3", "2"))
        self.assertEqual(len(self.world.log_lines("a key that no path can name is not listed")), 2)
        self.assertEqual(len(self.world.log_lines("a directory has its name", "/dir")), 1)


class TotalsOfOss(OnOss, Totals, StoreCase):
    pass


class TotalsOfCeph(OnCeph, Totals, StoreCase):
    pass
