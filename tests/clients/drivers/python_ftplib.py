"""Python's ftplib, as scripts use it."""

import fnmatch
import ftplib
import os
import posixpath
import socket
import ssl

from drivers.driver import PASSWORD, USER, ClientFailed, Driver


class FtpsOfScripts(ftplib.FTP_TLS):
    """FTP_TLS with the two things that scripts add to it, copied from one to the next: data
    connections resume the control connection's session, and TLS from the first byte on."""

    implicit = False

    def connect(self, host, port):
        if not self.implicit:
            return super().connect(host, port)
        self.host = host
        self.sock = self.context.wrap_socket(
            socket.create_connection((host, port), self.timeout), server_hostname=host)
        self.af = self.sock.family
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome

    def ntransfercmd(self, cmd, rest=None):
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if self._prot_p:
            connection = self.context.wrap_socket(
                connection, server_hostname=self.host, session=self.sock.session)
        return connection, size


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
        ftp = self.library()
        ftp.connect(self.host, self.port)
        ftp.login(USER, PASSWORD)
        if self.route.level == "private":
            ftp.prot_p()
        elif self.route.level == "clear" and self.route.security == "implicit":
            ftp.voidcmd("PBSZ 0")
            ftp.prot_c()
        ftp.set_pasv(self.passive)
        return ftp

    def library(self):
        if not self.secure:
            return ftplib.FTP(encoding="utf-8", timeout=20)
        context = ssl.create_default_context(cafile=self.certificate)
        version = {"tls12": ssl.TLSVersion.TLSv1_2, "tls13": ssl.TLSVersion.TLSv1_3}
        context.minimum_version = context.maximum_version = version[self.route.version]
        # As it comes, ftplib resumes nothing and knows explicit TLS only.
        as_it_comes = self.route.security == "explicit" and self.route.reuse != "require"
        ftps = ftplib.FTP_TLS if as_it_comes else FtpsOfScripts
        ftp = ftps(context=context, encoding="utf-8", timeout=20)
        ftp.implicit = self.route.security == "implicit"
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
