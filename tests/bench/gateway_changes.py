"""Rows that change what is in a store already: renames, an append, an upload that is gone on with.
The client is Python's own, which has hardly anything to do; what goes between the gateway and the
store is told by the gateway."""

import contextlib
import ftplib
import io
import os
import re
import socket
import struct
import time

import accounts
import objftpd
import stores
from errors import Failed
from rows import MIB

KINDS = ("rename", "rename_directory", "append", "resume")
MADE_BEFORE = KINDS[:3]  # their load is what is there before

RESUMING = "ftpbench-resuming"  # the user whose uploads may be gone on with
PATIENCE = 1200  # seconds for one reply


class CountingGateway(objftpd.Gateway):
    """When it ends, it writes what it has asked of the store into its log."""

    name = "objftpd counting"
    log_level = "info"

    def users(self, cheap_hash):
        return [*super().users(cheap_hash), (RESUMING, cheap_hash, 'on_interrupt = "resume"')]

    def traffic(self):
        """Of its last run. Bytes are those of bodies; a repeated request counts again."""
        with open(self.path("log"), errors="replace") as file:
            lines = file.read().splitlines()
        if not any(line.endswith(" info ended") for line in lines):
            raise Failed("the gateway does not end: " + self.log_tail())
        counts = {"requests": 0, "sent": 0, "received": 0}
        for line in lines:
            if " info requests to the store " in line:
                for name in counts:
                    counts[name] += int(re.search(rf" {name}=(\d+)", line)[1])
        sent, received = counts["sent"] / MIB, counts["received"] / MIB
        return {"requests": counts["requests"], "sent": sent, "moved": sent + received}


class Changes:
    """Measures a row with one FTP connection to a gateway of its own."""

    def __init__(self, place, store):
        self.store = store
        self.gateway = CountingGateway(place, store)
        self.names = {}  # path -> what it is called after the renames so far

    def measure(self, row):
        return getattr(self, row.kind)(row)

    @contextlib.contextmanager
    def _session(self, user=accounts.CHEAP):
        try:
            with self.gateway.running(), ftplib.FTP(timeout=PATIENCE) as ftp:
                ftp.connect("127.0.0.1", self.gateway.place.port)
                ftp.login(user, accounts.PASSWORD)
                ftp.voidcmd("TYPE I")
                yield ftp
        except ftplib.all_errors as problem:
            raise Failed(f"{type(problem).__name__}: {problem}") from problem

    def _timed(self, work, user=accounts.CHEAP):
        with self._session(user) as ftp:
            begin = time.monotonic()
            work(ftp)
            seconds = time.monotonic() - begin
        return {"seconds": seconds, **self.gateway.traffic()}

    def _size(self, key, at_least):
        size = stores.size_of(self.store, key)
        if size is None or size < at_least:
            raise Failed(f"{key} has {size} bytes")
        return size

    def _check_size(self, key, wanted):
        if self._size(key, wanted) != wanted:
            raise Failed(f"{key} has more than {wanted} bytes")

    def _here(self, path):
        return self.names.get(path, path)

    def _elsewhere(self, path):
        """There and back again."""
        return path if self._here(path) != path else path + "-renamed"

    def copy(self, row):
        """The direct client of the row "rename"."""
        path = row.load["path"]
        seconds = self.store.copy(self._here(path), self._elsewhere(path))
        self.names[path] = self._elsewhere(path)
        return {"seconds": seconds}

    def _rename(self, path):
        to = self._elsewhere(path)
        values = self._timed(lambda ftp: ftp.rename(self._here(path), to))
        self.names[path] = to
        return values

    def rename(self, row):
        path = row.load["path"]
        size = self._size(self._here(path), row.load["size"])  # more by what was appended
        values = self._rename(path)
        self._check_size(self._here(path), size)
        return values

    def rename_directory(self, row):
        path = os.path.dirname(row.load["path"])
        count = row.load["clients"] * row.load["ops"]
        values = self._rename(path)
        with self._session() as ftp:
            found = len(ftp.nlst(self._here(path)))
        if found != count:
            raise Failed(f"{found} of {count} objects")
        return values | {"ops": count / values["seconds"]}

    def append(self, row):
        key = self._here(row.load["path"])
        size = self._size(key, row.load["size"])
        values = self._timed(lambda ftp: ftp.storbinary(f"APPE {key}", io.BytesIO(b"x")))
        self._check_size(key, size + 1)
        return values

    def resume(self, row):
        key, size = row.load["path"], row.load["size"]
        with self._session(RESUMING) as ftp:
            self._break_off(ftp, key, row.load["breaks"])

        def go_on(ftp):
            there = ftp.size(key)
            with ftp.transfercmd(f"STOR {key}", rest=there) as connection:
                self._send(connection, size - there)
            ftp.voidresp()
        # Another process, whose counts are those of the second transfer.
        values = self._timed(go_on, RESUMING)
        self._check_size(key, size)
        stores.delete(self.store, key)
        return values

    def _break_off(self, ftp, key, after):
        with ftp.transfercmd(f"STOR {key}") as connection:
            self._send(connection, after)
            # A reset takes with it what the gateway has not read.
            deadline = time.monotonic() + PATIENCE
            while f" {after} bytes in" not in ftp.sendcmd("STAT"):
                if time.monotonic() > deadline:
                    raise Failed("the gateway does not read all that was sent")
                time.sleep(0.01)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            ftp.voidresp()
        except ftplib.error_temp:
            return
        raise Failed("an upload that broke off was answered as if whole")

    @staticmethod
    def _send(connection, size):
        block = memoryview(os.urandom(MIB))
        while size > 0:
            connection.sendall(block[:size])
            size -= min(size, len(block))
