"""The certificate that every server shows: self-signed, by ECDSA P-256, which is cheap to sign
with."""

import os
import pathlib
import subprocess

import files


class Certificate:
    """Files in PEM; `both` holds certificate and key."""

    def __init__(self, folder):
        self.chain = os.path.join(folder, "certificate.pem")
        self.key = os.path.join(folder, "key.pem")
        self.both = os.path.join(folder, "both.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-subj", "/CN=localhost", "-days", "2", "-keyout", self.key,
             "-out", self.chain], check=True, capture_output=True)
        files.write_private(self.both, "".join(
            pathlib.Path(part).read_text() for part in (self.chain, self.key)))
