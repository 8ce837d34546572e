"""A listing of three pages with one thing going wrong between gateway and store. What ends with 226
is complete.
"""

import dataclasses
import typing

from store_faults.row_case import RowCase, choose_rows, with_rows
from store_harness import engines, faults
from store_harness.case import OnCeph, OnOss
from store_harness.faults import refuse
from store_harness.proxy import ALWAYS

COMPLETE = (226,)
FAILED = (451,)
EITHER = COMPLETE + FAILED


@dataclasses.dataclass(frozen=True)
class Row:
    """`fault` befalls `times` answers to ListObjects of that page. The time is in seconds."""

    name: str
    command: str
    fault: typing.Callable
    codes: tuple
    times: float
    page: int
    seconds: float = 0.0
    most_seconds: float = 10.0

    def suits(self, engine):
        return True

    def happen(self, world):
        rule = world.proxy.on(
            "ListObjects", self.fault, times=self.times,
            matches=lambda request: ("continuation-token" in request.query) == (self.page > 1))
        return engines.filled(world.engine), world.try_download(self.command), rule

    def check(self, test, found):
        names, outcome, rule = found
        test.assertGreaterEqual(rule.met, 1, "the fault did not happen")
        test.assertIn(outcome.code, self.codes, outcome.text)
        lines = outcome.content.decode("utf-8", "replace").split("\r\n")
        listed = ["object" + line.rpartition("object")[2] for line in lines if "object" in line]
        if outcome.code == 226:
            test.assertEqual(sorted(listed), names)
        test.assertGreaterEqual(outcome.seconds, self.seconds)
        test.assertLess(outcome.seconds, self.most_seconds)


def row(what, fault, codes, times=1, page=1, command="LIST", **more):
    return Row(f"{command} meets {what} on page {page}", command, fault, codes, times, page, **more)


truncate = faults.spoil_answer(change_body=faults.first_half)

ROWS = [
    row("a 503", refuse(503, "SlowDown"), COMPLETE),
    row("nothing but 503", refuse(503, "SlowDown"), FAILED, ALWAYS),
    row("a 403", refuse(403, "AccessDenied"), (550,), ALWAYS),
    row("truncated XML", truncate, EITHER),
    row("nothing but truncated XML", truncate, FAILED, ALWAYS),
    row("a cut", faults.cut_answer(), COMPLETE),
    row("nothing but cuts", faults.cut_answer(), FAILED, ALWAYS),
    row("an Error in a 200", faults.error_in_200(), FAILED, ALWAYS),
    row("a captive portal", faults.captive_portal, FAILED, ALWAYS),
    row("a stall", faults.stall, COMPLETE, seconds=1.0, most_seconds=12.0),

    row("a 500", refuse(500, "InternalError"), COMPLETE, page=2),
    row("nothing but 500", refuse(500, "InternalError"), FAILED, ALWAYS, page=2),
    row("a 403", refuse(403, "AccessDenied"), (451, 550), ALWAYS, page=2),
    row("nothing but truncated XML", truncate, FAILED, ALWAYS, page=2),
    row("a cut", faults.cut_answer(), COMPLETE, page=2),
    row("nothing but cuts", faults.cut_answer(), FAILED, ALWAYS, page=2),
    row("a captive portal", faults.captive_portal, FAILED, ALWAYS, page=2),
    row("nothing but stalls", faults.stall, FAILED, ALWAYS, page=2, seconds=2.0,
        most_seconds=20.0),

    *[row(what, fault, FAILED, ALWAYS, page=page, command=command)
      for command in ("NLST", "MLSD") for page in (1, 2)
      for what, fault in (("nothing but 500", refuse(500, "InternalError")),
                          ("nothing but truncated XML", truncate),
                          ("a captive portal", faults.captive_portal))],
]


class ManyObjects(RowCase):
    prefix = engines.MANY_PREFIX


@with_rows(ROWS)
class ListingsOfOss(OnOss, ManyObjects):
    pass


@with_rows(ROWS)
class ListingsOfCeph(OnCeph, ManyObjects):
    pass


def load_tests(_, suite, __):
    return choose_rows(suite)
