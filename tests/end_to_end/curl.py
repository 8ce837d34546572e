"""curl, of which the other end is this process."""

import contextlib
import subprocess

from harness.configuration import PASSWORD, USER
from stream import BLOCK


class Curl:
    """One transfer."""

    def __init__(self, port, name, *options):
        self.command = ["curl", "-q", "-sS", "-u", f"{USER}:{PASSWORD}", *options,
                        f"ftp://127.0.0.1:{port}/{name}"]

    def upload(self, some_blocks):
        with self._running("-T", "-", stdin=subprocess.PIPE) as process:
            for block in some_blocks:
                process.stdin.write(block)
            process.stdin.close()

    def download(self):
        with self._running(stdout=subprocess.PIPE) as process:
            while block := process.stdout.read(BLOCK):
                yield block

    @contextlib.contextmanager
    def _running(self, *options, **pipes):
        with subprocess.Popen([*self.command, *options], stderr=subprocess.PIPE,
                              **pipes) as process:
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
