"""An upload over an existing object, with one thing going wrong between gateway and store. What is
answered with 226 lies in the store as it was sent; else the old object does, and nothing is left.
"""

import dataclasses
import typing

from store_faults.row_case import RowCase, choose_rows, with_rows
from store_harness import faults
from store_harness.case import OnCeph, OnOss
from store_harness.faults import refuse
from store_harness.proxy import ALWAYS

STORED = (226,)
FAILED = (451,)
REFUSED = (550,)
EITHER = STORED + FAILED


@dataclasses.dataclass(frozen=True)
class Row:
    """`fault` befalls `operation`: `times` requests of that kind, from the `first` on.

    `may_replace`: the store has taken the object before the gateway can know that something is
    wrong, so what lies there may be the new one whatever the reply is. The time is in seconds.
    """

    name: str
    operation: str
    fault: typing.Callable
    codes: tuple
    times: float
    first: int = 1
    seconds: float = 0.0
    most_seconds: float = 10.0
    may_replace: bool = False
    only: str = ""  # one kind of store

    def suits(self, engine):
        says_etag = engine.answers_completion_with_etag
        return self.only in ("", engine.name) and (says_etag or self.fault is not faults.wrong_etag
                                                   or self.operation != COMPLETION)

    def happen(self, world):
        old = world.put("old.bin", world.bytes_of("small", "old"))
        new = world.bytes_of("small" if self.operation == "PutObject" else "large", "new")
        rule = world.proxy.on(self.operation, self.fault, first=self.first, times=self.times)
        return old, new, world.try_upload("old.bin", new), rule

    def check(self, test, found):
        old, new, outcome, rule = found
        test.assertGreaterEqual(rule.met, self.first, "the fault did not happen")
        assert_true(test, old, new, outcome, self.may_replace)
        test.assertIn(outcome.code, self.codes, outcome.text)
        test.assertEqual(outcome.orphans, 0, "unfinished uploads are left")
        test.assertGreaterEqual(outcome.seconds, self.seconds)
        test.assertLess(outcome.seconds, self.most_seconds)


def assert_true(test, old, new, outcome, may_replace=False):
    """The reply says what is in the store."""
    if outcome.code == 226:
        test.assertTrue(outcome.content == new, f"226 for what is not there: {outcome.text}")
    elif may_replace:
        test.assertIn(outcome.content, (old, new), outcome.text)
    else:
        test.assertTrue(outcome.content == old, f"replaced in spite of {outcome.text}")


PUT, CREATION, PART, COMPLETION = EVERYWHERE = (
    "PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload")
WITH_BODY = (PUT, PART, COMPLETION)
LAST = (PUT, COMPLETION)
WITH_CONTENT = (PUT, PART)


def rows(what, where, fault, codes, times=1, **more):
    """A row for each of those operations."""
    return [Row(f"{operation} meets {what}", operation, fault, codes, times, **more)
            for operation in where]


WHITE_SPACE = b" \n" * 200
damage = faults.spoil_request(faults.flip_a_bit)
# One attempt that stands still takes the time limit and six seconds in which libcurl finds out.
STALLED = {"seconds": 1.0, "most_seconds": 12.0}
STALLED_FOR_GOOD = {"seconds": 2.0, "most_seconds": 20.0}
# To put an object together takes stores minutes: they are given ten times as long.
SLOW = {"seconds": 10.0, "most_seconds": 25.0}
SLOW_FOR_GOOD = {"seconds": 20.0, "most_seconds": 45.0}

ROWS = [
    *rows("a 503", EVERYWHERE, refuse(503, "SlowDown"), STORED),
    *rows("a 503 that names a time", WITH_BODY, refuse(503, "SlowDown", Retry_After="1"), STORED,
          seconds=1.0),
    *rows("nothing but 503", EVERYWHERE, refuse(503, "SlowDown"), FAILED, ALWAYS),
    *rows("a 403", EVERYWHERE, refuse(403, "AccessDenied"), REFUSED, ALWAYS),
    *rows("a 500", EVERYWHERE, refuse(500, "InternalError"), STORED),
    *rows("nothing but 500", EVERYWHERE, refuse(500, "InternalError"), FAILED, ALWAYS),
    *rows("a 500 at the second one", [PART], refuse(500, "InternalError"), STORED, first=2),
    *rows("nothing but 500 from the second one on", [PART], refuse(500, "InternalError"), FAILED,
          ALWAYS, first=2),
    *rows("a 500 without a body", EVERYWHERE, faults.fail_without_a_word(500), STORED),
    *rows("nothing but 500 without a body", EVERYWHERE, faults.fail_without_a_word(500), FAILED,
          ALWAYS),
    *rows("an Error in a 200", [COMPLETION], faults.error_in_200(), STORED),
    *rows("nothing but Errors in 200", [COMPLETION], faults.error_in_200(), FAILED, ALWAYS),
    *rows("white space and an Error in a 200", [COMPLETION], faults.error_in_200(WHITE_SPACE),
          STORED),
    *rows("nothing but white space and Errors in 200", [COMPLETION],
          faults.error_in_200(WHITE_SPACE), FAILED, ALWAYS),

    *rows("a request cut in its middle", WITH_BODY, faults.cut_request, STORED),
    *rows("nothing but cut requests", WITH_BODY, faults.cut_request, FAILED, ALWAYS),
    *rows("a lost answer", EVERYWHERE, faults.lose_answer, STORED),
    *rows("nothing but lost answers", LAST, faults.lose_answer, STORED, ALWAYS),
    *rows("nothing but lost answers", [PART], faults.lose_answer, FAILED, ALWAYS),

    *rows("a wrong ETag", [PART], faults.wrong_etag, EITHER),
    *rows("nothing but wrong ETags", [PART], faults.wrong_etag, FAILED, ALWAYS),
    *rows("a wrong ETag", LAST, faults.wrong_etag, EITHER, may_replace=True),
    *rows("a wrong CRC", [PART], faults.wrong_crc64, EITHER, only="oss"),
    *rows("nothing but wrong CRCs", [PART], faults.wrong_crc64, FAILED, ALWAYS, only="oss"),
    *rows("a wrong CRC", LAST, faults.wrong_crc64, EITHER, may_replace=True, only="oss"),
    *rows("bytes damaged once", WITH_CONTENT, damage, EITHER),
    *rows("bytes that are always damaged", WITH_CONTENT, damage, FAILED, ALWAYS),

    *rows("a stall", (PUT, CREATION, PART), faults.stall, STORED, **STALLED),
    *rows("a stall", [COMPLETION], faults.stall, STORED, **SLOW),
    *rows("nothing but stalls", (PUT, CREATION, PART), faults.stall, FAILED, ALWAYS,
          **STALLED_FOR_GOOD),
    *rows("nothing but stalls", [COMPLETION], faults.stall, FAILED, ALWAYS, **SLOW_FOR_GOOD),
    *rows("nobody who reads", WITH_CONTENT, faults.stall_in_request, FAILED, ALWAYS,
          **STALLED_FOR_GOOD),
    *rows("an answer that is kept back", [PUT], faults.keep_answer, STORED, **STALLED),
    *rows("an answer that is kept back", [COMPLETION], faults.keep_answer, STORED, **SLOW),
    *rows("no answer that ever comes", [PUT], faults.keep_answer, STORED, ALWAYS,
          **STALLED_FOR_GOOD),
    *rows("no answer that ever comes", [COMPLETION], faults.keep_answer, STORED, ALWAYS,
          **SLOW_FOR_GOOD),
    *rows("a trickle", WITH_BODY, faults.trickle(3), STORED, seconds=2.5),

    *rows("a captive portal that goes away", EVERYWHERE, faults.captive_portal, EITHER),
    *rows("a captive portal", EVERYWHERE, faults.captive_portal, FAILED, ALWAYS),
]


# What the gateway does wrong so far: an upload in parts is begun anew without a look for what the
# first request has begun.
KNOWN_BUGS = ("CreateMultipartUpload meets a lost answer",)


@with_rows(ROWS, KNOWN_BUGS)
class UploadsToOss(OnOss, RowCase):
    pass


@with_rows(ROWS, KNOWN_BUGS)
class UploadsToCeph(OnCeph, RowCase):
    pass


def load_tests(_, suite, __):
    return choose_rows(suite)
