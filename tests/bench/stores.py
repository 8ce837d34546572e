"""The stores behind the gateway, for as long as a benchmark takes. Each tells how many requests it
has answered."""

import base64
import glob
import hashlib
import hmac
import os
import subprocess
import sys
import time
import urllib.parse

import process_tree
from errors import Failed, Unavailable

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(os.path.dirname(HERE), "stores")
sys.path.insert(0, SCRIPTS)
import s3_client  # noqa: E402  (the folder is known only now)

BUCKET = "files"
PIECE = 1 << 30  # of a copy in parts


def _lines_with(path, mark):
    with open(path, "rb") as file:
        return sum(mark in line for line in file)


def _curl(store, method, key, *options):
    return subprocess.run(["curl", "--silent", *options, *store.curl_options(),
                           store.url(key, method)], capture_output=True, text=True).stdout


def size_of(store, key):
    """In bytes; None if it is not there."""
    status, *headers = _curl(store, "HEAD", key, "--head").splitlines() or [""]
    lengths = [int(line.split(":")[1]) for line in headers
               if line.lower().startswith("content-length:")]
    return lengths[0] if " 200" in status and len(lengths) == 1 else None


def delete(store, key):
    _curl(store, "DELETE", key, "--request", "DELETE")


class Radosgw:
    """Ceph's object gateway over objects in memory: S3."""

    name = "radosgw"
    type = "s3"

    def __init__(self, folder, _oss_server):
        self.folder = os.path.join(folder, "radosgw-store")
        self.script = os.path.join(SCRIPTS, "radosgw.sh")
        environment = dict(os.environ, REQUEST_LOG="1", BUCKET=BUCKET,
                           MEMSTORE_BYTES=str(10 << 30))
        begun = subprocess.run([self.script, "start", self.folder], capture_output=True,
                               text=True, env=environment)
        if begun.returncode != 0:
            raise Unavailable(begun.stderr.strip())
        self.client = s3_client.Store.from_settings(os.path.join(self.folder, "store.env"), BUCKET)
        self.endpoint = "http://" + self.client.host
        self.key, self.secret, self.region = (self.client.key, self.client.secret,
                                              self.client.region)

    def requests(self):
        time.sleep(0.2)  # a request's line comes after its answer
        return _lines_with(os.path.join(self.folder, "radosgw", "log", "rgw.log"), b"beast: ")

    def pids(self):
        pids = []
        for path in glob.glob(os.path.join(self.folder, "radosgw", "*.pid")):
            with open(path) as file:
                pids.append(int(file.read().split()[0]))
        return pids

    def url(self, key, _method):
        """What curl signs itself."""
        return f"{self.endpoint}/{BUCKET}/{urllib.parse.quote(key)}"

    def curl_options(self):
        return ["--aws-sigv4", f"aws:amz:{self.region}:s3", "--user", f"{self.key}:{self.secret}",
                "--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]

    def pages(self, prefix):
        """The times of a direct listing, page by page, over one connection each."""
        times, token = [], ""
        while True:
            query = {"list-type": "2", "prefix": prefix, "encoding-type": "url"}
            if token:
                query["continuation-token"] = token
            begin = time.monotonic()
            answer = self.client.call("GET", query=query)
            times.append(time.monotonic() - begin)
            token = answer.text("NextContinuationToken")
            if answer.status != 200:
                raise Unavailable(f"a listing was refused: {answer}")
            if not token:
                return times

    def copy(self, source, target):
        """Gives an object another name by a copy in parts, one after another. The seconds."""
        begin = time.monotonic()
        size = int(self._done("HEAD", source).header("Content-Length"))
        upload = self._done("POST", target, {"uploads": ""}).text("UploadId")
        parts = ""
        for number, first in enumerate(range(0, size, PIECE), 1):
            made = self._done("PUT", target, {"partNumber": number, "uploadId": upload}, headers={
                "x-amz-copy-source": f"/{BUCKET}/{urllib.parse.quote(source)}",
                "x-amz-copy-source-range": f"bytes={first}-{min(first + PIECE, size) - 1}"})
            parts += (f"<Part><PartNumber>{number}</PartNumber>"
                      f"<ETag>{made.text('ETag')}</ETag></Part>")
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>"
        self._done("POST", target, {"uploadId": upload}, body=body.encode())
        self._done("DELETE", source)
        return time.monotonic() - begin

    def _done(self, method, key, query=(), **options):
        answer = self.client.call(method, key, query, patience=1200, **options)
        if answer.status // 100 != 2 or answer.code:
            raise Failed(f"{method} {key}: {answer}")
        return answer

    def stop(self):
        subprocess.run([self.script, "stop", self.folder], capture_output=True)


class OssServer:
    """The OSS-compatible server of the tests over files."""

    name = "OSS server"
    type = "oss"
    region = "cn-hangzhou"
    key = "benchkey"
    secret = "BenchSecret"

    def __init__(self, folder, program):
        if not os.path.exists(program):
            raise Unavailable(f"not built: {program}")
        self.folder = os.path.join(folder, "oss-store")
        os.makedirs(self.folder)
        self.log = os.path.join(self.folder, "requests")
        self.process = subprocess.Popen(
            [program, "--listen", "127.0.0.1:0", "--data", os.path.join(self.folder, "data"),
             "--log", self.log, "--threads", "2"],
            env=os.environ | {"OSS_ACCESS_KEY_ID": self.key, "OSS_ACCESS_KEY_SECRET": self.secret},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise Unavailable("the OSS server does not start")
        self.endpoint = line.removeprefix("listening on ").strip().rstrip("/")
        made = subprocess.run(["curl", "--silent", "--fail", "--request", "PUT",
                               self.url("", "PUT")], capture_output=True)
        if made.returncode != 0:
            raise Unavailable("the OSS server refuses the bucket")

    def requests(self):
        return _lines_with(self.log, b"\n")

    def url(self, key, method):
        """Presigned by version 1 of OSS's signature."""
        expires = int(time.time()) + 3600
        text = f"{method}\n\n\n{expires}\n/{BUCKET}/{key}"
        proof = hmac.digest(self.secret.encode(), text.encode(), hashlib.sha1)
        query = urllib.parse.urlencode({"OSSAccessKeyId": self.key, "Expires": expires,
                                        "Signature": base64.b64encode(proof).decode()})
        return f"{self.endpoint}/{BUCKET}/{urllib.parse.quote(key)}?{query}"

    def curl_options(self):
        return []

    def stop(self):
        process_tree.stop(self.process)
        self.process.stdout.close()


ALL = (Radosgw, OssServer)
