"""Sixteen sessions at once: what was acknowledged is there and right, whoever else was at work on
the same names, and the memory of all uploads together has its limit.
"""

import collections
import ftplib
import io
import random
import threading
import time

from gateway_case import GatewayCase
from harness.configuration import PASSWORD, USER
from harness.content import sha256_of
from store_harness.case import OnCeph, OnOss, StoreCase

SESSIONS = 16
TURNS = 30  # of each session
SHARED = [f"shared/{number}.bin" for number in range(3)]
FLEETING = "shared/fleeting.bin"
TIME_LIMIT = 120

BUDGET = 128 << 20  # upload_memory, by default
BESIDE_BUDGET = 32 << 20  # buffers of sockets, of three connections to the store for each upload
UPLOAD = 22 << 20  # three parts

# An upload of a shared name: when it began, when it was acknowledged, and what it was.
Write = collections.namedtuple("Write", "began ended digest")


def connect(port):
    ftp = ftplib.FTP()
    ftp.connect("127.0.0.1", port, timeout=60)
    ftp.login(USER, PASSWORD)
    return ftp


def together(tasks):
    """Runs them at the same time, each in a thread. The first exception of any is raised."""
    start = threading.Barrier(len(tasks))
    problems = []

    def run(task):
        try:
            start.wait(TIME_LIMIT)
            task()
        except Exception as problem:
            problems.append(problem)
    threads = [threading.Thread(target=run, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    give_up = time.monotonic() + TIME_LIMIT
    for thread in threads:
        thread.join(max(0, give_up - time.monotonic()))
        if thread.is_alive():
            raise AssertionError("a session hangs", problems)
    if problems:
        raise problems[0]


class SharedNames:
    """What all sessions did to the names that they have in common."""

    def __init__(self):
        self.lock = threading.Lock()
        self.begun = collections.defaultdict(set)  # digests of all uploads that began
        self.writes = collections.defaultdict(list)  # those that were acknowledged

    def begin(self, name, digest):
        with self.lock:
            self.begun[name].add(digest)
        return time.monotonic()

    def end(self, name, began, digest):
        with self.lock:
            self.writes[name].append(Write(began, time.monotonic(), digest))

    def may_be_last(self, name):
        """The uploads that no other one followed."""
        writes = self.writes[name]
        return {write.digest for write in writes
                if not any(other.began > write.ended for other in writes)}


class Session:
    """One client. It remembers what its own names must hold, and looks at them through the gateway
    in between."""

    def __init__(self, port, number, engine, shared):
        self.ftp = connect(port)
        self.engine = engine
        self.shared = shared
        self.random = random.Random(f"session {number}")
        self.folder = f"own {number}"
        self.own = {}  # name -> content
        self.made = 0
        self.ftp.mkd(self.folder)

    def run(self):
        acts = (self.store, self.store, self.overwrite, self.retrieve, self.list, self.delete,
                self.rename, self.store_shared, self.retrieve_shared, self.list_shared,
                self.store_fleeting, self.delete_fleeting, self.take_fleeting)
        for act in acts:
            act()
        for _ in range(TURNS - len(acts)):
            self.random.choice(acts)()
        self.ftp.quit()

    def content(self):
        largest = self.engine.large if self.random.random() < 0.15 else 50_000
        return self.random.randbytes(self.random.randrange(largest))

    def upload(self, name, content):
        reply = self.ftp.storbinary(f"STOR {name}", io.BytesIO(content))
        assert reply.startswith("226"), reply

    def download(self, name):
        content = io.BytesIO()
        self.ftp.retrbinary(f"RETR {name}", content.write)
        return content.getvalue()

    # -- names of its own

    def new_name(self):
        self.made += 1
        return f"{self.folder}/file {self.made}.bin"

    def any_own(self):
        return self.random.choice(sorted(self.own)) if self.own else None

    def store(self, name=None):
        name, content = name or self.new_name(), self.content()
        self.upload(name, content)
        self.own[name] = content

    def overwrite(self):
        self.store(self.any_own())

    def retrieve(self):
        if name := self.any_own():
            assert self.download(name) == self.own[name], f"{name} is not what was stored"

    def list(self):
        names = {f"{self.folder}/{name}" for name, facts in self.ftp.mlsd(self.folder)
                 if facts["type"] == "file"}
        assert names == set(self.own), (names, set(self.own))

    def delete(self):
        if name := self.any_own():
            self.ftp.delete(name)
            del self.own[name]

    def rename(self):
        if name := self.any_own():
            target = self.new_name()
            self.ftp.rename(name, target)
            self.own[target] = self.own.pop(name)

    # -- names that all have in common

    def store_shared(self, name=None):
        name, content = name or self.random.choice(SHARED), self.content()
        digest = sha256_of(content)
        began = self.shared.begin(name, digest)
        self.upload(name, content)
        self.shared.end(name, began, digest)

    def retrieve_shared(self):
        name = self.random.choice(SHARED)
        stored = bool(self.shared.writes[name])
        try:
            found = sha256_of(self.download(name))
        except ftplib.error_perm as refused:
            assert str(refused).startswith("550") and not stored, refused
        except ftplib.error_temp as broken:  # another one has taken its place
            assert str(broken)[:3] in ("426", "450", "451"), broken
        else:
            assert found in self.shared.begun[name], f"{name} is a mixture"

    def list_shared(self):
        names = {f"shared/{name}" for name, facts in self.ftp.mlsd("shared")
                 if facts["type"] == "file"}
        assert names <= {*SHARED, FLEETING}, names

    # -- a name that comes and goes

    def store_fleeting(self):
        self.store_shared(FLEETING)

    def delete_fleeting(self):
        self.unless_gone(lambda: self.ftp.delete(FLEETING))

    def take_fleeting(self):
        """What was renamed is here, and is one of those that were stored."""
        target = self.new_name()
        if self.unless_gone(lambda: self.ftp.rename(FLEETING, target)):
            self.own[target] = self.download(target)
            assert sha256_of(self.own[target]) in self.shared.begun[FLEETING], target
        else:  # it may have got half-way: see test_concurrent_changes.py
            self.unless_gone(lambda: self.ftp.delete(target))

    def unless_gone(self, act):
        """Whether it was done. Another session may have been faster."""
        try:
            act()
            return True
        except ftplib.all_errors as refused:
            assert str(refused)[:3] in ("450", "451", "550"), refused
            return False


class ManySessions:
    def test_what_sixteen_sessions_stored_is_there_and_right(self):
        shared = SharedNames()
        wire = self.world.connect()
        wire.say("MKD shared", 257)
        sessions = [Session(self.daemon.port, number, self.engine, shared)
                    for number in range(SESSIONS)]
        together([session.run for session in sessions])

        expected = {}
        for session in sessions:
            expected.update((name, sha256_of(content)) for name, content in session.own.items())
        keys = self.engine.keys(self.world.prefix)
        found = {key.removeprefix(self.world.prefix) for key in keys if not key.endswith("/")}
        self.assertEqual(found - {FLEETING}, set(expected) | set(SHARED))
        if FLEETING in found:
            self.assertIn(sha256_of(self.world.content(FLEETING)), shared.begun[FLEETING])
        for name, digest in expected.items():
            self.assertEqual(sha256_of(self.world.content(name)), digest, name)
        for name in SHARED:
            self.assertIn(sha256_of(self.world.content(name)), shared.may_be_last(name), name)
        self.assertEqual(self.world.orphans_left(), 0)


class ManyUploads:
    def test_sixteen_uploads_in_parts_stay_within_the_memory_for_uploads(self):
        contents = {f"{number}.bin": random.Random(number).randbytes(UPLOAD)
                    for number in range(SESSIONS)}
        clients = {name: connect(self.daemon.port) for name in contents}
        idle = self.daemon.most_memory()
        together([lambda name=name: clients[name].storbinary(
            f"STOR {name}", io.BytesIO(contents[name]), 1 << 18) for name in contents])
        most = self.daemon.most_memory()
        print(f"{self.engine.name}: {SESSIONS} uploads: at most {most / (1 << 20):.1f} MiB, "
              f"{idle / (1 << 20):.1f} before")
        for client in clients.values():
            client.quit()
        for name, content in contents.items():
            self.assertEqual(sha256_of(self.engine.content(self.prefix + name)),
                             sha256_of(content), name)
        self.assertLess(most - idle, BUDGET + BESIDE_BUDGET)


class ManySessionsOnOss(OnOss, ManySessions, StoreCase):
    pass


class ManySessionsOnCeph(OnCeph, ManySessions, StoreCase):
    pass


class ManyUploadsToOss(OnOss, ManyUploads, GatewayCase):
    pass


class ManyUploadsToCeph(OnCeph, ManyUploads, GatewayCase):
    pass
