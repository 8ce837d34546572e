"""What a client must be able to say for the shared scenarios to run with it.

Every operation takes a list, so that a client does the whole of it in one session. Remote paths
are absolute. An operation that the client reports as failed raises ClientFailed.
"""

import collections
import os
import signal
import subprocess

from harness.configuration import PASSWORD, USER
from harness.ports import LOOPBACK

PATIENCE = 40

# How a client reaches the server: "IPv4" or "IPv6", "passive" or "active", and the protection of
# its connections: "plain", or "explicit" or "implicit" with what belongs to it: "tls12" or "tls13",
# whether the server wants data connections to resume ("off", "prefer", "require"), and whether
# they are "private" or, by PROT C, "clear".
Route = collections.namedtuple(
    "Route", "family data security version reuse level", defaults=("", "", ""))


def listener_of(route):
    """Its name in the table of the shared server's listeners."""
    scheme = "ftps" if route.security == "implicit" else "ftp"
    return scheme if route.reuse in ("", "prefer") else f"{scheme}-{route.reuse}"


def words_of(route):
    return "-".join(filter(None, route))


class ClientFailed(AssertionError):
    pass


class Driver:
    name = ""
    # Rows (operation, route parts or "*", reason): what this client cannot do. The operation is a
    # method's name below, or "*"; several parts, such as "active private", must all be the route's.
    # A row is a statement about the client, never about the server.
    cannot = ()
    # Rows (operation, name's label in ODD_NAMES, reason), likewise.
    cannot_name = ()

    def __init__(self, daemon, route, home):
        self.port = daemon.ports[listener_of(route)]
        self.certificate = daemon.certificate
        self.route = route
        self.host = LOOPBACK[route.family]
        self.passive = route.data == "passive"
        self.secure = route.security != "plain"
        self.home = home

    @classmethod
    def why_not(cls, operation, route):
        """The reason to skip, or None."""
        for known, parts, reason in cls.cannot:
            if known in (operation, "*") and (parts == "*" or set(parts.split()) <= set(route)):
                return reason
        return None

    @classmethod
    def why_not_name(cls, operation, label):
        for known, name, reason in cls.cannot_name:
            if known in (operation, "*") and name in (label, "*"):
                return reason
        return None

    def put(self, pairs):
        """(local path, remote path), each."""
        raise NotImplementedError

    def get(self, pairs):
        """(remote path, local path), each."""
        raise NotImplementedError

    def resume_put(self, local, remote):
        """Uploads what the shorter remote file lacks."""
        raise NotImplementedError

    def resume_get(self, remote, local):
        """Downloads what the shorter local file lacks."""
        raise NotImplementedError

    def append(self, local, remote):
        raise NotImplementedError

    def rename(self, pairs):
        raise NotImplementedError

    def delete(self, paths):
        raise NotImplementedError

    def mkdir(self, paths):
        raise NotImplementedError

    def rmdir(self, paths):
        raise NotImplementedError

    def names(self, folder):
        """The set of names in a folder, by the client's plainest listing."""
        raise NotImplementedError

    def long_names(self, folder):
        """The same as far as the client parses LIST or MLSD itself."""
        raise NotImplementedError

    def get_matching(self, folder, pattern, local):
        """mget: every file of a remote folder that matches a pattern."""
        raise NotImplementedError

    def mirror_up(self, local, remote):
        """Everything in `local`, into the folder `remote`, which exists and is empty."""
        raise NotImplementedError

    def mirror_up_again(self, local, remote):
        """After mirror_up: only what has changed in size or time."""
        raise NotImplementedError

    def mirror_down(self, remote, local):
        """Everything in `remote`, into `local`, which does not exist yet."""
        raise NotImplementedError

    def put_dated(self, local, remote):
        """Uploads and sets the local file's time on the remote one."""
        raise NotImplementedError

    def get_dated(self, remote, local):
        """Downloads and sets the remote file's time on the local one."""
        raise NotImplementedError

    # -- for clients that are programs

    def run(self, command, script=None, good=(0,)):
        """Runs the client, ends its whole process group when it hangs, returns its output."""
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C.UTF-8",
            "TERM": "dumb", "TZ": "UTC", **self.environment()}
        client = subprocess.Popen(
            command, stdin=subprocess.PIPE if script is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self.home, env=environment,
            start_new_session=True)
        try:
            output, _ = client.communicate(
                script.encode() if script is not None else None, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(client.pid, signal.SIGKILL)
            output, _ = client.communicate()
            raise ClientFailed(f"{command[0]} hung:\n" + output.decode("utf-8", "replace"))
        output = output.decode("utf-8", "surrogateescape")
        if client.returncode not in good:
            raise ClientFailed(f"{command} ended with {client.returncode}:\n{output}")
        return output

    def environment(self):
        return {}

    def openssl_limits(self):
        """For programs with OpenSSL that have no option of their own: the environment that ends
        at TLS 1.2."""
        if self.route.version != "tls12":
            return {}
        path = os.path.join(self.home, "openssl.cnf")
        with open(path, "w", encoding="utf-8") as file:
            file.write("openssl_conf = all\n[all]\nssl_conf = tls\n[tls]\n"
                       "system_default = limits\n[limits]\nMaxProtocol = TLSv1.2\n")
        return {"OPENSSL_CONF": path}


def unwrap(parent, name):
    """For clients that mirror a folder as `name` into `parent`: only its content shall be there."""
    folder = os.path.join(parent, name)
    for entry in os.listdir(folder):
        os.rename(os.path.join(folder, entry), os.path.join(parent, entry))
    os.rmdir(folder)


__all__ = ["ClientFailed", "Driver", "PASSWORD", "Route", "USER", "unwrap", "words_of"]
