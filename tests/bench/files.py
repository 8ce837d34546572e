"""The files that a benchmark makes."""

import functools
import os
import tempfile

BLOCK = 1 << 20


def scratch(parent):
    """A folder for one run, removed with all that is in it at the end of a `with`."""
    return tempfile.TemporaryDirectory(prefix="objftpd-bench-", dir=parent,
                                       ignore_cleanup_errors=True)


def write_private(path, text):
    """For what holds keys or passwords."""
    with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    return path


@functools.cache
def _random_block():
    return os.urandom(BLOCK)


def write_random(path, size):
    with open(path, "wb", buffering=0) as file:
        while size > 0:
            size -= file.write(_random_block()[:size])
    return path


class ServedFiles:
    """What the rows read, made when the first of them needs it."""

    def __init__(self, place):
        self.place = place
        self.made = set()
        os.makedirs(place.data)
        os.chown(place.data, place.users.uid, place.users.gid)

    def make(self, row):
        for pattern, count, size in row.files:
            if pattern in self.made:
                continue
            self.made.add(pattern)
            path = os.path.join(self.place.data, pattern)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            for number in range(count):
                write_random(path.replace("{n}", str(number)), size)
