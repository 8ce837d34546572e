"""lftp, which mirrors trees."""

import shutil
import subprocess
import unittest

from harness.configuration import PASSWORD, USER


def mirror(port, source, target, *options):
    """By one session, unless an option says otherwise."""
    if not shutil.which("lftp"):
        raise unittest.SkipTest("not installed: lftp")
    script = (f"set net:max-retries 1; set net:timeout 60; set ftp:ssl-allow no; "
              f"open -u {USER},{PASSWORD} ftp://127.0.0.1:{port}; "
              f"mirror {' '.join(options)} {source} {target}; bye")
    done = subprocess.run(["lftp", "--norc", "-c", script], timeout=600, capture_output=True)
    if done.returncode != 0:
        raise AssertionError(f"lftp: {done.returncode} {done.stderr.decode(errors='replace')}")
