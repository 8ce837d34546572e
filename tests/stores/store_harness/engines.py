"""The stores behind the gateway, each started once for a run, and what lies in them, read without
the gateway. An engine that this machine does not have is skipped with the reason.
"""

import atexit
import concurrent.futures
import contextlib
import email.utils
import functools
import http.client
import os
import pathlib
import subprocess
import threading
import unittest
import urllib.parse
import xml.etree.ElementTree

import s3_client
from harness.configuration import BUCKET
from harness.server_process import binary
from store_harness.oss_client import OssClient
from store_harness.scratch import quick_scratch

MANY = 2_500  # three pages of a listing
MANY_PREFIX = "many objects/"
FILLERS = 4  # connections that make them
BLOCK = 1 << 20

_started = {}
_filled = {}
_filling = threading.Lock()


def started(kind):
    """The one of the run."""
    if kind not in _started:
        try:
            _started[kind] = kind()
        except unittest.SkipTest as reason:
            _started[kind] = reason
    if isinstance(_started[kind], unittest.SkipTest):
        raise _started[kind]
    return _started[kind]


class Oss:
    """The OSS-compatible server that was built beside the binary."""

    name = "oss"
    region = "cn-hangzhou"
    key_id = "testkey"
    secret = "ExampleSecret/+0123456789abcdef"
    part_size = "100 KiB"
    part_bytes = 100 << 10
    large = 510_000  # five parts, the last one shorter
    expired = "SecurityTokenExpired"
    tells_crc64 = True
    composite_etags = False
    answers_completion_with_etag = True

    def __init__(self, folder=None):
        """In memory, if no folder is given."""
        program = pathlib.Path(binary()).parent / "tests" / "oss_server" / "oss_server"
        if not program.exists():
            raise unittest.SkipTest(f"not built: {program}")
        folder = folder or quick_scratch() / "oss"
        folder.mkdir()
        self.process = subprocess.Popen(
            [program, "--listen", "127.0.0.1:0", "--data", folder / "data"],
            env=os.environ | {"OSS_ACCESS_KEY_ID": self.key_id,
                              "OSS_ACCESS_KEY_SECRET": self.secret},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        atexit.register(self.stop)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise AssertionError(f"the OSS server did not start: {line!r}")
        self.port = int(line.rstrip("/\n").rpartition(":")[2])
        self.client = self.client_of(BUCKET)
        self._wanted("PUT", "")

    def stop(self):
        """Also happens at the end of the run."""
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def client_of(self, bucket):
        return OssClient(self.port, self.key_id, self.secret, bucket)

    def _wanted(self, method, key, query=None, body=b"", connection=None, but=()):
        status, text = self.client.call(method, key, query, body, connection)
        if status // 100 != 2 and status not in but:
            raise AssertionError(f"{method} {key}: {status} {text}")
        return status, text

    def connection(self):
        return self.client.connection()

    def put(self, key, content, connection=None):
        self._wanted("PUT", key, body=content, connection=connection)

    def remove(self, key):
        self._wanted("DELETE", key)

    def content(self, key):
        status, body = self._wanted("GET", key, but=(404,))
        return body if status == 200 else None

    def blocks(self, key):
        """The content of an object that is too large for memory."""
        with contextlib.closing(self.connection()) as connection:
            yield from blocks_of(self.client.begin(connection, "GET", key))

    def keys(self, prefix):
        """All that begin with it, in the store's order, and the sizes."""
        return listed(lambda query: self._wanted("GET", "", query)[1], prefix)

    def uploads(self, prefix):
        """The unfinished uploads below a prefix."""
        _, text = self._wanted("GET", "", {"uploads": "", "prefix": prefix})
        return upload_ids(text)

    def begin_upload(self, key, first_part):
        """As some other program begins one; its id."""
        upload, = upload_ids(self._wanted("POST", key, {"uploads": ""})[1])
        self._wanted("PUT", key, {"partNumber": "1", "uploadId": upload}, first_part)
        return upload

    def sign_anew(self, exchange):
        """For a request that the gateway has signed by another clock."""
        request = exchange.request
        headers = dict(exchange.head.headers)
        for name in ("authorization", "x-oss-date"):
            headers.pop(name, None)
        headers["date"] = email.utils.formatdate(usegmt=True)
        headers["authorization"] = self.client.authorization(
            request.method, request.key, request.query, headers)
        return head_bytes(request, headers)


class Ceph:
    """Ceph's object gateway, which speaks S3."""

    name = "s3"
    region = "us-east-1"
    part_size = "5 MiB"
    part_bytes = 5 << 20
    large = 13_000_000  # three parts
    expired = "ExpiredToken"
    tells_crc64 = False
    composite_etags = True
    answers_completion_with_etag = False

    def __init__(self, folder=None, **environment):
        """`environment` is for radosgw.sh."""
        script = pathlib.Path(s3_client.__file__).parent / "radosgw.sh"
        missing = [name for name in ("ceph", "ceph-mon", "ceph-osd", "radosgw", "radosgw-admin")
                   if not any((pathlib.Path(folder) / name).exists()
                              for folder in os.environ["PATH"].split(":"))]
        if missing:
            raise unittest.SkipTest(f"not installed: {', '.join(missing)}")
        self.folder = folder or quick_scratch() / "ceph"
        self.stop = functools.partial(
            subprocess.run, [script, "stop", self.folder], capture_output=True)
        atexit.register(self.stop)
        begun = subprocess.run([script, "start", self.folder], capture_output=True, text=True,
                               env=dict(os.environ, BUCKET=BUCKET, **environment), timeout=120)
        if begun.returncode != 0:
            raise AssertionError(f"radosgw did not start: {begun.stderr}")
        self.client = self.client_of(BUCKET)
        self.port = int(self.client.host.rpartition(":")[2])
        self.key_id = self.client.key
        self.secret = self.client.secret

    def _wanted(self, method, key, but=(), **options):
        answer = self.client.call(method, key, **options)
        if answer.status // 100 != 2 and answer.status not in but:
            raise AssertionError(f"{method} {key}: {answer}")
        return answer

    def client_of(self, bucket):
        return s3_client.Store.from_settings(self.folder / "store.env", bucket)

    def connection(self):
        return None

    def put(self, key, content, connection=None):
        self._wanted("PUT", key, body=content)

    def remove(self, key):
        self._wanted("DELETE", key)

    def content(self, key):
        answer = self._wanted("GET", key, but=(404,))
        return answer.body if answer.status == 200 else None

    def blocks(self, key):
        """The content of an object that is too large for memory."""
        path, _ = self.client.target(key)
        headers = self.client.signed_headers("GET", path, "", {}, s3_client.EMPTY)
        with contextlib.closing(http.client.HTTPConnection(self.client.host, timeout=60)) as way:
            way.request("GET", path, headers=headers)
            yield from blocks_of(way.getresponse())

    def keys(self, prefix):
        """All that begin with it, in the store's order, and the sizes."""
        return listed(lambda query: self._wanted("GET", "", query=query).body, prefix)

    def uploads(self, prefix):
        """The unfinished uploads below a prefix."""
        return upload_ids(self._wanted("GET", "", query={"uploads": "", "prefix": prefix}).body)

    def begin_upload(self, key, first_part):
        """As some other program begins one; its id."""
        upload, = upload_ids(self._wanted("POST", key, query={"uploads": ""}).body)
        self._wanted("PUT", key, query={"partNumber": "1", "uploadId": upload}, body=first_part)
        return upload

    def sign_anew(self, exchange):
        """For a request that the gateway has signed by another clock."""
        request = exchange.request
        target = request.head.first_line.split(" ")[1]
        path, _, query = target.partition("?")
        query = "&".join(sorted(part if "=" in part else part + "="
                                for part in query.split("&") if part))
        headers = {name: value for name, value in exchange.head.headers.items()
                   if name not in ("authorization", "x-amz-date", "x-amz-content-sha256")}
        kept = {name: headers.pop(name) for name in ("content-length", "expect", "user-agent")
                if name in headers}
        host = headers.pop("host")
        signed = self.client.signed_headers(request.method, path, query, headers,
                                            s3_client.UNSIGNED, host=host)
        return head_bytes(request, signed | kept)


def filled(engine):
    """The names of the MANY small objects below MANY_PREFIX, which are made when first needed."""
    with _filling:
        if engine not in _filled:
            _filled[engine] = fill(engine, MANY_PREFIX, MANY)
        return _filled[engine]


def fill(engine, prefix, count):
    names = [f"object number {number:05}.txt" for number in range(count)]

    def put_some(first):
        connection = engine.connection()
        for name in names[first::FILLERS]:
            engine.put(prefix + name, b"x", connection)
        if connection:
            connection.close()

    with concurrent.futures.ThreadPoolExecutor(FILLERS) as pool:
        list(pool.map(put_some, range(FILLERS)))
    return names


def head_bytes(request, headers):
    lines = [request.head.first_line] + [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def upload_ids(text):
    root = xml.etree.ElementTree.fromstring(text)
    return [element.text for element in root.iter()
            if element.tag.rpartition("}")[2] == "UploadId"]


def blocks_of(response):
    if response.status != 200:
        raise AssertionError(f"{response.status} {response.read()}")
    while block := response.read(BLOCK):
        yield block


def listed(ask, prefix):
    """Key -> size of all pages. `ask` takes a query and returns the answer's document."""
    found, query = {}, {"list-type": "2", "prefix": prefix, "encoding-type": "url"}
    while query:
        texts = {}
        for element in xml.etree.ElementTree.fromstring(ask(query)).iter():
            texts.setdefault(element.tag.rpartition("}")[2], []).append(element.text)
        keys = map(urllib.parse.unquote_plus, texts.get("Key", ()))
        found.update(zip(keys, map(int, texts.get("Size", ()))))
        token = texts.get("NextContinuationToken")
        query = {**query, "continuation-token": token[0]} if token else None
    return found
