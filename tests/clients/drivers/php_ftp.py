"""PHP's ftp_ functions, which web sites and their plug-ins use."""

import json
import os
import posixpath

from drivers.driver import PASSWORD, USER, Driver

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "php_ftp.php")
BINARY = 2
AUTORESUME = -1


class PhpFtp(Driver):
    name = "php"
    cannot = (
        ("get_matching", "*", "PHP leaves patterns to the script"),
        ("mirror_up", "*", "PHP leaves folders to the script"),
        ("mirror_down", "*", "PHP leaves folders to the script"),
        ("put_dated", "*", "PHP sets no times"),
        ("get_dated", "*", "PHP sets no times"),
        ("*", "implicit", "PHP knows explicit TLS only"),
        ("*", "clear", "PHP always says PROT P"),
    )

    def put(self, pairs):
        self.calls(*[("ftp_put", remote, str(local), BINARY) for local, remote in pairs])

    def get(self, pairs):
        self.calls(*[("ftp_get", str(local), remote, BINARY) for remote, local in pairs])

    def resume_put(self, local, remote):
        self.calls(("ftp_put", remote, str(local), BINARY, AUTORESUME))

    def resume_get(self, remote, local):
        self.calls(("ftp_get", str(local), remote, BINARY, AUTORESUME))

    def append(self, local, remote):
        self.calls(("ftp_append", remote, str(local), BINARY))

    def rename(self, pairs):
        self.calls(*[("ftp_rename", old, new) for old, new in pairs])

    def delete(self, paths):
        self.calls(*[("ftp_delete", path) for path in paths])

    def mkdir(self, paths):
        self.calls(*[("ftp_mkdir", path) for path in paths])

    def rmdir(self, paths):
        self.calls(*[("ftp_rmdir", path) for path in paths])

    def names(self, folder):
        return {posixpath.basename(path) for path in self.calls(("ftp_nlist", folder))[0]}

    def long_names(self, folder):
        entries = self.calls(("ftp_mlsd", folder))[0]
        return {entry["name"] for entry in entries if entry["type"] in ("file", "dir")}

    def environment(self):
        return self.openssl_limits()

    def calls(self, *calls):
        job = {"host": self.host, "port": self.port, "user": USER, "password": PASSWORD,
               "secure": self.secure, "passive": self.passive, "calls": calls}
        return json.loads(self.run(["php", "-n", "-d", "extension=ftp", SCRIPT],
                                   script=json.dumps(job)))
