"""HTTP/1.1 messages as they come over the wire, and what a store's request is called."""

import dataclasses
import re
import urllib.parse


@dataclasses.dataclass
class Head:
    """A first line and headers: the bytes that came, and what they say."""

    raw: bytes
    first_line: str
    headers: dict  # names in lower case

    @classmethod
    def parse(cls, raw):
        lines = raw.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                headers[name.lower()] = value.strip()
        return cls(raw, lines[0], headers)

    @property
    def status(self):
        return int(self.first_line.split(" ")[1])

    @property
    def length(self):
        return int(self.headers.get("content-length", 0))

    def with_length(self, length):
        """The head of the same answer when it does not come in chunks."""
        raw = re.sub(rb"(?i)\r\ntransfer-encoding:[^\r]*", f"\r\nContent-Length: {length}".encode(),
                     self.raw)
        return Head.parse(raw)

    @property
    def chunked(self):
        return self.headers.get("transfer-encoding", "").lower() == "chunked"


class Request:
    """What a request asks for, by the names of the vendors' documents."""

    def __init__(self, head):
        self.head = head
        self.method, target, _ = head.first_line.split(" ", 2)
        path, _, query = target.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.bucket, _, self.key = urllib.parse.unquote(path).lstrip("/").partition("/")
        self.operation = self._operation()

    def _operation(self):
        copies = any(name.endswith("-copy-source") for name in self.head.headers)
        for name, subject in (("acl", "ObjectAcl"), ("tagging", "ObjectTagging"),
                              ("symlink", "Symlink"), ("restore", "RestoreObject"),
                              ("versions", "ListObjectVersions")):
            if name in self.query:
                return subject if name in ("restore", "versions") else (
                    {"GET": "Get", "PUT": "Put"}.get(self.method, self.method) + subject)
        if not self.key:
            if "delete" in self.query:
                return "DeleteObjects"
            return "ListMultipartUploads" if "uploads" in self.query else "ListObjects"
        if self.method == "PUT":
            if "partNumber" in self.query:
                return "UploadPartCopy" if copies else "UploadPart"
            return "CopyObject" if copies else "PutObject"
        if self.method == "POST":
            return "CreateMultipartUpload" if "uploads" in self.query else "CompleteMultipartUpload"
        if self.method == "DELETE":
            return "AbortMultipartUpload" if "uploadId" in self.query else "DeleteObject"
        if self.method == "GET" and "uploadId" in self.query:
            return "ListParts"
        return {"GET": "GetObject", "HEAD": "HeadObject"}.get(self.method, self.method)

    def __str__(self):
        return f"{self.operation} {self.key}".rstrip()


def made(status, reason, headers, body):
    """An answer of our own."""
    lines = [f"HTTP/1.1 {status} {reason}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
