"""curl, as people type it: URLs with percent escapes, -T, -C -, -a, -Q."""

import urllib.parse

from drivers.driver import PASSWORD, USER, Driver


class Curl(Driver):
    name = "curl"

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
        return set(self.curl("--list-only", self.url(folder + "/")).split("\n")) - {""}

    def get_dated(self, remote, local):
        self.curl("-R", "-o", str(local), self.url(remote))

    def url(self, path):
        return f"ftp://{self.authority()}/{urllib.parse.quote(path.lstrip('/'))}"

    def authority(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def quote(self, *commands):
        self.curl("-I", *[word for command in commands for word in ("-Q", command)],
                  f"ftp://{self.authority()}/")

    def curl(self, *arguments):
        mode = [] if self.passive else ["--ftp-port", self.host]
        return self.run([
            "curl", "-sS", "--fail-early", "--globoff", "-m", "30", "-u", f"{USER}:{PASSWORD}",
            *mode, *arguments])
