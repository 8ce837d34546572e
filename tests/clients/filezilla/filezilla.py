"""FileZilla with a folder of its own for everything it remembers.

What it shall move is put into the queue that it keeps between two runs; its message log goes to
a file, and its certificates and what it knows of session resumption are in trustedcerts.xml.
"""

import contextlib
import os
import pathlib
import signal
import sqlite3
import subprocess
import time

from harness.configuration import PASSWORD, USER
from harness.ports import LOOPBACK

SCHEMES = {"explicit": "ftpes", "implicit": "ftps"}
PROTOCOLS = {"explicit": 4, "implicit": 3, "none": 6}  # FileZilla's own numbers
DOWNLOAD = 0x10  # a flag of its queue
RESUME = 5  # what to do when the file exists

SETTINGS = """\
<?xml version="1.0"?>
<FileZilla3 version="3.63.0" platform="*nix"><Settings>
<Setting name="Greeting version">99.0.0</Setting>
<Setting name="Update Check">0</Setting>
<Setting name="Logging file">{log}</Setting>
<Setting name="File exists action upload">{resume}</Setting>
<Setting name="File exists action download">{resume}</Setting>
<Setting name="Preserve timestamps">1</Setting>
</Settings></FileZilla3>
"""

# Its own schema, version 7; of the columns those that matter.
QUEUE = """\
PRAGMA user_version = 7;
CREATE TABLE servers (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, host TEXT NOT NULL,
    port INTEGER, user TEXT, password TEXT, account TEXT, keyfile TEXT, protocol INTEGER,
    type INTEGER, logontype INTEGER, timezone_offset INTEGER, transfer_mode TEXT,
    max_connections INTEGER, encoding TEXT, bypass_proxy INTEGER, post_login_commands TEXT,
    name TEXT, parameters TEXT, site_path TEXT DEFAULT NULL);
CREATE TABLE files (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, server INTEGER NOT NULL,
    source_file TEXT, target_file TEXT, local_path INTEGER, remote_path INTEGER, size INTEGER,
    error_count INTEGER, priority INTEGER, flags INTEGER, default_exists_action INTEGER,
    extra_flags TEXT);
CREATE TABLE local_paths (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, path TEXT NOT NULL);
CREATE TABLE remote_paths (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, path TEXT NOT NULL);
"""


class FileZilla:
    """`local` and `remote` are the folders that everything is moved between."""

    def __init__(self, home, security, port, local, remote):
        self.home = home
        self.settings = home / ".config" / "filezilla"
        self.settings.mkdir(parents=True)
        self.log = home / "messages"
        self.process = None
        self.security = security
        self.port = port
        (self.settings / "filezilla.xml").write_text(
            SETTINGS.format(log=self.log, resume=RESUME))
        self.queue = sqlite3.connect(self.settings / "queue.sqlite3")
        self.queue.executescript(QUEUE)
        self._insert("servers", host=LOOPBACK["IPv4"], port=port, user=USER, password=PASSWORD,
                     protocol=PROTOCOLS[security], type=0, logontype=1, timezone_offset=0,
                     transfer_mode="MODE_DEFAULT", max_connections=0, encoding="Auto",
                     bypass_proxy=0, name="")
        self._insert("local_paths", path=f"{local}/")
        names = remote.strip("/").split("/")
        self._insert("remote_paths", path=" ".join(["1", "0", *(
            word for name in names for word in (str(len(name)), name))]))

    def enqueue_upload(self, name, size):
        self._enqueue(name, size, 0)

    def enqueue_download(self, name, size):
        self._enqueue(name, size, DOWNLOAD)

    def _enqueue(self, name, size, flags):
        self._insert("files", server=1, source_file=name, local_path=1, remote_path=1, size=size,
                     error_count=0, priority=2, flags=flags, default_exists_action=RESUME,
                     extra_flags="")

    def _insert(self, table, **values):
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        self.queue.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))

    def start(self, desktop, folder="/", **environment):
        """Shows that folder of the server; or, with None, connects to none before it has to."""
        self.queue.commit()
        self.queue.close()
        server = f"{USER}:{PASSWORD}@{LOOPBACK['IPv4']}:{self.port}"
        shown = [] if folder is None else [f"{SCHEMES[self.security]}://{server}{folder}"]
        self.process = subprocess.Popen(
            ["filezilla", *shown], cwd=self.home, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C.UTF-8",
                 "DISPLAY": desktop.name, "NO_AT_BRIDGE": "1", "TZ": "UTC", **environment})

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def messages(self):
        """Its message log, without times: "Status: ...", "Command: ...", "Error: ..."."""
        if not self.log.exists():
            return []
        lines = self.log.read_text(errors="replace").splitlines()
        return [line.split(" ", 4)[-1] for line in lines]

    def wait_for(self, message, times=1, patience=40):
        give_up = time.monotonic() + patience
        while sum(line.startswith(message) for line in self.messages()) < times:
            if time.monotonic() > give_up or self.process.poll() is not None:
                raise AssertionError(f"no {message!r} in:\n" + "\n".join(self.messages()[-60:]))
            time.sleep(0.2)

    def wait_until_idle(self, patience=60):
        """Until it has done all that it was told: none of its threads runs, or would if it could,
        for a second."""
        give_up = time.monotonic() + patience
        quiet = 0
        while quiet < 20:
            if time.monotonic() > give_up:
                raise AssertionError("FileZilla is busy")
            quiet = quiet + 1 if self._sleeps() else 0
            time.sleep(0.05)

    def _sleeps(self):
        for thread in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                state = (thread / "stat").read_text().rpartition(")")[2].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has just ended
            if state != "S":
                return False
        return True

    def queued_downloads(self):
        """Name and size of each in the queue that it has left behind, in the order of names."""
        with contextlib.closing(sqlite3.connect(self.settings / "queue.sqlite3")) as queue:
            yield from queue.execute(
                "SELECT source_file, size FROM files WHERE flags & ? ORDER BY source_file",
                (DOWNLOAD,))
