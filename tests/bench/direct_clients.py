"""What uses a store without a gateway, to compare with. Times and CPU seconds are those of the
whole program, from its start to its end."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass

from errors import Failed, Unavailable
from program import Program
from stores import BUCKET

PART = 8 << 20       # as the gateway's part_size
PARALLEL_PARTS = 3   # as its parallel_parts

CURL = ("curl", "--silent", "--show-error", "--fail")


@dataclass
class Used:
    seconds: float
    cpu: float
    rss_mib: float


def run(command, environment=None):
    """Raises Failed, with the end of what it said, unless the program succeeds."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    begin = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, env={**clean, **(environment or {})})
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode != 0:
        raise Failed(said.decode(errors="replace").strip()[-300:] or f"exit {process.returncode}")
    return Used(time.monotonic() - begin, usage.ru_utime + usage.ru_stime,
                usage.ru_maxrss / 1024)


class Client(Program):
    speaks = ("s3",)

    def __init__(self, store, scratch, peers):
        self.store = store
        self.peers = peers
        super().__init__(scratch)


class Rclone(Client):
    name = "rclone"

    def prepare(self):
        self.program = os.path.join(self.peers, "rclone", "usr", "bin", "rclone")
        if not os.path.exists(self.program):
            self.program = shutil.which("rclone")
        if not self.program:
            raise Unavailable("rclone was not fetched")
        self.config = self.write("rclone.conf", f"""\
[store]
type = s3
provider = Ceph
endpoint = {self.store.endpoint}
region = {self.store.region}
access_key_id = {self.store.key}
secret_access_key = {self.store.secret}
no_check_bucket = true
""")

    def _copy(self, source, target):
        return run([self.program, "copyto", "--config", self.config, "--ignore-times",
                    "--s3-chunk-size", f"{PART}b", "--s3-upload-cutoff", f"{PART}b",
                    "--s3-upload-concurrency", str(PARALLEL_PARTS), source, target])

    def store_file(self, source, key):
        return self._copy(source, f"store:{BUCKET}/{key}")

    def retrieve_file(self, key):
        target = self.path("got")
        try:
            return self._copy(f"store:{BUCKET}/{key}", target)
        finally:
            if os.path.exists(target):
                os.unlink(target)


class S3cmd(Client):
    name = "s3cmd"

    def prepare(self):
        root = os.path.join(self.peers, "s3cmd")
        if not os.path.isdir(root):
            raise Unavailable("s3cmd was not fetched")
        host = self.store.endpoint.partition("://")[2]
        config = self.write("s3cfg", f"""\
[default]
host_base = {host}
host_bucket = {host}
use_https = False
bucket_location = {self.store.region}
access_key = {self.store.key}
secret_key = {self.store.secret}
multipart_chunk_size_mb = {PART >> 20}
""")
        self.command = ["/usr/bin/python3", os.path.join(root, "usr", "bin", "s3cmd"),
                        "--config", config, "--no-progress", "--quiet"]
        self.environment = {
            "PYTHONPATH": os.path.join(root, "usr", "lib", "python3", "dist-packages")}

    def store_file(self, source, key):
        return run([*self.command, "put", source, f"s3://{BUCKET}/{key}"],
                   self.environment)

    def retrieve_file(self, key):
        return run([*self.command, "get", f"s3://{BUCKET}/{key}", "-"],
                   self.environment)


class Curl(Client):
    """One request, whatever the size, without a checksum."""

    name = "curl"
    speaks = ("s3", "oss")
    CONNECTIONS = 16

    def store_file(self, source, key):
        return run([*CURL, *self.store.curl_options(),
                    "--upload-file", source, self.store.url(key, "PUT")])

    def retrieve_file(self, key):
        return run([*CURL, *self.store.curl_options(),
                    "--output", "/dev/null", self.store.url(key, "GET")])

    def store_many(self, source, keys):
        return self._many([(f'upload-file = "{source}"', self.store.url(key, "PUT"))
                           for key in keys])

    def retrieve_many(self, keys):
        return self._many([("", self.store.url(key, "GET")) for key in keys])

    def _many(self, transfers):
        """Over CONNECTIONS that are kept."""
        lines = []
        for option, url in transfers:
            lines += [line for line in (option, f'url = "{url}"', 'output = "/dev/null"') if line]
        listed = self.write("transfers", "\n".join(lines) + "\n")
        return run([*CURL, "--parallel", "--no-progress-meter", "--parallel-max",
                    str(self.CONNECTIONS), *self.store.curl_options(), "--config", listed])


ALL = (Rclone, S3cmd, Curl)
