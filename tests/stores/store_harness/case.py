"""Ground of the tests with a store behind a proxy."""

import time

from harness.case import ServerCase
from store_harness import engines
from store_harness.world import World


class OnOss:
    engine_kind = engines.Oss


class OnCeph:
    engine_kind = engines.Ceph


class StoreCase(ServerCase):
    """With a world of its own for each test."""

    engine_kind = None
    server_options = ""
    store_options = ""
    user_options = ""
    sections = ""
    prefix = None
    impatient = True

    @classmethod
    def setUpClass(cls):
        cls.engine = engines.started(cls.engine_kind)

    def setUp(self):
        self.world = World(self.engine, self.id(), self.server_options, self.store_options,
                           self.prefix, self.sections, self.impatient, self.user_options)
        self.addCleanup(self.world.stop)
        self.daemon = self.world.start().gateway
        self.proxy = self.world.proxy
        super().setUp()

    def wait_for(self, condition, what):
        give_up = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), give_up, what)
            time.sleep(0.01)
