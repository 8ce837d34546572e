"""ncftpput, ncftpget and ncftpls, one process for each file as scripts run them."""

import os
import urllib.parse

from drivers.driver import PASSWORD, USER, Driver, unwrap


class NcftpTools(Driver):
    name = "ncftp-tools"
    cannot = (
        ("*", "IPv6", "ncftp 3.2.6 speaks IPv4 only"),
        ("rename", "*", "the tools upload, download and list only"),
        ("delete", "*", "the tools upload, download and list only"),
        ("mkdir", "*", "the tools upload, download and list only"),
        ("rmdir", "*", "the tools upload, download and list only"),
        ("mirror_up_again", "*", "ncftpput sends every file each time"),
    )

    def put(self, pairs):
        for local, remote in pairs:
            self.ncftp("ncftpput", "-Z", "-C", self.host, str(local), remote)

    def get(self, pairs):
        for remote, local in pairs:
            self.ncftp("ncftpget", "-Z", "-C", self.host, remote, str(local))

    def resume_put(self, local, remote):
        # -z means nothing together with -C, and with sendfile() it starts over at byte 0.
        self.ncftp("ncftpput", "-z", "-s", self.host, os.path.dirname(remote), str(local))

    def resume_get(self, remote, local):
        self.ncftp("ncftpget", "-z", "-C", self.host, remote, str(local))

    def append(self, local, remote):
        self.ncftp("ncftpput", "-A", "-C", self.host, str(local), remote)

    def names(self, folder):
        return set(self.list("-1", folder)) - {""}

    def long_names(self, folder):
        """ncftpls -m prints what MLSD sent."""
        entries = [line.split(" ", 1) for line in self.list("-m", folder) if line]
        return {name for facts, name in entries
                if "type=cdir" not in facts and "type=pdir" not in facts}

    def get_matching(self, folder, pattern, local):
        self.ncftp("ncftpget", self.host, str(local), f"{folder}/{pattern}")

    def mirror_up(self, local, remote):
        inside = sorted(os.path.join(local, name) for name in os.listdir(local))
        self.ncftp("ncftpput", "-R", self.host, remote, *inside)

    def mirror_down(self, remote, local):
        os.mkdir(local)
        self.ncftp("ncftpget", "-R", "-T", self.host, str(local), remote)
        unwrap(local, os.path.basename(remote))

    def put_dated(self, local, remote):
        self.put([(local, remote)])

    def get_dated(self, remote, local):
        # With -C or -Z it sets no time.
        self.ncftp("ncftpget", self.host, os.path.dirname(local), remote)

    def list(self, how, folder):
        url = f"ftp://{self.host}/{urllib.parse.quote(folder.lstrip('/'))}/"
        return self.ncftp("ncftpls", how, url).split("\n")

    def environment(self):
        return {"NCFTPDIR": str(self.home)}

    def ncftp(self, program, *arguments):
        mode = "-F" if self.passive else "-E"
        quiet = [] if program == "ncftpls" else ["-V"]
        return self.run([program, "-u", USER, "-p", PASSWORD, "-P", str(self.port), mode,
                         "-t", "20", "-r", "1", *quiet, *arguments])
