"""The server under test: one process of the real binary, in a folder and on ports of its own.

`OBJFTPD` names the binary. The store is the embedded one, so an object is a plain file under
`bucket_root`, and a test can look at the disk behind the server's back.
"""

import contextlib
import itertools
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time

USER = "alice"
PASSWORD = "secret"
LOOPBACK = {"IPv4": "127.0.0.1", "IPv6": "::1"}

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
name = "disk"
type = "local"
path = "{data}"
durability = "{durability}"

[[user]]
name = "{user}"
password_hash = '{password_hash}'
rights = "all"

[[user.mount]]
path = "/"
store = "disk"
bucket = "files"
"""


def binary():
    return os.environ["OBJFTPD"]


def free_ports(count):
    """Ports that nobody listens on, on either loopback address."""
    ports = []
    with contextlib.ExitStack() as held:
        while len(ports) < count:
            four = held.enter_context(socket.socket(socket.AF_INET))
            six = held.enter_context(socket.socket(socket.AF_INET6))
            four.bind((LOOPBACK["IPv4"], 0))
            port = four.getsockname()[1]
            try:
                six.bind((LOOPBACK["IPv6"], port))
            except OSError:
                continue
            ports.append(port)
    return ports


def hash_password(password):
    made = subprocess.run(
        [binary(), "passwd"], input=f"{password}\n{password}\n", text=True,
        capture_output=True, check=True, timeout=30)
    return made.stdout.strip().splitlines()[-1]


class Daemon:
    """REQUIRES: `root` exists and belongs to the test.

    `wrapper` is put before the command, for a test that wants the process in surroundings of its
    own; it must `exec` its arguments so that the pid stays the server's.

    `listeners` is a table like PLAIN_AND_EXPLICIT; `sections` is text for further sections of the
    configuration.
    """

    def __init__(self, root, durability="fsync", server="", data=None, wrapper=(),
                 listeners=PLAIN_AND_EXPLICIT, sections=""):
        self.root = pathlib.Path(root)
        self.data = pathlib.Path(data) if data else self.root / "data"
        self.wrapper = list(wrapper)
        self.ports = dict(zip(listeners, free_ports(len(listeners))))
        self.port = self.ports["ftp"]
        self.process = None
        self.data.mkdir(parents=True, exist_ok=True)
        self.bucket_root.mkdir(exist_ok=True)
        (self.root / "state").mkdir(exist_ok=True)
        self._write_configuration(durability, server, listeners, sections)

    @property
    def bucket_root(self):
        return self.data / "files"

    @property
    def log(self):
        return self.root / "log"

    @property
    def certificate(self):
        """The self-signed certificate that the server has made, for clients to trust.
        REQUIRES: a listener "ftps"."""
        path = self.root / "certificate.pem"
        if not path.exists():
            made = ssl.get_server_certificate((LOOPBACK["IPv4"], self.ports["ftps"]))
            path.write_text(made)
        return path

    def on_disk(self, path):
        """The file that holds the object an FTP path names."""
        return self.bucket_root / path.lstrip("/")

    def start(self):
        with open(self.root / "output", "ab") as output:
            self.process = subprocess.Popen(
                self.wrapper + [binary(), "serve", "--config", str(self.root / "objftpd.toml")],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.root)
        self._wait_until_it_accepts()
        return self

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout):
        return self.process.wait(timeout)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("the server did not end after two SIGTERMs") from None

    def tail(self, offset=0, lines=60):
        """What the server logged after `offset` bytes, for a failed test to show."""
        try:
            with open(self.log, "rb") as log:
                log.seek(offset)
                text = log.read().decode("utf-8", "replace")
        except FileNotFoundError:
            text = (self.root / "output").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def log_size(self):
        return self.log.stat().st_size if self.log.exists() else 0

    def _write_configuration(self, durability, server, listeners, sections):
        path = self.root / "objftpd.toml"
        path.write_text(CONFIGURATION.format(
            root=self.root, data=self.data, server=server, durability=durability, user=USER,
            listeners="".join(self._section_of(name, *listeners[name]) for name in listeners),
            password_hash=hash_password(PASSWORD)) + sections)
        path.chmod(0o600)

    def _section_of(self, name, scheme, options):
        hosts = (LOOPBACK["IPv4"], f"[{LOOPBACK['IPv6']}]")
        addresses = ", ".join(f'"{scheme}://{host}:{self.ports[name]}"' for host in hosts)
        return f"\n[[listener]]\naddresses = [{addresses}]\n{options}\n"

    def _wait_until_it_accepts(self, patience=20, hosts=tuple(LOOPBACK.values())):
        give_up = time.monotonic() + patience
        for address in itertools.product(hosts, self.ports.values()):
            while True:
                try:
                    socket.create_connection(address, timeout=1).close()
                    break
                except OSError:
                    self._still_alive(give_up)

    def _still_alive(self, give_up):
        """Waits a moment for the process to fail; alive is good, but not for ever."""
        try:
            code = self.process.wait(0.01)
        except subprocess.TimeoutExpired:
            if time.monotonic() < give_up:
                return
            self.kill()
            code = "no listener"
        raise AssertionError(f"the server did not start ({code}):\n{self.tail()}\n"
                             + (self.root / "output").read_text(errors="replace"))
