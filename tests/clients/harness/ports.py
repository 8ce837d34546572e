"""Where servers under test listen."""

import itertools
import random
import socket
import threading

LOOPBACK = {"IPv4": "127.0.0.1", "IPv6": "::1"}

_RANGE = 21_000, 32_000  # below those that the kernel gives away
_choosing = threading.Lock()
_next_port = itertools.count(random.randrange(*_RANGE))


def free_port():
    """One that nobody listens on, on either address. The connections of servers that run beside
    each other are many: one of the ports that the kernel gives away might be taken again before
    the server listens."""
    with _choosing:
        while True:
            port = _RANGE[0] + next(_next_port) % (_RANGE[1] - _RANGE[0])
            try:
                for host, family in ((LOOPBACK["IPv4"], socket.AF_INET),
                                     (LOOPBACK["IPv6"], socket.AF_INET6)):
                    socket.create_server((host, port), family=family).close()
                return port
            except OSError:
                continue
