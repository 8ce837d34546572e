"""The servers that objftpd is compared with, and how each is configured."""

import os
import subprocess
import sys

import accounts
from errors import Unavailable
from servers import PASSIVE_PORTS, Server


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

    def write_passwd(self, rest=""):
        """The users in the form of passwd(5), with their hashes; `rest` follows their home."""
        users = self.place.users
        return self.write("passwd", "".join(
            f"{name}:{password}:{users.uid}:{users.gid}::{self.place.data}{rest}\n"
            for name, password in users.hashes.items()))

    def write_configurations(self, plain, tls):
        """One without TLS, and one with what `tls` adds."""
        self.write("plain.conf", plain)
        self.write("tls.conf", plain + tls)

    def configuration(self):
        return self.path("tls.conf" if self.tls else "plain.conf")


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
        self.write_configurations(f"""\
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
""", f"""\
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
        return [self.binary(), self.configuration()]


class PureFtpd(Peer):
    name = "pure-ftpd"
    package = "pure-ftpd"
    program = "usr/sbin/pure-ftpd"
    needs_root = True
    resumes_tls = False

    def prepare(self):
        super().prepare()
        passwd = self.write_passwd("/./::::::::::::")
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
        certificate = self.place.certificate
        self.write_configurations(f"""\
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
AuthUserFile {self.write_passwd(":/bin/sh")}
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
""", f"""\
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
        return [self.binary(), "-n", "-c", self.configuration()]


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


ALL = (Vsftpd, PureFtpd, Proftpd, Pyftpdlib)
