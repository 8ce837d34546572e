#!/usr/bin/env python3
"""S3 over http with nothing but the standard library: one signed request at a time, and everything
that the answer said. As a program it runs one step that the scripts in this folder need:

    s3_client.py STORE.ENV create-bucket NAME
"""

import datetime
import hashlib
import hmac
import http.client
import sys
import time
import urllib.parse
import xml.etree.ElementTree

EMPTY = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"


def quote(text, safe=""):
    return urllib.parse.quote(text, safe=safe + "-._~")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Answer:
    """Status, headers and body of one answer."""

    def __init__(self, response, body):
        self.status = response.status
        self.reason = response.reason
        self.headers = response.headers  # case-insensitive
        self.body = body

    def header(self, name, default=""):
        return self.headers.get(name, default)

    @property
    def etag(self):
        return self.header("ETag").strip('"')

    @property
    def xml(self):
        """The root element without namespaces, or None."""
        try:
            root = xml.etree.ElementTree.fromstring(self.body)
        except xml.etree.ElementTree.ParseError:
            return None
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        return root

    def text(self, path):
        """The text of the first element of that name, or ''."""
        root = self.xml
        found = None if root is None else root.find(f".//{path}")
        return "" if found is None else found.text or ""

    def texts(self, path):
        root = self.xml
        return [] if root is None else [e.text or "" for e in root.findall(f".//{path}")]

    @property
    def code(self):
        """The error code, or '' where the body holds none."""
        return self.text("Code") if b"<Error" in self.body else ""

    def __str__(self):
        return f"{self.status} {self.code}".rstrip()


class Store:
    """An endpoint with an account. Host names below localhost are loopback, as in RFC 6761."""

    def __init__(self, endpoint, key, secret, region, bucket=""):
        self.host = endpoint.partition("://")[2].rstrip("/")
        self.key = key
        self.secret = secret
        self.region = region
        self.bucket = bucket

    @classmethod
    def from_settings(cls, path, bucket=""):
        with open(path) as file:
            values = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
        return cls(values["S3_ENDPOINT"], values["S3_ACCESS_KEY_ID"],
                   values["S3_SECRET_ACCESS_KEY"], values["S3_REGION"], bucket)

    def target(self, key="", query=(), bucket=None):
        """Path and query as they go over the wire; the query is sorted, as it is signed."""
        bucket = self.bucket if bucket is None else bucket
        path = "/" + "/".join(part for part in (bucket, quote(key, "/")) if part)
        pairs = sorted((quote(k), quote(str(v))) for k, v in dict(query).items())
        return path, "&".join(f"{k}={v}" for k, v in pairs)

    def signed_headers(self, method, path, query, headers, payload, skew=0, host=None):
        """All of `headers` are signed; so is the host, which is `host` or the endpoint's."""
        now = datetime.datetime.fromtimestamp(time.time() + skew, datetime.timezone.utc)
        stamp = now.strftime("%Y%m%dT%H%M%SZ")
        headers = {name.lower(): str(value) for name, value in headers.items()}
        headers["host"] = host or self.host
        headers["x-amz-date"] = stamp
        headers["x-amz-content-sha256"] = payload
        names = ";".join(sorted(headers))
        canonical = "\n".join([
            method, path, query,
            "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in sorted(headers)),
            names, payload])
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode())}"
        key = ("AWS4" + self.secret).encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.key}/{scope}, SignedHeaders={names}, "
            f"Signature={signature}")
        return headers

    def call(self, method, key="", query=(), body=b"", headers=None, payload=None, bucket=None,
             unsigned_headers=None, skew=0, virtual_host=None, patience=60):
        """One request on a connection of its own. `payload` replaces the body's SHA-256."""
        path, text = self.target(key, query, "" if virtual_host else bucket)
        payload = sha256(body) if payload is None else payload
        signed = self.signed_headers(method, path, text, headers or {}, payload, skew,
                                     virtual_host)
        connection = http.client.HTTPConnection(self.host, timeout=patience)
        try:
            connection.putrequest(method, path + (f"?{text}" if text else ""), skip_host=True,
                                  skip_accept_encoding=True)
            for name, value in (signed | (unsigned_headers or {})).items():
                connection.putheader(name, value)
            if body or method in ("PUT", "POST"):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()


def main(arguments):
    if len(arguments) != 3 or arguments[1] != "create-bucket":
        sys.exit(__doc__)
    answer = Store.from_settings(arguments[0], arguments[2]).call("PUT")
    if answer.status != 200:
        sys.exit(f"the bucket was refused: {answer.status} {answer.body.decode(errors='replace')}")


if __name__ == "__main__":
    main(sys.argv[1:])
