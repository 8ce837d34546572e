"""Ground of the tests that are rows of a table, with a store behind a proxy: many together."""

import concurrent.futures
import contextlib
import unittest

from harness.case import ServerCase
from store_harness import engines
from store_harness.world import World

TOGETHER = 6  # gateways at the same time: a store that has more may take longer than their limits


class RowCase(ServerCase):
    """Tests that are made of a table's rows, each with a world of its own. Faults take time but no
    work: the rows of all tables happen together, ahead of the tests, which look at what came of
    each.

    A row has a `name`, the `seconds` that it needs at least, `suits(engine)`, `happen(world)`, and
    `check(test, found)` of what that returned.
    """

    engine_kind = None
    store_options = 'stall_timeout = "1 s"\n'
    prefix = None  # of the world
    chosen = set()  # (kind, row) of the tests that will run
    happening = {}
    pool = None

    @classmethod
    def setUpClass(cls):
        engines.started(cls.engine_kind)
        if not RowCase.pool:
            RowCase.pool = concurrent.futures.ThreadPoolExecutor(TOGETHER)
            for kind, row in sorted(cls.chosen, key=lambda chosen: -chosen[1].seconds):
                with contextlib.suppress(unittest.SkipTest):
                    engine = engines.started(kind.engine_kind)
                    cls.happening[kind, row] = cls.pool.submit(kind.happen, engine, row)

    @classmethod
    def happen(cls, engine, row):
        world = World(engine, f"{cls.__name__} {row.name}", store_options=cls.store_options,
                      prefix=cls.prefix)
        try:
            return world.start(), row.happen(world)
        finally:
            world.stop()

    def setUp(self):
        pass  # there is no server yet

    def look_at(self, row):
        try:
            world, found = self.happening[type(self), row].result()
        except KeyboardInterrupt:
            self.pool.shutdown(wait=False, cancel_futures=True)
            raise
        self.daemon, self.log_start = world.gateway, 0
        row.check(self, found)

    def tearDown(self):
        if self.daemon:
            super().tearDown()


def with_rows(rows, known_bugs=()):
    """Gives a RowCase a test for each row that its store can have. `known_bugs` are names of rows
    that the gateway fails."""
    def add(kind):
        for row in rows:
            if not row.suits(kind.engine_kind):
                continue

            def test(self, row=row):
                self.look_at(row)
            test.__name__ = f"test_{row.name}".replace(" ", "_")
            test.row = row
            assert test.__name__ not in vars(kind), f"two rows with one name: {row.name}"
            if row.name in known_bugs:
                unittest.expectedFailure(test)
            setattr(kind, test.__name__, test)
        unknown = set(known_bugs) - {row.name for row in rows}
        assert not unknown, f"no such rows: {unknown}"
        return kind
    return add


def choose_rows(suite):
    """For a module's `load_tests`: only rows whose tests will run shall happen."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            choose_rows(test)
        elif isinstance(test, RowCase):
            RowCase.chosen.add((type(test), getattr(test, test._testMethodName).row))
    return suite
