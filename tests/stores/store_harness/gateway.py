"""The server under test in front of a store."""

import functools
import itertools
import pathlib
import random
import re
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
    """Shows its user the bucket below a prefix. `port` is the store's or that of a proxy before it.
    The two options are text for the sections of the server and of the store; `sections` is text
    for further ones."""

    def __init__(self, root, engine, port, prefix, server_options="", store_options="",
                 sections=""):
        self.settings = {
            "type": engine.name, "region": engine.region, "port": port, "prefix": prefix,
            "key_id": engine.key_id, "secret": engine.secret, "store": store_options,
            "bucket": BUCKET}
        super().__init__(root, server=server_options, sections=sections)

    def _write_configuration(self, durability, server, listeners, sections):
        self.ports = {name: next_port() for name in listeners}
        self.port = self.ports["ftp"]
        path = self.root / "objftpd.toml"
        path.write_text(CONFIGURATION.format(
            root=self.root, user=daemon.USER, password_hash=hash_password(daemon.PASSWORD),
            listeners="".join(self._section_of(name, *listeners[name]) for name in listeners),
            server=server, **self.settings) + sections)
        path.chmod(0o600)

    def most_memory(self):
        """Bytes that the process has had at once, so far."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) << 10
