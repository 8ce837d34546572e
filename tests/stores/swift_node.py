#!/usr/bin/python3
"""Runs OpenStack Swift out of one folder, as the only node with the only copy:

    swift_node.py prepare FOLDER PROXY ACCOUNT CONTAINER OBJECT   configuration, for these ports
    swift_node.py serve FOLDER proxy|account|container|object     one server, until it is killed

It needs Debian's python3-swift alone. The packages around that would bring system services, a user
and a syslog daemon, and they read /etc/swift.
"""

import logging
import os
import sys
import time

KEY = "objftpd:test"
SECRET = "objftpd+test/secret+only+on/loopback"

CLUSTER = """[swift-hash]
swift_hash_path_suffix = objftpd

[swift-constraints]
# What S3 allows; by default 256.
max_meta_value_length = 2048
"""

COMMON = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
bind_timeout = 1
# A single process: nothing is left behind when it is killed.
workers = 0
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
fallocate_reserve = 0
log_level = WARNING
# The only copy may be slow, but it must never be taken for dead.
conn_timeout = 10
node_timeout = 120
container_update_timeout = 60
client_timeout = 120
error_suppression_limit = 1000000
"""

STORAGE = """
[pipeline:main]
pipeline = {name}-server

[app:{name}-server]
use = egg:swift#{name}
container_update_timeout = 60
"""

PROXY = """
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats bulk s3api tempauth copy slo dlo symlink
    proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
error_suppression_limit = 1000000
conn_timeout = 10
node_timeout = 120
recoverable_node_timeout = 120

[filter:cache]
paste.filter_factory = swift_node:cache

[filter:s3api]
use = egg:swift#s3api
location = us-east-1
storage_domain = localhost
max_upload_part_num = 10000

[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin

[filter:slo]
use = egg:swift#slo
max_manifest_segments = 10000
max_manifest_size = 16777216
# By default objects of many parts are read at one part a second.
rate_limit_segments_per_sec = 100000

[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:copy]
use = egg:swift#copy
[filter:dlo]
use = egg:swift#dlo
[filter:symlink]
use = egg:swift#symlink
"""


class Cache:
    """The part of memcached that the proxy uses. It needs one, and is a single process here."""

    def __init__(self):
        self.values = {}  # key -> (value, end in monotonic time or None)

    def get(self, key, raise_on_error=False):
        value, end = self.values.get(key, (None, None))
        return value if end is None or time.monotonic() < end else None

    def set(self, key, value, serialize=True, time=0, min_compress_len=0, raise_on_error=False):
        self.values[key] = (value, _end(time))

    def incr(self, key, delta=1, time=0):
        value = max(0, int(self.get(key) or 0) + delta)
        self.values[key] = (value, _end(time))
        return value

    def decr(self, key, delta=1, time=0):
        return self.incr(key, -delta, time)

    def delete(self, key, server_key=None):
        self.values.pop(key, None)


def _end(seconds):
    return time.monotonic() + seconds if seconds else None


def cache(_global_settings, **_settings):
    """The filter that gives it to those behind: paste.deploy finds it by name."""
    values = Cache()

    def wrap(application):
        def answer(environment, start_response):
            environment["swift.cache"] = values
            return application(environment, start_response)
        return answer
    return wrap


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def prepare(folder, ports):
    from swift.common.ring import RingBuilder

    os.makedirs(f"{folder}/devices/d1")
    try:
        os.setxattr(f"{folder}/devices", "user.swift.test", b"x")
    except OSError as error:
        sys.exit(f"Swift keeps what it knows of an object in extended attributes, and {folder} "
                 f"has none: {error.strerror}. ext4, xfs and, since Linux 6.6, tmpfs do.")
    write(f"{folder}/swift.conf", CLUSTER)
    names = ("proxy", "account", "container", "object")
    for name, port in zip(names, ports):
        body = PROXY if name == "proxy" else STORAGE
        text = COMMON + body
        write(f"{folder}/{name}.conf", text.format(
            port=port, folder=folder, name=name, user=KEY.replace(":", "_"), secret=SECRET))
        if name == "proxy":
            continue
        builder = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
        builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port),
                         "device": "d1", "weight": 1.0, "meta": "",
                         "replication_ip": "127.0.0.1", "replication_port": int(port)})
        builder.rebalance()
        builder.get_ring().save(f"{folder}/{name}.ring.gz")


def serve(folder, name):
    from swift.common import utils
    utils.SWIFT_CONF_FILE = f"{folder}/swift.conf"
    # Otherwise it would send each line to the syslog daemon of the machine as well.
    utils.ThreadSafeSysLogHandler = lambda **_: logging.NullHandler()
    from swift.common.wsgi import run_wsgi
    sys.exit(run_wsgi(f"{folder}/{name}.conf", f"{name}-server", verbose=True))


def main(arguments):
    if len(arguments) == 6 and arguments[0] == "prepare":
        prepare(arguments[1], arguments[2:])
    elif len(arguments) == 3 and arguments[0] == "serve":
        serve(*arguments[1:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
