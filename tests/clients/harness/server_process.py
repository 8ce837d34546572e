"""One process of the real binary, in a folder of its own. `OBJFTPD` names the binary."""

import itertools
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

from harness.ports import LOOPBACK


def binary():
    return os.environ["OBJFTPD"]


class ServerProcess:
    """REQUIRES: `root` exists and belongs to the test.

    `ports` has one for the name of each listener, "ftp" among them; they listen on all `hosts`.

    `wrapper` is put before the command, for a test that wants the process in surroundings of its
    own; it must `exec` its arguments so that the pid stays the server's.
    """

    def __init__(self, root, ports, arguments=("serve",), environment=(),
                 hosts=tuple(LOOPBACK.values())):
        self.root = pathlib.Path(root)
        self.ports = ports
        self.port = ports["ftp"]
        self.hosts = hosts
        self.wrapper = []
        self.arguments = list(arguments)
        self.environment = os.environ | dict(environment)
        self.process = None

    @property
    def log(self):
        return self.root / "log"

    def start(self):
        with open(self.root / "output", "ab") as output:
            self.process = subprocess.Popen(
                self.wrapper + [binary()] + self.arguments, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, cwd=self.root, env=self.environment)
        self._wait_until_it_accepts()
        return self

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout):
        return self.process.wait(timeout)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("the server did not end after two SIGTERMs") from None

    def most_memory(self):
        """Bytes that the process has had at once, so far."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) << 10

    def tail(self, offset=0, lines=60):
        """What the server logged after `offset` bytes, for a failed test to show."""
        try:
            with open(self.log, "rb") as log:
                log.seek(offset)
                text = log.read().decode("utf-8", "replace")
        except FileNotFoundError:
            text = (self.root / "output").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def log_size(self):
        return self.log.stat().st_size if self.log.exists() else 0

    def _wait_until_it_accepts(self, patience=20):
        give_up = time.monotonic() + patience
        for address in itertools.product(self.hosts, self.ports.values()):
            while True:
                try:
                    socket.create_connection(address, timeout=1).close()
                    break
                except OSError:
                    self._still_alive(give_up)

    def _still_alive(self, give_up):
        """Waits a moment for the process to fail; alive is good, but not for ever."""
        try:
            code = self.process.wait(0.01)
        except subprocess.TimeoutExpired:
            if time.monotonic() < give_up:
                return
            self.kill()
            code = "no listener"
        raise AssertionError(f"the server did not start ({code}):\n{self.tail()}\n"
                             + (self.root / "output").read_text(errors="replace"))
