"""What can only be seen on the socket: connections, 100-continue, cut bodies, white space."""

import copy
import socket
import time

import s3_client
from probes.multipart import BIG, TAIL, Upload


def probe(store, report):
    report.area = "Connections"
    connections(store, report)
    expectations(store, report)
    report.area = "Bodies"
    bodies(store, report)
    report.area = "Changes meanwhile"
    meanwhile(store, report)
    report.area = "Completion on the wire"
    completion(store, report)


class Wire:
    """One connection that is spoken to by hand."""

    def __init__(self, store, patience=10):
        self.store = store
        host, _, port = store.host.partition(":")
        self.socket = socket.create_connection((host, int(port or 80)), patience)
        self.buffer = b""

    def head(self, method, key="", query=(), headers=(), payload=s3_client.UNSIGNED, more=""):
        """Sends a signed head; `more` are lines that are not signed."""
        path, text = self.store.target(key, query)
        signed = self.store.signed_headers(method, path, text, dict(headers), payload)
        lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
        self.send(f"{method} {path}{'?' + text if text else ''} HTTP/1.1\r\n{lines}{more}\r\n")

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def read(self, until=None, seconds=10):
        """Up to and with `until`, or what came in time; '' at the end."""
        deadline = time.monotonic() + seconds
        while until is None or until not in self.buffer:
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                data = self.socket.recv(65536)
            except (TimeoutError, ConnectionError):
                break
            if not data:
                break
            self.buffer += data
        end = len(self.buffer)
        if until is not None and until in self.buffer:
            end = self.buffer.index(until) + len(until)
        found, self.buffer = self.buffer[:end], self.buffer[end:]
        return found

    def answer(self, seconds=10, has_body=True):
        """Status line, headers as text in small letters, and the body."""
        head = self.read(b"\r\n\r\n", seconds).decode(errors="replace")
        line, _, rest = head.partition("\r\n")
        fields = dict((part.split(": ", 1) + [""])[:2] for part in rest.lower().split("\r\n")
                      if part)
        body = b""
        if has_body and "chunked" in fields.get("transfer-encoding", ""):
            while True:
                size = int(self.read(b"\r\n", seconds) or b"0", 16)
                body += self.exactly(size + 2, seconds)[:-2]
                if size == 0:
                    break
        elif has_body and line:
            body = self.exactly(int(fields.get("content-length", "0") or 0), seconds)
        return line or "nothing", fields, body

    def exactly(self, size, seconds):
        self.socket.settimeout(seconds)
        while len(self.buffer) < size:
            data = self.socket.recv(65536)
            if not data:
                break
            self.buffer += data
        found, self.buffer = self.buffer[:size], self.buffer[size:]
        return found

    def is_open(self):
        """Whether another request is answered here."""
        try:
            self.head("HEAD")
            return self.answer(5, has_body=False)[0].startswith("HTTP/1.1 200")
        except OSError:
            return False

    def close(self):
        self.socket.close()


def connections(store, report):
    wire = Wire(store)
    wire.head("PUT", "w/key", more="Content-Length: 3\r\n")
    wire.send(b"abc")
    line, fields, _ = wire.answer()
    report.row("stays open after PUT", wire.is_open(),
               f"{line}; connection: {fields.get('connection', 'none')}; "
               f"keep-alive: {fields.get('keep-alive', 'none')}")
    for name, method, key, query, payload, body in (
            ("404 of GET", "GET", "w/none", {}, s3_client.UNSIGNED, b""),
            ("a list", "GET", "", {"prefix": "w/"}, s3_client.UNSIGNED, b""),
            ("DELETE", "DELETE", "w/none", {}, s3_client.UNSIGNED, b""),
            ("a refused PUT whose body was sent", "PUT", "w/key", {}, "0" * 64, b"abc")):
        wire = Wire(store)
        wire.head(method, key, query, payload=payload,
                  more=f"Content-Length: {len(body)}\r\n" if body else "")
        wire.send(body)
        line, fields, _ = wire.answer()
        framing = ("chunked" if "transfer-encoding" in fields else
                   f"Content-Length {fields.get('content-length', 'none')}")
        report.row(f"stays open after {name}", wire.is_open(), f"{line}; {framing}")
        wire.close()
    wrong = copy.copy(store)
    wrong.secret += "x"
    wire = Wire(wrong)
    wire.head("PUT", "w/key", more="Content-Length: 10000000\r\n")
    line, fields, _ = wire.answer(5)
    report.tell("PUT refused by its head alone, before the body",
                f"{line}; connection: {fields.get('connection', 'none')}")
    wire.close()
    wire = Wire(store)
    wire.head("HEAD", "w/key")
    wire.head("HEAD", "w/key")
    first, second = (wire.answer(5, has_body=False)[0] for _ in range(2))
    report.tell("two requests at once on a connection", f"{first}; {second}")
    wire.close()


def expectations(store, report):
    wire = Wire(store)
    wire.head("PUT", "w/expect", more="Content-Length: 3\r\nExpect: 100-continue\r\n")
    line = wire.read(b"\r\n\r\n", 3).decode().strip()
    wire.send(b"abc")
    report.row("Expect: 100-continue", line.startswith("HTTP/1.1 100"),
               f"{line or 'nothing'}; then {wire.answer()[0]}")
    wire.close()
    wrong = copy.copy(store)
    wrong.secret += "x"
    for name, headers, who in (("a wrong signature", {}, wrong),
                               ("a condition that fails", {"If-None-Match": "*"}, store)):
        wire = Wire(who)
        wire.head("PUT", "w/expect", headers=headers,
                  more="Content-Length: 3\r\nExpect: 100-continue\r\n")
        line = wire.read(b"\r\n\r\n", 3).decode()
        first = line.partition("\r\n")[0] or "nothing in 3 s"
        then = ""
        if first.startswith("HTTP/1.1 100"):
            wire.send(b"abc")
            then = "; then " + wire.answer()[0]
        report.row(f"Expect: 100-continue and {name}: refused before the body",
                   first.startswith("HTTP/1.1 4"), first + then)
        wire.close()


def bodies(store, report):
    for size in (1 << 20, 9 << 20):
        key = f"w/cut{size}"
        store.call("PUT", key, body=b"old")
        for key_cut in (key, key + "-new"):
            wire = Wire(store)
            wire.head("PUT", key_cut, more=f"Content-Length: {size}\r\n")
            wire.send(bytes(size // 2))
            wire.close()
        time.sleep(2)
        old = store.call("GET", key)
        new = store.call("HEAD", key + "-new")
        report.row(f"a PUT of {size >> 20} MiB that is cut leaves the old object",
                   old.body == b"old", f"{len(old.body)} bytes")
        report.row("and makes no new one", new.status == 404, new)
        store.call("PUT", key, body=b"old")
        wire = Wire(store)
        wire.head("PUT", key, more=f"Content-Length: {size}\r\n")
        wire.send(bytes(size // 2))
        wire.socket.shutdown(socket.SHUT_WR)
        line, _, body = wire.answer(10)
        report.row("the same with a half-closed connection",
                   store.call("GET", key).body == b"old",
                   f"{line} {body.decode(errors='replace')[:150]}")
        wire.close()
    upload = Upload(store, "w/cut-part")
    etag = upload.part(1, TAIL).etag
    wire = Wire(store)
    wire.head("PUT", "w/cut-part", upload.query(partNumber=1), more="Content-Length: 1000000\r\n")
    wire.send(bytes(500000))
    wire.close()
    time.sleep(2)
    parts = store.call("GET", "w/cut-part", upload.query()).texts("Part/ETag")
    report.row("a part that is cut leaves the old one", [p.strip('"') for p in parts] == [etag],
               parts)
    upload.abort()

    wire = Wire(store)
    wire.head("PUT", "w/chunks", more="Transfer-Encoding: chunked\r\n")
    wire.send(b"3\r\nabc\r\n0\r\n\r\n")
    line, _, body = wire.answer()
    got = store.call("GET", "w/chunks")
    report.tell("PUT with Transfer-Encoding: chunked",
                f"{line} {body.decode(errors='replace')[:120]}; GET {got} {got.body[:20]!r}")
    wire.close()
    wire = Wire(store)
    wire.head("PUT", "w/nothing")
    line, _, body = wire.answer(5)
    report.row("PUT without a length is 411", " 411" in line,
               f"{line} {body.decode(errors='replace')[:150]}")
    wire.close()
    wire = Wire(store)
    wire.head("PUT", "w/too-much", more=f"Content-Length: {5 * 2**30 + 1}\r\n")
    line, _, body = wire.answer(5)
    report.row("PUT of more than 5 GiB is refused at once", " 400" in line,
               f"{line} {body.decode(errors='replace')[:200]}")
    wire.close()
    path, _ = store.target("w/dots")
    for raw in ("/./dot", "/a/../b", "//double"):
        wire = Wire(store)
        target = path.rsplit("/", 1)[0] + raw
        signed = store.signed_headers("PUT", target, "", {}, s3_client.UNSIGNED)
        lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
        wire.send(f"PUT {target} HTTP/1.1\r\n{lines}Content-Length: 1\r\n\r\nx")
        line = wire.answer()[0]
        listed = store.call("GET", query={"prefix": "w" + raw}).texts("Contents/Key")
        report.row(f"the path w{raw} as it is", " 200" in line and listed == ["w" + raw],
                   f"{line}, listed as {listed}")
        wire.close()


def meanwhile(store, report):
    size = 24 << 20
    old, new = b"o" * size, b"n" * size
    store.call("PUT", "w/swap", body=old)
    for name, change in (("overwritten", lambda: store.call("PUT", "w/swap", body=new)),
                         ("deleted", lambda: store.call("DELETE", "w/swap"))):
        store.call("PUT", "w/swap", body=old)
        wire = Wire(store)
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        wire.head("GET", "w/swap")
        wire.read(b"\r\n\r\n")
        change()
        content = wire.buffer
        while len(content) < size:
            wire.socket.settimeout(10)
            try:
                data = wire.socket.recv(1 << 20)
            except (TimeoutError, ConnectionError):
                break
            if not data:
                break
            content += data
        kinds = "".join(chr(c) for c in sorted(set(content)))
        report.row(f"a GET of 24 MiB while the object is {name}",
                   content == old, f"{len(content)} bytes of {kinds!r}")
        wire.close()
    wire = Wire(store)
    store.call("PUT", "w/early", body=b"old")
    wire.head("PUT", "w/early", more="Content-Length: 6\r\n")
    wire.send(b"abc")
    time.sleep(0.3)
    before = store.call("GET", "w/early").body
    wire.send(b"def")
    wire.answer()
    report.row("a PUT is not seen before its end", before == b"old" and
               store.call("GET", "w/early").body == b"abcdef", before)
    wire.close()


def completion(store, report):
    upload = Upload(store, "w/complete")
    parts = [(n, upload.part(n, BIG).etag) for n in (1, 2, 3)]
    body = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{e}</ETag></Part>" for n, e in parts)
    body = f"<CompleteMultipartUpload>{body}</CompleteMultipartUpload>".encode()
    wire = Wire(store)
    wire.head("POST", "w/complete", upload.query(), more=f"Content-Length: {len(body)}\r\n")
    wire.send(body)
    began = time.monotonic()
    head = wire.read(b"\r\n\r\n", 30).decode()
    head_ms = (time.monotonic() - began) * 1000
    first = wire.buffer or wire.socket.recv(1000)
    report.row("no white space before the XML", not first.lstrip(b"0123456789abcdef\r\n")[:1]
               .isspace(), repr(first[:60]))
    report.tell("head of the answer", f"after {head_ms:.0f} ms: " + head.replace("\r\n", " / "))
    wire.close()
