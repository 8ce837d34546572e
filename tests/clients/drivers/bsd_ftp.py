"""What tnftp and inetutils-ftp share: the command language of BSD's ftp."""

import re

from drivers.driver import PASSWORD, USER, ClientFailed, Driver

LISTED = re.compile(
    r"[-d][-rwxst]{9} +\d+ +\S+ +\S+ +\d+ +[A-Z][a-z]{2} [ 0-3]\d (?: \d{4}|\d\d:\d\d) (.*)")
DATA = re.compile(r"(?m)^1[25]\d .*\n((?:.*\n)*?)226 ")


def escaped(path):
    """Outside quotes a backslash protects any character."""
    return re.sub(r"([^\w./-]|^-)", r"\\\1", str(path), flags=re.ASCII)


class BsdFtp(Driver):
    program = ""
    cannot = (
        ("mirror_up", "*", "BSD's ftp transfers no folders"),
        ("mirror_down", "*", "BSD's ftp transfers no folders"),
        ("put_dated", "*", "BSD's ftp sets no remote times"),
    )

    def put(self, pairs):
        self.ftp(*[f"put {escaped(local)} {escaped(remote)}" for local, remote in pairs])

    def get(self, pairs):
        self.ftp(*[f"get {escaped(remote)} {escaped(local)}" for remote, local in pairs])

    def resume_put(self, local, remote):
        done = re.search(rf"(?m)^213 (\d+)|^{re.escape(remote)}\s+(\d+)$",
                         self.ftp(f"size {escaped(remote)}"))
        self.ftp(f"restart {done[1] or done[2]}", f"put {escaped(local)} {escaped(remote)}")

    def resume_get(self, remote, local):
        self.ftp(f"reget {escaped(remote)} {escaped(local)}")

    def append(self, local, remote):
        self.ftp(f"append {escaped(local)} {escaped(remote)}")

    def rename(self, pairs):
        self.ftp(*[f"rename {escaped(old)} {escaped(new)}" for old, new in pairs])

    def delete(self, paths):
        self.ftp(*[f"delete {escaped(path)}" for path in paths])

    def mkdir(self, paths):
        self.ftp(*[f"mkdir {escaped(path)}" for path in paths])

    def rmdir(self, paths):
        self.ftp(*[f"rmdir {escaped(path)}" for path in paths])

    def names(self, folder):
        return set(self.listing(folder, "nlist"))

    def long_names(self, folder):
        lines = [(line, LISTED.fullmatch(line)) for line in self.listing(folder, "dir")]
        strange = [line for line, match in lines if not match]
        if strange:
            raise ClientFailed(f"not as ls -l prints it: {strange}")
        return {match[1] for line, match in lines}

    def get_matching(self, folder, pattern, local):
        self.ftp(f"cd {escaped(folder)}", f"lcd {escaped(local)}", f"mget {pattern}")

    def listing(self, folder, command):
        output = self.ftp(f"cd {escaped(folder)}", command)
        data = DATA.search(output)
        if not data:
            raise ClientFailed(f"no listing in:\n{output}")
        return [line.rstrip("\r") for line in data[1].split("\n") if line]

    def ftp(self, *commands):
        """The exit code says nothing; with -v every reply is printed, and a bad one tells."""
        mode = "-p" if self.passive else "-A"
        script = [f"open {self.host} {self.port}", f"user {USER} {PASSWORD}", "binary",
                  *commands, "quit", ""]
        output = self.run([self.program, "-n", "-v", "-i", mode], script="\n".join(script))
        bad = re.search(r"(?m)^[45]\d\d[ -].*|^.*: No such file or directory$", output)
        if bad or "221" not in output:
            raise ClientFailed(output)
        return output


class Tnftp(BsdFtp):
    name = "tnftp"
    program = "tnftp"

    def get_dated(self, remote, local):
        self.ftp("preserve on", f"get {escaped(remote)} {escaped(local)}")


class InetutilsFtp(BsdFtp):
    name = "inetutils-ftp"
    program = "inetutils-ftp"
    cannot = (
        *BsdFtp.cannot,
        ("get_dated", "*", "inetutils-ftp sets no local times"),
    )
