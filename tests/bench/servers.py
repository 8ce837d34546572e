"""One class for each server that is measured: how it is configured and started."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

import accounts
import certificate
import process_tree
import stores

PASSIVE_PORTS = (21000, 30999)  # below the ephemeral range, so that clients do not take them


class Unavailable(Exception):
    """This server cannot be measured here; the text says why."""


@dataclass
class Place:
    """What the servers share."""

    scratch: str    # configurations, logs, state
    data: str       # the folder that all of them serve
    peers: str      # where peers.sh put the programs
    objftpd: str    # the executable
    port: int
    users: accounts.Accounts
    certificate: certificate.Certificate


class Server:
    name = ""
    needs_root = False
    idle_sessions = 200  # how many a memory measurement opens; few if each is a process
    resumes_tls = True   # whether data connections can resume the control connection's session

    def __init__(self, place):
        self.place = place
        self.process = None
        self.start_ms = 0.0
        self.tls = False
        self.folder = os.path.join(place.scratch, self.name.replace(" ", "-"))
        os.makedirs(self.folder, exist_ok=True)
        if self.needs_root and place.users.problem:
            raise Unavailable(place.users.problem)
        self.prepare()

    def prepare(self):
        """Writes the configuration. Raises Unavailable if the program is missing."""

    def command(self):
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def start(self, tls=False):
        """Starts the server and notes the time until it accepts a connection. The peers know
        of TLS only where it is measured, so that it does not cost them where it is not."""
        self.tls = tls
        with open(self.path("log"), "wb") as log:
            begin = time.monotonic()
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, cwd=self.folder, env=self.environment())
        while not self._accepts():
            if self.process.poll() is not None or time.monotonic() - begin > 20:
                self.stop()
                raise Unavailable("does not start: " + self.log_tail())
            time.sleep(0.0002)
        self.start_ms = (time.monotonic() - begin) * 1e3
        time.sleep(0.1)  # let it finish with the connection that asked

    def _accepts(self):
        try:
            with socket.create_connection(("127.0.0.1", self.place.port), timeout=5) as probe:
                return probe.recv(1) == b"2"
        except OSError:
            return False

    def stop(self):
        if self.process:
            process_tree.stop(self.process)
            self.process = None

    @property
    def pid(self):
        return self.process.pid

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(text)
        return self.path(name)

    def log_tail(self):
        with open(self.path("log"), errors="replace") as file:
            return " ".join(file.read().split())[-300:] or "no output"


class Peer(Server):
    """A server from a Debian package that was unpacked, not installed."""

    package = ""
    program = ""

    def prepare(self):
        self.root = os.path.join(self.place.peers, self.package)
        if not os.path.exists(self.binary()):
            raise Unavailable(f"{self.package} was not fetched")

    def binary(self):
        return os.path.join(self.root, self.program)

    def environment(self):
        libraries = [os.path.join(self.root, folder, name)
                     for folder in ("usr/lib", "lib")
                     for name in ("x86_64-linux-gnu", "aarch64-linux-gnu")]
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}


class Vsftpd(Peer):
    name = "vsftpd"
    package = "vsftpd"
    program = "usr/sbin/vsftpd"
    needs_root = True

    def prepare(self):
        super().prepare()
        os.makedirs(self.path("empty"), mode=0o555, exist_ok=True)
        certificate = self.place.certificate
        # "other" is PAM's own fallback service: the package's own file is not installed.
        plain = f"""\
listen=YES
listen_address=127.0.0.1
listen_port={self.place.port}
background=NO
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_umask=022
xferlog_enable=NO
pasv_min_port={PASSIVE_PORTS[0]}
pasv_max_port={PASSIVE_PORTS[1]}
pam_service_name=other
max_per_ip=0
max_clients=0
use_sendfile=YES
seccomp_sandbox=NO
secure_chroot_dir={self.path("empty")}
idle_session_timeout=600
"""
        self.write("plain.conf", plain)
        self.write("tls.conf", f"""\
{plain}
ssl_enable=YES
force_local_data_ssl=NO
force_local_logins_ssl=NO
ssl_tlsv1=YES
ssl_sslv2=NO
ssl_sslv3=NO
ssl_ciphers=HIGH
require_ssl_reuse=YES
rsa_cert_file={certificate.chain}
rsa_private_key_file={certificate.key}
""")

    def command(self):
        return [self.binary(), self.path("tls.conf" if self.tls else "plain.conf")]


class PureFtpd(Peer):
    name = "pure-ftpd"
    package = "pure-ftpd"
    program = "usr/sbin/pure-ftpd"
    needs_root = True
    resumes_tls = False

    def prepare(self):
        super().prepare()
        users = self.place.users
        passwd = self.write("passwd", "".join(
            f"{name}:{password}:{users.uid}:{users.gid}::{self.place.data}/./::::::::::::\n"
            for name, password in users.hashes.items()))
        subprocess.run([os.path.join(self.root, "usr/bin/pure-pw"), "mkdb", self.path("users.pdb"),
                        "-f", passwd], check=True, env=self.environment())

    def command(self):
        return [self.binary(), "-S", f"127.0.0.1,{self.place.port}",
                "-l", f"puredb:{self.path('users.pdb')}", "-Y", "1" if self.tls else "0",
                "--certfile", self.place.certificate.both, "-H", "-C", "1000",
                "-c", "1000", "-L", "200000:5", "-p", "%d:%d" % PASSIVE_PORTS,
                "-g", self.path("pid")]


class Proftpd(Peer):
    name = "proftpd"
    package = "proftpd-mod-crypto"  # and with it proftpd-core
    program = "usr/sbin/proftpd"
    needs_root = True

    def prepare(self):
        super().prepare()
        users, certificate = self.place.users, self.place.certificate
        passwd = self.write("passwd", "".join(
            f"{name}:{password}:{users.uid}:{users.gid}::{self.place.data}:/bin/sh\n"
            for name, password in users.hashes.items()))
        plain = f"""\
ServerName bench
ServerType standalone
DefaultAddress 127.0.0.1
SocketBindTight on
Port {self.place.port}
UseIPv6 off
ModulePath {self.root}/usr/lib/proftpd
User nobody
Group nogroup
AuthOrder mod_auth_file.c
AuthUserFile {passwd}
PidFile {self.path("pid")}
ScoreboardFile {self.path("scoreboard")}
DelayTable {self.path("delay")}
DelayEngine off
WtmpLog off
TransferLog none
SystemLog {self.path("system.log")}
MaxInstances 1000
PassivePorts {PASSIVE_PORTS[0]} {PASSIVE_PORTS[1]}
RequireValidShell off
AllowOverwrite on
UseReverseDNS off
TimesGMT off
ListOptions "" maxfiles 1000000
"""
        self.write("plain.conf", plain)
        self.write("tls.conf", f"""\
{plain}
LoadModule mod_tls.c
TLSEngine on
TLSProtocol TLSv1.2 TLSv1.3
TLSECCertificateFile {certificate.chain}
TLSECCertificateKeyFile {certificate.key}
TLSRequired off
# After an upload it has no session left that it would take.
TLSOptions NoSessionReuseRequired
TLSLog {self.path("tls.log")}
""")

    def command(self):
        return [self.binary(), "-n", "-c", self.path("tls.conf" if self.tls else "plain.conf")]


class Pyftpdlib(Peer):
    name = "pyftpdlib"
    package = "python3-pyftpdlib"
    program = "usr/lib/python3/dist-packages/pyftpdlib/__init__.py"
    idle_sessions = 2000

    def prepare(self):
        super().prepare()
        users = "\n".join(
            f"a.add_user({name!r}, {accounts.PASSWORD!r}, {self.place.data!r}, perm='elradfmwMT')"
            for name in (accounts.CHEAP, accounts.STRONG))
        self.script = self.write("serve.py", f"""\
import logging
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.servers import FTPServer
if sys.argv[1] == 'tls':
    from pyftpdlib.handlers import TLS_FTPHandler as handler
    handler.certfile = {self.place.certificate.both!r}
else:
    from pyftpdlib.handlers import FTPHandler as handler
logging.basicConfig(level=logging.WARNING)
a = DummyAuthorizer()
{users}
handler.authorizer = a
handler.passive_ports = range({PASSIVE_PORTS[0]}, {PASSIVE_PORTS[1]})
s = FTPServer(('127.0.0.1', {self.place.port}), handler)
s.max_cons = 5000
s.max_cons_per_ip = 5000
s.serve_forever()
""")

    def environment(self):
        roots = (self.root, os.path.join(self.place.peers, "python3-openssl"))
        return {**os.environ, "PYTHONPATH": ":".join(
            os.path.join(root, "usr/lib/python3/dist-packages") for root in roots)}

    def command(self):
        return [sys.executable, self.script, "tls" if self.tls else "plain"]


class Objftpd(Server):
    durability = ""
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

    def write_config(self, cheap_hash):
        users = "".join(f"""
[[user]]
name = "{name}"
password_hash = "{password}"
[[user.mount]]
path = "/"
store = "store"
bucket = "{self.bucket()}"
""" for name, password in ((accounts.CHEAP, cheap_hash), (accounts.STRONG, self.strong_hash)))
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
level = "warning"
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
        return stores.BUCKET


PEERS = (Vsftpd, PureFtpd, Proftpd, Pyftpdlib)
ALL = (*PEERS, ObjftpdNone, ObjftpdFsync)
