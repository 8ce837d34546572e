"""The server under test in front of a store that is reached through the proxy."""

import functools

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
        path = self.root / "objftpd.toml"
        path.write_text(CONFIGURATION.format(
            root=self.root, user=daemon.USER, password_hash=hash_password(daemon.PASSWORD),
            listeners="".join(self._section_of(name, *listeners[name]) for name in listeners),
            server=server, **self.settings) + sections)
        path.chmod(0o600)
