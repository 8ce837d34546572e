"""The server under test in front of a store that is reached through the proxy."""

import functools
import itertools
import random
import socket
import threading

from harness import daemon

CONFIGURATION = """\
state = "{root}/state"
{listeners}
[server]
passive_ports = "any"
{server}

[log]
level = "debug"
file = "{root}/log"

[[store]]
name = "cloud"
type = "{type}"
endpoint = "http://127.0.0.1:{port}"
region = "{region}"
access_key_id = "{key_id}"
access_key_secret = "{secret}"
part_size = "{part_size}"
attempts = 2
{store}

[[user]]
name = "{user}"
password_hash = '{password_hash}'

[[user.mount]]
path = "/"
store = "cloud"
bucket = "{bucket}"
prefix = "{prefix}"
"""

BUCKET = "files"

PORTS = 21_000, 32_000  # below those that the kernel gives away
_choosing = threading.Lock()
_next_port = itertools.count(random.randrange(*PORTS))


def next_port():
    """A free one. The connections of gateways that run beside each other are many: one of those
    that the kernel gives away might be taken again before the gateway listens."""
    with _choosing:
        while True:
            port = PORTS[0] + next(_next_port) % (PORTS[1] - PORTS[0])
            try:
                for host, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)):
                    socket.create_server((host, port), family=family).close()
                return port
            except OSError:
                continue


hash_password = functools.lru_cache(daemon.hash_password)


class Gateway(daemon.Daemon):
    """Shows its user the bucket below a prefix. The two options are text for the sections of the
    server and of the store."""

    def __init__(self, root, engine, port, prefix, server_options, store_options):
        self.settings = {
            "type": engine.name, "region": engine.region, "port": port, "prefix": prefix,
            "key_id": engine.key_id, "secret": engine.secret, "part_size": engine.part_size,
            "store": store_options, "bucket": BUCKET}
        super().__init__(root, server=server_options)

    def _write_configuration(self, durability, server, listeners, sections):
        self.ports = {name: next_port() for name in listeners}
        self.port = self.ports["ftp"]
        path = self.root / "objftpd.toml"
        path.write_text(CONFIGURATION.format(
            root=self.root, user=daemon.USER, password_hash=hash_password(daemon.PASSWORD),
            listeners="".join(self._section_of(name, *listeners[name]) for name in listeners),
            server=server, **self.settings) + sections)
        path.chmod(0o600)
