"""A test case with one server for all tests of a run, and its log when a test fails."""

import atexit
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

from harness.daemon import Daemon

_shared = {}

# One for each rule about the sessions of data connections; that of "ftp" and "ftps" is the default.
LISTENERS = {
    f"{scheme}{'-' if rule else ''}{rule}": (scheme, f'session_reuse = "{rule}"' if rule else "")
    for scheme in ("ftp", "ftps") for rule in ("", "off", "require")}


def scratch():
    """A folder for the whole run. Kept when KEEP is set, removed otherwise."""
    if "scratch" not in _shared:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="objftpd-test-"))
        _shared["scratch"] = folder
        if os.environ.get("KEEP"):
            print(f"keeping {folder}", file=sys.stderr)
        else:
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _shared["scratch"]


def shared_daemon():
    """One server on an empty store, without fsync: these tests are about clients, not crashes."""
    if "daemon" not in _shared:
        root = scratch() / "server"
        root.mkdir(exist_ok=True)
        daemon = Daemon(root, durability="none", listeners=LISTENERS).start()
        atexit.register(daemon.stop)
        assert daemon.certificate  # fetched now, not in the log of some test
        _shared["daemon"] = daemon
    return _shared["daemon"]


class ServerCase(unittest.TestCase):
    """Shows what the server logged during a test that fails."""

    daemon = None

    def setUp(self):
        self.log_start = self.daemon.log_size()

    def failing(self):
        """Whether the running test has failed so far; for tearDown."""
        outcome = self._outcome
        errors = getattr(outcome.result, "errors", []) + getattr(outcome.result, "failures", [])
        return not outcome.success or any(self is test for test, _ in errors)

    def tearDown(self):
        if self.failing():
            print(f"\n-- server's log during {self.id()}:\n"
                  + self.daemon.tail(self.log_start), flush=True)
