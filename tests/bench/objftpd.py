"""Our own server: on the embedded store, and in front of other stores."""

import os
import subprocess
import sys

import accounts
from errors import Unavailable
from servers import PASSIVE_PORTS, Server
from stores import BUCKET


class Objftpd(Server):
    durability = ""
    log_level = "warning"
    idle_sessions = 2000

    def prepare(self):
        if not os.path.exists(self.place.objftpd):
            raise Unavailable("is not built")
        strong = subprocess.run([self.place.objftpd, "passwd"], text=True, capture_output=True,
                                input=f"{accounts.PASSWORD}\n{accounts.PASSWORD}\n")
        if strong.returncode != 0:
            raise Unavailable("passwd failed: " + strong.stderr.strip())
        self.strong_hash = strong.stdout.strip()
        self.write_config(accounts.cheap_argon2id())
        if self.check_config().returncode != 0:
            self.write_config(self.strong_hash)
            check = self.check_config()
            if check.returncode != 0:
                raise Unavailable("check-config: " + check.stderr.strip())
            print("objftpd: refuses the cheap hash; its rates include the default one",
                  file=sys.stderr)

    def store_section(self):
        return f"""\
[[store]]
name = "store"
type = "local"
path = "{os.path.dirname(self.place.data)}"
durability = "{self.durability}"
"""

    def bucket(self):
        return os.path.basename(self.place.data)

    def users(self, cheap_hash):
        """Names, hashes, and other options."""
        return [(accounts.CHEAP, cheap_hash, ""), (accounts.STRONG, self.strong_hash, "")]

    def write_config(self, cheap_hash):
        users = "".join(f"""
[[user]]
name = "{name}"
password_hash = "{password}"
{options}
[[user.mount]]
path = "/"
store = "store"
bucket = "{self.bucket()}"
""" for name, password, options in self.users(cheap_hash))
        self.config = self.write("objftpd.toml", f"""\
state = "{self.path("state")}"
[[listener]]
addresses = ["ftp://127.0.0.1:{self.place.port}"]
[server]
passive_ports = "{PASSIVE_PORTS[0]}-{PASSIVE_PORTS[1]}"
max_sessions = 5000
max_sessions_per_address = 5000
max_unauthenticated = 5000
[[certificate]]
chain_file = "{self.place.certificate.chain}"
key_file = "{self.place.certificate.key}"
[log]
level = "{self.log_level}"
{self.store_section()}{users}""")

    def check_config(self):
        return subprocess.run([self.place.objftpd, "check-config", "--config", self.config],
                              text=True, capture_output=True)

    def command(self):
        return [self.place.objftpd, "serve", "--config", self.config]


class ObjftpdNone(Objftpd):
    name = "objftpd none"
    durability = "none"


class ObjftpdFsync(Objftpd):
    name = "objftpd fsync"
    durability = "fsync"


class Gateway(Objftpd):
    """In front of a store of stores.py."""

    name = "objftpd"

    def __init__(self, place, store):
        self.store = store
        super().__init__(place)

    def store_section(self):
        return f"""\
[[store]]
name = "store"
type = "{self.store.type}"
endpoint = "{self.store.endpoint}"
region = "{self.store.region}"
access_key_id = "{self.store.key}"
access_key_secret = "{self.store.secret}"
"""

    def bucket(self):
        return BUCKET


EMBEDDED = (ObjftpdNone, ObjftpdFsync)
