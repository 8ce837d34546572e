"""The configuration of most servers under test: one user, who sees one bucket of one store."""

import functools
import subprocess

from harness.ports import LOOPBACK
from harness.server_process import binary

USER = "alice"
PASSWORD = "secret"
BUCKET = "files"

# What listens, by name: the scheme of its addresses and its own options.
PLAIN_AND_EXPLICIT = {"ftp": ("ftp", "")}

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
name = "{store_name}"
{store}

[[user]]
name = "{user}"
password_hash = '{password_hash}'
{user_options}

[[user.mount]]
path = "/"
store = "{store_name}"
bucket = "{bucket}"
prefix = "{prefix}"
"""


@functools.cache
def hash_password(password):
    made = subprocess.run(
        [binary(), "passwd"], input=f"{password}\n{password}\n", text=True,
        capture_output=True, check=True, timeout=30)
    return made.stdout.strip().splitlines()[-1]


def write(root, ports, store_name, store, prefix="", server="", listeners=PLAIN_AND_EXPLICIT,
          sections="", user_options=""):
    """Where a server in the folder `root` looks for it. `store`, `server` and `user_options` are text for the
    sections of these names, `sections` is text for further ones. `listeners` is a table like
    PLAIN_AND_EXPLICIT, `ports` has the port of each."""
    path = root / "objftpd.toml"
    path.write_text(CONFIGURATION.format(
        root=root, store_name=store_name, store=store, bucket=BUCKET, prefix=prefix, user=USER,
        server=server, user_options=user_options, password_hash=hash_password(PASSWORD),
        listeners="".join(_listener(*listeners[name], ports[name]) for name in listeners))
        + sections)
    path.chmod(0o600)


def _listener(scheme, options, port):
    hosts = (LOOPBACK["IPv4"], f"[{LOOPBACK['IPv6']}]")
    addresses = ", ".join(f'"{scheme}://{host}:{port}"' for host in hosts)
    return f"\n[[listener]]\naddresses = [{addresses}]\n{options}\n"
