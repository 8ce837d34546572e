"""Python's ftplib, as scripts use it."""

import fnmatch
import ftplib
import os
import posixpath

from drivers.driver import PASSWORD, USER, ClientFailed, Driver


def reports_failure(operation):
    """ftplib's and the socket's errors as the one that the scenarios know."""
    def guarded(self, *arguments):
        try:
            with self.session() as ftp:
                return operation(self, ftp, *arguments)
        except (ftplib.Error, OSError, EOFError) as error:
            raise ClientFailed(f"ftplib: {error!r}") from error
    return guarded


class PythonFtplib(Driver):
    name = "ftplib"
    cannot = (
        ("mirror_up_again", "*", "a mirror is the script's own matter, not ftplib's"),
        ("put_dated", "*", "ftplib sets no times"),
        ("get_dated", "*", "ftplib sets no times"),
    )

    def session(self):
        ftp = ftplib.FTP(encoding="utf-8", timeout=20)
        ftp.connect(self.host, self.port)
        ftp.login(USER, PASSWORD)
        ftp.set_pasv(self.passive)
        return ftp

    @reports_failure
    def put(self, ftp, pairs):
        for local, remote in pairs:
            with open(local, "rb") as file:
                ftp.storbinary(f"STOR {remote}", file)

    @reports_failure
    def get(self, ftp, pairs):
        for remote, local in pairs:
            with open(local, "wb") as file:
                ftp.retrbinary(f"RETR {remote}", file.write)

    @reports_failure
    def resume_put(self, ftp, local, remote):
        ftp.voidcmd("TYPE I")
        offset = ftp.size(remote)
        with open(local, "rb") as file:
            file.seek(offset)
            ftp.storbinary(f"STOR {remote}", file, rest=offset)

    @reports_failure
    def resume_get(self, ftp, remote, local):
        with open(local, "ab") as file:
            ftp.retrbinary(f"RETR {remote}", file.write, rest=file.tell())

    @reports_failure
    def append(self, ftp, local, remote):
        with open(local, "rb") as file:
            ftp.storbinary(f"APPE {remote}", file)

    @reports_failure
    def rename(self, ftp, pairs):
        for old, new in pairs:
            ftp.rename(old, new)

    @reports_failure
    def delete(self, ftp, paths):
        for path in paths:
            ftp.delete(path)

    @reports_failure
    def mkdir(self, ftp, paths):
        for path in paths:
            made = ftp.mkd(path)
            if made != path:
                raise ClientFailed(f"MKD {path!r} answered {made!r}")

    @reports_failure
    def rmdir(self, ftp, paths):
        for path in paths:
            ftp.rmd(path)

    @reports_failure
    def names(self, ftp, folder):
        ftp.cwd(folder)
        if ftp.pwd() != folder:
            raise ClientFailed(f"CWD {folder!r}, but PWD {ftp.pwd()!r}")
        return set(ftp.nlst())

    @reports_failure
    def long_names(self, ftp, folder):
        return {name for name, facts in ftp.mlsd(folder) if facts["type"] in ("file", "dir")}

    @reports_failure
    def get_matching(self, ftp, folder, pattern, local):
        for path in ftp.nlst(f"{folder}/{pattern}"):
            if not fnmatch.fnmatch(path, f"{folder}/{pattern}"):
                raise ClientFailed(f"NLST {folder}/{pattern} answered {path!r}")
            with open(os.path.join(local, posixpath.basename(path)), "wb") as file:
                ftp.retrbinary(f"RETR {path}", file.write)

    @reports_failure
    def mirror_up(self, ftp, local, remote):
        for folder, folders, files in os.walk(local):
            there = posixpath.normpath(posixpath.join(remote, os.path.relpath(folder, local)))
            for name in folders:
                ftp.mkd(posixpath.join(there, name))
            ftp.cwd(there)
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    ftp.storbinary(f"STOR {name}", file)

    @reports_failure
    def mirror_down(self, ftp, remote, local):
        os.makedirs(local, exist_ok=True)
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            for name, facts in list(ftp.mlsd(posixpath.join(remote, folder))):
                path = posixpath.join(folder, name)
                if facts["type"] == "dir":
                    os.mkdir(os.path.join(local, path))
                    waiting.append(path)
                elif facts["type"] == "file":
                    with open(os.path.join(local, path), "wb") as file:
                        ftp.retrbinary(f"RETR {posixpath.join(remote, path)}", file.write)
