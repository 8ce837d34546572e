"""lftp: one script on its standard input, ended by the first command that fails."""

import posixpath
import shlex

from drivers.driver import PASSWORD, USER, Driver


def quoted(path):
    """lftp's own quoting: a backslash before what its parser would take for itself."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


class Lftp(Driver):
    name = "lftp"
    settings = ()
    cannot = (
        ("append", "*", "lftp appends nothing but what it resumes"),
    )

    def put(self, pairs):
        self.lftp(*[f"put {quoted(local)} -o {quoted(remote)}" for local, remote in pairs])

    def get(self, pairs):
        self.lftp(*[f"get {quoted(remote)} -o {quoted(local)}" for remote, local in pairs])

    def resume_put(self, local, remote):
        self.lftp(f"put -c {quoted(local)} -o {quoted(remote)}")

    def resume_get(self, remote, local):
        self.lftp(f"get -c {quoted(remote)} -o {quoted(local)}")

    def rename(self, pairs):
        self.lftp(*[f"mv {quoted(old)} {quoted(new)}" for old, new in pairs])

    def delete(self, paths):
        self.lftp(*[f"rm {quoted(path)}" for path in paths])

    def mkdir(self, paths):
        self.lftp(*[f"mkdir {quoted(path)}" for path in paths])

    def rmdir(self, paths):
        self.lftp(*[f"rmdir {quoted(path)}" for path in paths])

    def names(self, folder):
        """Asked for a folder, NLST answers with the folder before each name, for mget's sake."""
        listing = self.lftp(f"nlist {quoted(folder)}")
        return {posixpath.basename(path) for path in listing.split("\n")} - {""}

    def long_names(self, folder):
        listing = self.lftp(f"cd {quoted(folder)}", "cls -1 -a --quiet")
        return {name.rstrip("/").removeprefix("./") for name in listing.split("\n")} - {""}

    def get_matching(self, folder, pattern, local):
        self.lftp(f"cd {quoted(folder)}", f"lcd {quoted(local)}", f"mget {pattern}")

    def mirror_up(self, local, remote):
        self.lftp(f"mirror -R {quoted(local)} {quoted(remote)}")

    def mirror_up_again(self, local, remote):
        self.mirror_up(local, remote)

    def mirror_down(self, remote, local):
        self.lftp(f"mirror {quoted(remote)} {quoted(local)}")

    def put_dated(self, local, remote):
        self.put([(local, remote)])

    def get_dated(self, remote, local):
        self.get([(remote, local)])

    def lftp(self, *commands):
        settings = [
            "set cmd:fail-exit yes", "set cmd:interactive no", "set net:max-retries 1",
            "set net:timeout 20", "set net:reconnect-interval-base 1", *self.protection(),
            "set file:charset UTF-8",
            f"set net:socket-bind-{self.route.family.lower()} {self.host}",
            f"set ftp:passive-mode {'yes' if self.passive else 'no'}",
            *self.settings,
            f"open -u {USER},{shlex.quote(PASSWORD)} {self.address()}"]
        return self.run(["lftp", "--norc"], script="\n".join([*settings, *commands, ""]))


    def protection(self):
        if not self.secure:
            return ["set ftp:ssl-allow no"]
        allowed = {"tls12": "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                   "tls13": "NORMAL:-VERS-ALL:+VERS-TLS1.3"}
        yes_or_no = "no" if self.route.level == "clear" else "yes"
        return ["set ftp:ssl-force yes", f"set ssl:ca-file {self.certificate}",
                f"set ssl:priority {allowed[self.route.version]}",
                f"set ftp:ssl-protect-data {yes_or_no}", f"set ftp:ssl-protect-list {yes_or_no}"]

    def address(self):
        scheme = "ftps" if self.route.security == "implicit" else "ftp"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


class LftpPipelined(Lftp):
    """Commands sent ahead of their replies, LIST instead of MLSD, four transfers at a time."""

    name = "lftp-pipelined"
    settings = ("set ftp:sync-mode no", "set ftp:use-mlsd no",
                "set mirror:parallel-transfer-count 4")
