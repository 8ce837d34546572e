"""A folder for the thousands of small files of a run."""

import atexit
import functools
import os
import pathlib
import re
import shutil
import tempfile

from harness.case import scratch

MEMORY = "/dev/shm"


@functools.cache
def quick_scratch():
    """In memory, where they cost nothing; the usual one if it shall be kept."""
    if os.environ.get("KEEP") or not os.access(MEMORY, os.W_OK):
        return scratch()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="objftpd-test-", dir=MEMORY))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def own_folder(name):
    """For one test. REQUIRES: `name` is nobody else's."""
    folder = quick_scratch() / re.sub(r"\W+", "-", name)
    folder.mkdir()
    return folder
