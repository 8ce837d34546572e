"""A certificate authority of a test's own, by the openssl program."""

import subprocess


class Authority:
    """REQUIRES: `folder` exists and belongs to the test."""

    def __init__(self, folder, name="An authority"):
        self.folder = folder
        self.certificate = folder / "authority.pem"
        self.key = folder / "authority.key"
        openssl("req", "-x509", *NEW_KEY, "-keyout", self.key, "-out", self.certificate,
                "-subj", f"/CN={name}", "-days", "2")

    def sign(self, name, days=2):
        """(certificate, key) of a client. Less than 0 days: expired."""
        certificate = self.folder / f"{name}{days}.pem"
        key = self.folder / f"{name}{days}.key"
        request = self.folder / "request"
        openssl("req", "-new", *NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                "-CAcreateserial", "-out", certificate, "-days", str(days))
        return certificate, key


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)
