"""A file that is larger than any memory it may take, by curl: GATEWAY_LARGE_BYTES of it."""

import contextlib
import os
import shutil
import subprocess
import time

from harness.case import ServerCase, scratch
from harness.configuration import PASSWORD, USER
from store_harness import engines
from store_harness.gateway import Gateway
from store_harness.scratch import quick_scratch
from stream import BLOCK, Digest, blocks

SIZE = int(os.environ.get("GATEWAY_LARGE_BYTES") or 5 << 30)
MOST_IN_MEMORY = 1 << 30  # of a store; one that holds more lies on the disk
MOST_OF_GATEWAY = 64 << 20


class Curl:
    """One transfer of which the other end is this process."""

    def __init__(self, gateway, name, *options):
        self.url = f"ftp://127.0.0.1:{gateway.port}/{name}"
        self.command = ["curl", "-q", "-sS", "-u", f"{USER}:{PASSWORD}", *options, self.url]

    def upload(self, some_blocks):
        with self._running(stdin=subprocess.PIPE) as process:
            for block in some_blocks:
                process.stdin.write(block)
            process.stdin.close()

    def download(self):
        with self._running(stdout=subprocess.PIPE) as process:
            while block := process.stdout.read(BLOCK):
                yield block

    @contextlib.contextmanager
    def _running(self, **pipes):
        with subprocess.Popen(self.command, stderr=subprocess.PIPE, **pipes) as process:
            try:
                yield process
            except BrokenPipeError:
                pass  # curl says why
            except BaseException:
                process.kill()
                raise
            said = process.stderr.read().decode(errors="replace")
        if process.returncode != 0:
            raise AssertionError(f"curl: {process.returncode} {said}")


def large_ceph(folder):
    return engines.Ceph(folder, OBJECTSTORE="bluestore",
                        MEMSTORE_BYTES=str(SIZE * 3 // 2 + (2 << 30)))


class LargeFile:
    def setUp(self):
        if SIZE <= MOST_IN_MEMORY:
            self.engine = engines.started(self.engine_kind)
        else:
            folder = scratch() / f"large-{self.engine_kind.name}"
            self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
            self.engine = self.on_disk(folder)
            self.addCleanup(self.engine.stop)
        root = quick_scratch() / self.id()
        root.mkdir()
        self.prefix = f"{root.name}/"
        self.daemon = Gateway(root, self.engine, self.engine.port, self.prefix)
        self.addCleanup(self.daemon.stop)
        self.daemon.start()
        super().setUp()

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
        curl = Curl(self.daemon, "large.bin", "-T", "-")
        self.timed("up", lambda: curl.upload(sent.of(blocks(SIZE, "large"))))
        self.assertEqual(self.engine.keys(self.prefix), {f"{self.prefix}large.bin": SIZE})
        self.assertEqual(self.engine.uploads(self.prefix), [])
        stored.read(self.engine.blocks(f"{self.prefix}large.bin"))
        self.assertEqual(stored.value, sent.value)
        # A process of its own: what the way down takes is not hidden by what the way up took.
        self.daemon.stop()
        self.daemon.start()
        curl = Curl(self.daemon, "large.bin")
        self.timed("down", lambda: received.read(curl.download()))
        self.assertEqual(received.value, sent.value)


class LargeFileOnOss(LargeFile, ServerCase):
    engine_kind = engines.Oss
    on_disk = staticmethod(engines.Oss)


class LargeFileOnCeph(LargeFile, ServerCase):
    engine_kind = engines.Ceph
    on_disk = staticmethod(large_ceph)
