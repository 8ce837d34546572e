"""The stores behind the gateway, for as long as a benchmark takes. Each tells how many requests it
has answered."""

import base64
import hashlib
import hmac
import os
import subprocess
import sys
import time
import urllib.parse

import process_tree
from errors import Unavailable

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(os.path.dirname(HERE), "stores")
sys.path.insert(0, SCRIPTS)
import s3_client  # noqa: E402  (the folder is known only now)

BUCKET = "files"


def _lines_with(path, mark):
    with open(path, "rb") as file:
        return sum(mark in line for line in file)


class Radosgw:
    """Ceph's object gateway over objects in memory: S3."""

    name = "radosgw"
    type = "s3"

    def __init__(self, folder, _oss_server):
        self.folder = os.path.join(folder, "radosgw-store")
        self.script = os.path.join(SCRIPTS, "radosgw.sh")
        environment = dict(os.environ, REQUEST_LOG="1", BUCKET=BUCKET,
                           MEMSTORE_BYTES=str(6 << 30))
        begun = subprocess.run([self.script, "start", self.folder], capture_output=True,
                               text=True, env=environment)
        if begun.returncode != 0:
            raise Unavailable(begun.stderr.strip())
        self.client = s3_client.Store.from_settings(os.path.join(self.folder, "store.env"), BUCKET)
        self.endpoint = "http://" + self.client.host
        self.key, self.secret, self.region = (self.client.key, self.client.secret,
                                              self.client.region)

    def requests(self):
        return _lines_with(os.path.join(self.folder, "radosgw", "log", "rgw.log"), b"beast: ")

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
