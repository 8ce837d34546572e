"""The files that a benchmark makes."""

import os


def write_private(path, text):
    """For what holds keys or passwords."""
    with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    return path
