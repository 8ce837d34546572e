"""curl, as people type it: URLs with percent escapes, -T, -C -, -a, -Q."""

import posixpath
import urllib.parse

from drivers.driver import PASSWORD, USER, Driver


class Curl(Driver):
    name = "curl"
    options = ()
    cannot = (
        ("long_names", "*", "curl does not read the listing it prints"),
        ("get_matching", "*", "curl's command line has no remote patterns"),
        ("mirror_up", "*", "curl transfers no folders"),
        ("mirror_down", "*", "curl transfers no folders"),
        ("put_dated", "*", "curl sets no remote times"),
        ("*", "active private", "curl 7.88 forgets TLS on active data connections (its bug 10666)"),
    )

    def put(self, pairs):
        self.curl(*[word for local, remote in pairs
                    for word in ("-T", str(local), self.url(remote))])

    def get(self, pairs):
        self.curl(*[word for remote, local in pairs
                    for word in ("-o", str(local), self.url(remote))])

    def resume_put(self, local, remote):
        self.curl("-C", "-", "-T", str(local), self.url(remote))

    def resume_get(self, remote, local):
        self.curl("-C", "-", "-o", str(local), self.url(remote))

    def append(self, local, remote):
        self.curl("-a", "-T", str(local), self.url(remote))

    def rename(self, pairs):
        self.quote(*[command for old, new in pairs for command in (f"RNFR {old}", f"RNTO {new}")])

    def delete(self, paths):
        self.quote(*[f"DELE {path}" for path in paths])

    def mkdir(self, paths):
        self.quote(*[f"MKD {path}" for path in paths])

    def rmdir(self, paths):
        self.quote(*[f"RMD {path}" for path in paths])

    def names(self, folder):
        listing = self.curl("--list-only", self.url(folder + "/"))
        return {posixpath.basename(path) for path in listing.split("\n")} - {""}

    def get_dated(self, remote, local):
        self.curl("-R", "-o", str(local), self.url(remote))

    def url(self, path):
        return f"{self.root()}{urllib.parse.quote(path.lstrip('/'))}"

    def root(self):
        scheme = "ftps" if self.route.security == "implicit" else "ftp"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}/"

    def quote(self, *commands):
        self.curl("-I", *[word for command in commands for word in ("-Q", command)], self.root())

    def protection(self):
        if not self.secure:
            return []
        level = "--ftp-ssl-control" if self.route.level == "clear" else "--ssl-reqd"
        versions = {"tls12": ["--tls-max", "1.2"], "tls13": ["--tlsv1.3"]}
        return [level, "--cacert", str(self.certificate), *versions[self.route.version]]

    def curl(self, *arguments):
        mode = [] if self.passive else ["--ftp-port", self.host]
        return self.run([
            "curl", "-sS", "--fail-early", "--globoff", "-m", "30", "-u", f"{USER}:{PASSWORD}",
            *mode, *self.protection(), *self.options, *arguments])


class CurlWithoutCwd(Curl):
    """Whole paths in every command instead of one CWD for each folder."""

    name = "curl-nocwd"
    options = ("--ftp-method", "nocwd")


class CurlOldCommands(Curl):
    """PASV and PORT, one CWD."""

    name = "curl-pasv"
    options = ("--ftp-method", "singlecwd", "--disable-epsv", "--disable-eprt")
