"""A file that is larger than any memory it may take, by curl: GATEWAY_LARGE_BYTES of it."""

import os
import shutil
import time

from curl import Curl
from gateway_case import GatewayCase
from harness.case import scratch
from store_harness import engines
from store_harness.case import OnCeph, OnOss
from stream import Digest, blocks

SIZE = int(os.environ.get("GATEWAY_LARGE_BYTES") or 5 << 30)
MOST_IN_MEMORY = 1 << 30  # of a store; one that holds more lies on the disk
MOST_OF_GATEWAY = 64 << 20


def large_ceph(folder):
    return engines.Ceph(folder, OBJECTSTORE="bluestore",
                        MEMSTORE_BYTES=str(SIZE * 3 // 2 + (2 << 30)))


class LargeFile:
    def start_engine(self):
        if SIZE <= MOST_IN_MEMORY:
            return super().start_engine()
        folder = scratch() / f"large-{self.engine_kind.name}"
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        engine = self.on_disk(folder)
        self.addCleanup(engine.stop)
        return engine

    def timed(self, what, transfer):
        began = time.monotonic()
        transfer()
        rate = SIZE / (time.monotonic() - began) / 1e6
        memory = self.daemon.most_memory()
        print(f"{self.engine.name}: {SIZE} bytes {what}: {rate:.0f} MB/s, "
              f"at most {memory / (1 << 20):.1f} MiB", flush=True)
        self.assertLess(memory, MOST_OF_GATEWAY)

    def test_a_large_file_goes_up_and_comes_down_unchanged_in_little_memory(self):
        sent, stored, received = Digest(), Digest(), Digest()
        curl = Curl(self.daemon.port, "large.bin")
        self.timed("up", lambda: curl.upload(sent.of(blocks(SIZE, "large"))))
        self.assertEqual(self.engine.keys(self.prefix), {f"{self.prefix}large.bin": SIZE})
        self.assertEqual(self.engine.uploads(self.prefix), [])
        stored.read(self.engine.blocks(f"{self.prefix}large.bin"))
        self.assertEqual(stored.value, sent.value)
        # A process of its own: what the way down takes is not hidden by what the way up took.
        self.daemon.stop()
        self.daemon.start()
        self.timed("down", lambda: received.read(curl.download()))
        self.assertEqual(received.value, sent.value)


class LargeFileOnOss(OnOss, LargeFile, GatewayCase):
    on_disk = engines.Oss


class LargeFileOnCeph(OnCeph, LargeFile, GatewayCase):
    on_disk = staticmethod(large_ceph)
