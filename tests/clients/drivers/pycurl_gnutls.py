"""libcurl with GnuTLS, which Debian's pycurl is built on, as git and others use it."""

import contextlib
import io
import posixpath
import urllib.parse

import pycurl

from drivers.driver import PASSWORD, USER, ClientFailed, Driver


class PycurlGnutls(Driver):
    name = "pycurl-gnutls"
    cannot = (
        ("long_names", "*", "libcurl does not read the listing it prints"),
        ("get_matching", "*", "libcurl has no remote patterns"),
        ("mirror_up", "*", "libcurl transfers no folders"),
        ("mirror_down", "*", "libcurl transfers no folders"),
        ("put_dated", "*", "libcurl sets no remote times"),
        ("get_dated", "*", "libcurl leaves local times to its caller"),
        ("*", "tls13 require", "curl 7.88 with GnuTLS resumes no session of TLS 1.3"),
        ("*", "active private", "curl 7.88 forgets TLS on active data connections (its bug 10666)"),
    )

    def put(self, pairs):
        with self.session() as curl:
            for local, remote in pairs:
                self.send(curl, local, remote)

    def get(self, pairs):
        with self.session() as curl:
            for remote, local in pairs:
                with open(local, "wb") as file:
                    self.perform(curl, remote, {pycurl.WRITEDATA: file})

    def resume_put(self, local, remote):
        with self.session() as curl:
            self.send(curl, local, remote, {pycurl.RESUME_FROM: -1})

    def resume_get(self, remote, local):
        with self.session() as curl, open(local, "ab") as file:
            self.perform(
                curl, remote, {pycurl.WRITEDATA: file, pycurl.RESUME_FROM_LARGE: file.tell()})

    def append(self, local, remote):
        with self.session() as curl:
            self.send(curl, local, remote, {pycurl.APPEND: True})

    def rename(self, pairs):
        self.quote([command for old, new in pairs for command in (f"RNFR {old}", f"RNTO {new}")])

    def delete(self, paths):
        self.quote([f"DELE {path}" for path in paths])

    def mkdir(self, paths):
        self.quote([f"MKD {path}" for path in paths])

    def rmdir(self, paths):
        self.quote([f"RMD {path}" for path in paths])

    def names(self, folder):
        listing = io.BytesIO()
        with self.session() as curl:
            self.perform(
                curl, folder + "/", {pycurl.DIRLISTONLY: True, pycurl.WRITEDATA: listing})
        lines = listing.getvalue().decode().split("\n")
        return {posixpath.basename(line.rstrip("\r")) for line in lines} - {""}

    def send(self, curl, local, remote, options=None):
        with open(local, "rb") as file:
            self.perform(curl, remote, {
                pycurl.UPLOAD: True, pycurl.READDATA: file,
                pycurl.SEEKFUNCTION: lambda offset, origin: file.seek(offset, origin) and None,
                pycurl.INFILESIZE_LARGE: local.stat().st_size, **(options or {})})

    def quote(self, commands):
        with self.session() as curl:
            self.perform(curl, "", {pycurl.NOBODY: True,
                                    pycurl.QUOTE: [command.encode() for command in commands]})

    def session(self):
        """A handle; its connection and TLS session stay from one transfer to the next."""
        return contextlib.closing(pycurl.Curl())

    def perform(self, curl, path, options):
        curl.reset()
        scheme = "ftps" if self.route.security == "implicit" else "ftp"
        host = f"[{self.host}]" if ":" in self.host else self.host
        url = f"{scheme}://{host}:{self.port}/{urllib.parse.quote(path.lstrip('/'))}"
        every = {pycurl.URL: url, pycurl.USERPWD: f"{USER}:{PASSWORD}", pycurl.TIMEOUT: 30,
                 pycurl.NOSIGNAL: True, **self.protection(), **options}
        if not self.passive:
            every[pycurl.FTPPORT] = self.host
        try:
            for option, value in every.items():
                curl.setopt(option, value)
            curl.perform()
        except pycurl.error as error:
            raise ClientFailed(f"libcurl: {error}") from error

    def protection(self):
        if not self.secure:
            return {}
        level = pycurl.USESSL_CONTROL if self.route.level == "clear" else pycurl.USESSL_ALL
        versions = {"tls12": pycurl.SSLVERSION_TLSv1_2 | pycurl.SSLVERSION_MAX_TLSv1_2,
                    "tls13": pycurl.SSLVERSION_TLSv1_3}
        return {pycurl.USE_SSL: level, pycurl.CAINFO: str(self.certificate),
                pycurl.SSLVERSION: versions[self.route.version]}
