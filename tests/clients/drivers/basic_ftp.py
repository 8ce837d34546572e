"""basic-ftp, the FTP client of most Node programs."""

import json
import os

from drivers.driver import PASSWORD, USER, Driver

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "basic_ftp.cjs")
EMPTY_FILES = "basic-ftp ends an empty file amid a full handshake of TLS 1.2"


class BasicFtp(Driver):
    name = "basic-ftp"
    cannot = (
        ("*", "active", "basic-ftp knows passive mode only"),
        ("get_matching", "*", "basic-ftp has no patterns"),
        ("mirror_up_again", "*", "basic-ftp sends every file each time"),
        ("put_dated", "*", "basic-ftp sets no times"),
        ("get_dated", "*", "basic-ftp sets no times"),
        ("*", "clear", "basic-ftp always says PROT P"),
        # Its socket then says FIN, but not close_notify: nobody can tell that from a broken upload.
        ("put", "tls12 off", EMPTY_FILES),
        ("mirror_up", "tls12 off", EMPTY_FILES),
    )

    def put(self, pairs):
        self.calls(*[("uploadFrom", str(local), remote) for local, remote in pairs])

    def get(self, pairs):
        self.calls(*[("downloadTo", str(local), remote) for remote, local in pairs])

    def resume_put(self, local, remote):
        self.calls(("resume", str(local), remote))

    def resume_get(self, remote, local):
        self.calls(("resumeDownload", str(local), remote))

    def append(self, local, remote):
        self.calls(("appendFrom", str(local), remote))

    def rename(self, pairs):
        self.calls(*[("rename", old, new) for old, new in pairs])

    def delete(self, paths):
        self.calls(*[("remove", path) for path in paths])

    def mkdir(self, paths):
        self.calls(*[("ensureDir", path) for path in paths])

    def rmdir(self, paths):
        self.calls(*[("removeEmptyDir", path) for path in paths])

    def names(self, folder):
        return {entry["name"] for entry in self.calls(("list", folder))[0]}

    def long_names(self, folder):
        """Without an argument, in the folder: another way to ask for the same."""
        entries = self.calls(("cd", folder), ("list",))[1]
        return {entry["name"] for entry in entries}

    def mirror_up(self, local, remote):
        self.calls(("uploadFromDir", str(local), remote))

    def mirror_down(self, remote, local):
        self.calls(("downloadToDir", str(local), remote))

    def environment(self):
        return {"NODE_PATH": os.environ["NODE_MODULES"]}

    def protection(self):
        if not self.secure:
            return {"secure": False}
        version = {"tls12": "TLSv1.2", "tls13": "TLSv1.3"}[self.route.version]
        return {"secure": "implicit" if self.route.security == "implicit" else True,
                "secureOptions": {"ca": self.certificate.read_text(),
                                  "minVersion": version, "maxVersion": version}}

    def calls(self, *calls):
        job = {"host": self.host, "port": self.port, "user": USER, "password": PASSWORD,
               "calls": calls, **self.protection()}
        return json.loads(self.run(["node", SCRIPT], script=json.dumps(job)))
