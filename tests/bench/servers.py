"""What all servers that are measured share: where they run, how they start and stop."""

import contextlib
import os
import socket
import subprocess
import time
from dataclasses import dataclass

import accounts
import certificate
import process_tree
from errors import Unavailable
from program import Program

PASSIVE_PORTS = (21000, 30999)  # below the ephemeral range, so that clients do not take them


@dataclass
class Place:
    """What the servers share. `data` and `users` are those of servers that serve a folder."""

    scratch: str  # configurations, logs, state
    peers: str    # where peers.sh put the programs
    objftpd: str  # the executable
    port: int
    certificate: certificate.Certificate
    data: str = ""  # the folder that all of them serve
    users: accounts.Accounts = None


class Server(Program):
    needs_root = False
    idle_sessions = 200  # how many a memory measurement opens; few if each is a process
    resumes_tls = True   # whether data connections can resume the control connection's session

    def __init__(self, place):
        self.place = place
        self.process = None
        self.start_ms = 0.0
        self.tls = False
        if self.needs_root and place.users.problem:
            raise Unavailable(place.users.problem)
        super().__init__(place.scratch)

    def command(self):
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def start(self, tls=False):
        """Starts the server and notes the time until it accepts a connection. The peers know
        of TLS only where it is measured, so that it does not cost them where it is not."""
        self.tls = tls
        with open(self.path("log"), "wb") as log:
            begin = time.monotonic()
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, cwd=self.folder, env=self.environment())
        while not self._accepts():
            if self.process.poll() is not None or time.monotonic() - begin > 20:
                self.stop()
                raise Unavailable("does not start: " + self.log_tail())
            time.sleep(0.0002)
        self.start_ms = (time.monotonic() - begin) * 1e3
        time.sleep(0.1)  # let it finish with the connection that asked

    def _accepts(self):
        try:
            with socket.create_connection(("127.0.0.1", self.place.port), timeout=5) as probe:
                return probe.recv(1) == b"2"
        except OSError:
            return False

    def stop(self):
        if self.process:
            process_tree.stop(self.process)
            self.process = None

    @contextlib.contextmanager
    def running(self, tls=False):
        try:
            self.start(tls)
            yield self
        finally:
            self.stop()

    @property
    def pid(self):
        return self.process.pid

    def log_tail(self):
        with open(self.path("log"), errors="replace") as file:
            return " ".join(file.read().split())[-300:] or "no output"
