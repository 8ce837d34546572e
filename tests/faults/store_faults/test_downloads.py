"""A download with one thing going wrong between gateway and store. What ends with 226 is the whole
object; else the client is told.
"""

import concurrent.futures
import dataclasses
import threading
import typing

from store_faults.row_case import RowCase, choose_rows, with_rows
from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.faults import refuse
from store_harness.proxy import ALWAYS

COMPLETE = (226,)
FAILED = (451,)
EITHER = COMPLETE + FAILED


@dataclasses.dataclass(frozen=True)
class Row:
    """`fault` befalls `times` answers to GetObject, from the `first` on. `fault` is made of the
    world. The time is in seconds."""

    name: str
    size: str
    fault: typing.Callable
    codes: tuple
    times: float = 1
    first: int = 1
    cut_first: bool = False  # so that there is a second one
    seconds: float = 0.0
    most_seconds: float = 10.0
    needs_checksum: bool = False  # of the whole object
    only: str = ""  # one kind of store

    def suits(self, engine):
        # The ETag of an upload in parts says nothing of the whole.
        checksum = engine.tells_crc64 or self.size == "small"
        return self.only in ("", engine.name) and (checksum or not self.needs_checksum)

    def happen(self, world):
        whole = world.bytes_of(self.size, "whole")
        if self.size == "small":
            world.put("file.bin", whole)
        else:
            world.connect().upload("STOR file.bin", whole)
        if self.cut_first:
            world.proxy.on("GetObject", faults.cut_answer())
        rule = world.proxy.on("GetObject", self.fault(world), first=self.first, times=self.times)
        return whole, world.try_download("RETR file.bin"), rule

    def check(self, test, found):
        whole, outcome, rule = found
        test.assertGreaterEqual(rule.met, self.first, "the fault did not happen")
        if outcome.code == 226:
            test.assertTrue(outcome.content == whole, "226 for something else")
        test.assertIn(outcome.code, self.codes, outcome.text)
        test.assertGreaterEqual(outcome.seconds, self.seconds)
        test.assertLess(outcome.seconds, self.most_seconds)


def rows(what, fault, codes, times=1, made_of_world=False, **more):
    """A row for each size."""
    made = fault if made_of_world else lambda _: fault
    return [Row(f"a {size} download meets {what}", size, made, codes, times, **more)
            for size in ("small", "large")]


def replacing(world):
    """Somebody else replaces the object, and the connection breaks."""
    return faults.cut_answer(then=lambda: world.put("file.bin", world.bytes_of("small", "other")))


damage = faults.spoil_answer(change_body=faults.flip_a_bit)
shorten = faults.spoil_answer(change_body=faults.first_half)

ROWS = [
    *rows("a 503", refuse(503, "SlowDown"), COMPLETE),
    *rows("nothing but 503", refuse(503, "SlowDown"), FAILED, ALWAYS),
    *rows("a 403", refuse(403, "AccessDenied"), (550,), ALWAYS),
    *rows("a 500", refuse(500, "InternalError"), COMPLETE),
    *rows("a 500 without a body", faults.fail_without_a_word(500), COMPLETE),
    *rows("nothing but 500 without a body", faults.fail_without_a_word(500), FAILED, ALWAYS),

    *rows("a cut in its middle", faults.cut_answer(), COMPLETE),
    *rows("nothing but cuts in the middle", faults.cut_answer(), FAILED, ALWAYS),
    *rows("a cut before its first byte", faults.cut_answer(0), COMPLETE),
    *rows("nothing but cuts before the first byte", faults.cut_answer(0), FAILED, ALWAYS),
    *rows("a cut, and another content behind it", replacing, (450, 451), made_of_world=True),
    *rows("a cut, and then a 503", refuse(503, "SlowDown"), COMPLETE, cut_first=True),
    *rows("a cut, and then a captive portal", faults.captive_portal, FAILED, ALWAYS, first=2,
          cut_first=True),
    *rows("a cut, and then a wrong range", faults.begins_elsewhere(1), FAILED, ALWAYS, first=2,
          cut_first=True),

    *rows("damaged bytes", damage, FAILED, needs_checksum=True),
    *rows("an end that comes too early", shorten, FAILED, needs_checksum=True),
    *rows("a wrong CRC", faults.wrong_crc64, FAILED, ALWAYS, only="oss"),
    *rows("a wrong ETag", faults.wrong_etag, EITHER, ALWAYS),

    *rows("a stall", faults.stall, COMPLETE, seconds=1.0),
    *rows("nothing but stalls", faults.stall, FAILED, ALWAYS, seconds=2.0, most_seconds=20.0),
    *rows("a stall in its middle", faults.stall_in_answer, COMPLETE, seconds=1.0,
          most_seconds=12.0),
    *rows("a trickle", faults.trickle(3), COMPLETE, seconds=1.0),
    *rows("a captive portal", faults.captive_portal, FAILED, ALWAYS),
]


@with_rows(ROWS)
class DownloadsFromOss(OnOss, RowCase):
    pass


@with_rows(ROWS)
class DownloadsFromCeph(OnCeph, RowCase):
    pass


# What is missing of a range shows, as its answer tells from where to where it goes.
RANGE_ROWS = [dataclasses.replace(row, codes=COMPLETE) if "too early" in row.name else row
              for row in ROWS]


@with_rows(RANGE_ROWS)
class ParallelReads(OnOss, RowCase):
    """A download in five ranges, three at the same time."""

    store_options = RowCase.store_options + "parallel_reads = 3\n"


class ReadAhead(OnOss, StoreCase):
    store_options = "parallel_reads = 3\n"

    def test_ranges_are_fetched_at_the_same_time(self):
        whole = self.world.put("file.bin", self.world.bytes_of("large", "whole"))
        release = threading.Event()
        rule = self.proxy.on("GetObject", faults.held_back(release), first=2, times=2)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            download = pool.submit(self.world.try_download, "RETR file.bin")
            # The first is not all read before the two behind it have been asked for.
            self.wait_for(lambda: rule.met >= 3, "the ranges are not asked for together")
            release.set()
            outcome = download.result()
        self.assertEqual(outcome.code, 226, outcome.text)
        self.assertTrue(outcome.content == whole)


def load_tests(_, suite, __):
    return choose_rows(suite)
