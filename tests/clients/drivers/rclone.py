"""rclone with an FTP remote that exists in its environment only."""

import json
import os
import posixpath
import subprocess
import tempfile

from drivers.driver import PASSWORD, USER, ClientFailed, Driver


class Rclone(Driver):
    name = "rclone"
    cannot = (
        ("*", "active", "rclone knows passive mode only"),
        ("resume_put", "*", "rclone transfers whole files"),
        ("resume_get", "*", "rclone transfers whole files"),
        ("append", "*", "rclone transfers whole files"),
        ("*", "clear", "rclone always says PROT P"),
        ("*", "require", "rclone resumes the latest session of any of its control connections"),
    )
    cannot_name = tuple(
        (operation, "a trailing space", "rclone's FTP backend sends U+2420 for a space at the end")
        for operation in ("put", "get", "rename"))

    def put(self, pairs):
        """One `copy` of a folder of links: a process for each file would take most of the time."""
        with tempfile.TemporaryDirectory(dir=self.home) as stage:
            for local, remote in pairs:
                os.link(local, os.path.join(stage, posixpath.basename(remote)))
            self.rclone("copy", stage, f"box:{folder_of([remote for _, remote in pairs])}")

    def get(self, pairs):
        with tempfile.TemporaryDirectory(dir=self.home) as stage:
            folder = folder_of([remote for remote, _ in pairs])
            names = self.list_file([remote for remote, _ in pairs])
            self.rclone("copy", "--files-from-raw", names, f"box:{folder}", stage)
            for remote, local in pairs:
                fetched = os.path.join(stage, posixpath.basename(remote))
                if not os.path.exists(fetched):
                    raise ClientFailed(f"rclone did not fetch {remote!r}")
                os.rename(fetched, local)

    def rename(self, pairs):
        for old, new in pairs:
            self.rclone("moveto", f"box:{old}", f"box:{new}")

    def delete(self, paths):
        self.rclone(
            "delete", "--files-from-raw", self.list_file(paths), f"box:{folder_of(paths)}")

    def mkdir(self, paths):
        for path in paths:
            self.rclone("mkdir", f"box:{path}")

    def rmdir(self, paths):
        for path in paths:
            self.rclone("rmdir", f"box:{path}")

    def names(self, folder):
        return {name.removesuffix("/") for name in
                self.rclone("lsf", f"box:{folder}").split("\n")} - {""}

    def long_names(self, folder):
        return {entry["Name"] for entry in json.loads(self.rclone("lsjson", f"box:{folder}"))}

    def get_matching(self, folder, pattern, local):
        self.rclone("copy", "--include", pattern, f"box:{folder}", str(local))

    def mirror_up(self, local, remote):
        self.mirror_up_again(local, remote)
        # Reads everything back and compares.
        self.rclone("check", "--download", str(local), f"box:{remote}")

    def mirror_up_again(self, local, remote):
        self.rclone("sync", "--create-empty-src-dirs", str(local), f"box:{remote}")

    def mirror_down(self, remote, local):
        self.rclone("sync", "--create-empty-src-dirs", f"box:{remote}", str(local))

    def put_dated(self, local, remote):
        self.put([(local, remote)])

    def get_dated(self, remote, local):
        self.get([(remote, local)])

    def list_file(self, paths):
        path = os.path.join(self.home, "names")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(posixpath.basename(name) + "\n" for name in paths)
        return path

    def environment(self):
        return {
            "RCLONE_CONFIG": os.path.join(self.home, "rclone.conf"),
            "RCLONE_CONFIG_BOX_TYPE": "ftp",
            "RCLONE_CONFIG_BOX_HOST": f"[{self.host}]" if ":" in self.host else self.host,
            "RCLONE_CONFIG_BOX_PORT": str(self.port),
            "RCLONE_CONFIG_BOX_USER": USER,
            "RCLONE_CONFIG_BOX_PASS": obscured(PASSWORD),
            **self.protection(),
        }

    def protection(self):
        if not self.secure:
            return {}
        explicit = self.route.security == "explicit"
        return {"SSL_CERT_FILE": str(self.certificate),  # its FTP part ignores --ca-cert
                "RCLONE_CONFIG_BOX_EXPLICIT_TLS" if explicit else "RCLONE_CONFIG_BOX_TLS": "true",
                "RCLONE_CONFIG_BOX_DISABLE_TLS13":
                    "true" if self.route.version == "tls12" else "false"}

    def rclone(self, *arguments):
        open(os.path.join(self.home, "rclone.conf"), "ab").close()
        return self.run(["rclone", "--retries", "1", "--low-level-retries", "1",
                         "--timeout", "20s", "--contimeout", "10s", *arguments])


class RcloneByList(Rclone):
    """Reads LIST where it would read MLSD."""

    name = "rclone-list"

    def environment(self):
        return {**super().environment(), "RCLONE_CONFIG_BOX_DISABLE_MLSD": "true"}


def folder_of(paths):
    folder, = {posixpath.dirname(path) for path in paths}
    return folder


def obscured(password, known={}):
    """rclone wants its own scrambling, a salted one, so any result will do."""
    if password not in known:
        known[password] = subprocess.run(
            ["rclone", "obscure", "-"], input=password, text=True, capture_output=True,
            check=True, timeout=20).stdout.strip()
    return known[password]
