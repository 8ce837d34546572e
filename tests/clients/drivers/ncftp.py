"""The interactive ncftp, with its commands on standard input."""

import os
import re

from drivers.driver import PASSWORD, USER, ClientFailed, Driver, unwrap


COMPLAINT = re.compile(r"server said:|[Nn]o such file|not logged in|[Ff]ailed|: error")


def quoted(path):
    """ncftp has no escapes inside quotes; a name with both kinds of quote cannot be said."""
    quote = "'" if '"' in str(path) else '"'
    return f"{quote}{path}{quote}"


class Ncftp(Driver):
    name = "ncftp"
    cannot = (
        ("*", "IPv6", "ncftp 3.2.6 speaks IPv4 only"),
        ("mirror_up_again", "*", "ncftp does not replace a longer file by a shorter one unasked"),
        ("long_names", "*", "its plain listing is read from MLSD already"),
    )

    def put(self, pairs):
        self.ncftp(*[f"put -f -z {quoted(local)} {quoted(remote)}" for local, remote in pairs])

    def get(self, pairs):
        self.ncftp(*[f"get -f -z {quoted(remote)} {quoted(local)}" for remote, local in pairs])

    def resume_get(self, remote, local):
        self.ncftp(f"get -z {quoted(remote)} {quoted(local)}")

    def resume_put(self, local, remote):
        self.ncftp(f"put -z {quoted(local)} {quoted(remote)}")

    def append(self, local, remote):
        self.ncftp(f"put -A -f -z {quoted(local)} {quoted(remote)}")

    def rename(self, pairs):
        self.ncftp(*[f"rename {quoted(old)} {quoted(new)}" for old, new in pairs])

    def delete(self, paths):
        self.ncftp(*[f"rm {quoted(path)}" for path in paths])

    def mkdir(self, paths):
        self.ncftp(*[f"mkdir {quoted(path)}" for path in paths])

    def rmdir(self, paths):
        self.ncftp(*[f"rmdir {quoted(path)}" for path in paths])

    def names(self, folder):
        output = self.ncftp(f"cd {quoted(folder)}", "lpwd", "ls -1")
        # What lpwd prints marks the end of the reply to cd.
        return set(output.partition(f"{self.home}\n")[2].split("\n")) - {""}

    def get_matching(self, folder, pattern, local):
        self.ncftp(f"cd {quoted(folder)}", f"lcd {quoted(local)}", f"get {pattern}")

    def mirror_up(self, local, remote):
        self.ncftp(f"cd {quoted(remote)}", f"lcd {quoted(local)}", "put -R *")

    def mirror_down(self, remote, local):
        os.mkdir(local)
        self.ncftp(f"lcd {quoted(local)}", f"get -R -T {quoted(remote)}")
        unwrap(local, os.path.basename(remote))

    def put_dated(self, local, remote):
        self.put([(local, remote)])

    def get_dated(self, remote, local):
        self.get([(remote, local)])

    def ncftp(self, *commands):
        """Its exit code says nothing: what it prints after the login does."""
        script = [
            "set confirm-close no", "set show-status-in-xterm-titlebar no",
            "set autosave-bookmark-changes no", "set auto-ascii no",
            f"set passive {'on' if self.passive else 'off'}",
            f"open -u {USER} -p {PASSWORD} -P {self.port} {self.host}", *commands, "bye", ""]
        output = self.run(["ncftp"], script="\n".join(script))
        _, logged_in, output = output.partition(f"Logged in to {self.host}.")
        output = output.partition("\n")[2]
        if not logged_in or COMPLAINT.search(output):
            raise ClientFailed(output)
        return output

    def environment(self):
        return {"NCFTPDIR": str(self.home)}
