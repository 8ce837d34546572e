"""Who may run on which processor."""

import contextlib
import os

from errors import Failed


def _allow(pid, processors):
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
            os.sched_setaffinity(int(thread), processors)


@contextlib.contextmanager
def apart(pids):
    """One processor for these alone, and the others for what this program starts meanwhile: as if
    they were another machine."""
    everywhere = os.sched_getaffinity(0)
    theirs = {min(everywhere)}
    if everywhere == theirs:
        raise Failed("needs two processors")
    try:
        for pid in pids:
            _allow(pid, theirs)
        os.sched_setaffinity(0, everywhere - theirs)
        yield
    finally:
        os.sched_setaffinity(0, everywhere)
        for pid in pids:
            _allow(pid, everywhere)
