"""Ground of the tests that measure the gateway or send it more than a proxy could take."""

from harness.case import ServerCase
from store_harness import engines
from store_harness.gateway import Gateway
from store_harness.scratch import own_folder


class GatewayCase(ServerCase):
    """Straight in front of the store, with the options that users have; a gateway for each test."""

    engine_kind = None
    user_options = ""

    def setUp(self):
        self.engine = self.start_engine()
        root = own_folder(self.id())
        self.prefix = f"{root.name}/"
        self.daemon = Gateway(root, self.engine, self.engine.port, self.prefix,
                              user_options=self.user_options)
        self.addCleanup(self.daemon.stop)
        self.daemon.start()
        super().setUp()

    def start_engine(self):
        return engines.started(self.engine_kind)
