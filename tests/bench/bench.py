#!/usr/bin/python3
"""Measures objftpd and its peers in one run and prints a table. run.sh prepares and calls it."""

import argparse
import contextlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time

import accounts
import certificate
import measure
import objftpd
import peers
import report
import rows as rows_module
from errors import Failed, Unavailable
from servers import Place

SERVERS = peers.ALL + objftpd.EMBEDDED

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def parse(arguments):
    build = os.path.join(SOURCE, "build")
    names = [kind.name for kind in SERVERS]
    keys = [row.key for row in rows_module.all_rows(rows_module.Sizes())]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"servers: {', '.join(names)}\nrows: {', '.join(keys)}\n"
               "A name chooses all that begin with it: --servers objftpd --only small,retr")
    parser.add_argument("--only", default="", help="rows, separated by commas")
    parser.add_argument("--servers", default="", help="servers, separated by commas")
    parser.add_argument("--runs", type=int, help="measurements per cell (3; quick: 1)")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it work at all?")
    parser.add_argument("--dir", default="/dev/shm", help="where the files lie (%(default)s)")
    parser.add_argument("--port", type=int, default=20021, help="of the servers (%(default)s)")
    parser.add_argument("--json", default=os.path.join(build, "bench", "results.json"),
                        help="where every single figure is written (%(default)s)")
    parser.add_argument("--objftpd", default=os.path.join(build, "release", "objftpd"))
    parser.add_argument("--peers", default=os.path.join(build, "bench", "peers"))
    parser.add_argument("--load", default=os.path.join(build, "bench", "load", "objftpd_load"))
    options = parser.parse_args(arguments)
    options.runs = options.runs or (1 if options.quick else 3)
    options.only = choose(parser, options.only, keys)
    options.servers = choose(parser, options.servers, names)
    return options


def choose(parser, given, known):
    wanted = [word.strip() for word in given.split(",") if word.strip()]
    for word in wanted:
        if not any(name.startswith(word) for name in known):
            parser.error(f"unknown: {word}; known: {', '.join(known)}")
    # An exact name means itself only: "list-long" is a row, "list" a family.
    return [name for name in known if not wanted or name in wanted or
            any(name.startswith(word) and word not in known for word in wanted)]


class Files:
    """The files that are served, made when the first row needs them."""

    def __init__(self, place):
        self.place = place
        self.made = set()
        os.makedirs(place.data)
        os.chown(place.data, place.users.uid, place.users.gid)
        self.block = os.urandom(1 << 20)

    def make(self, row):
        for pattern, count, size in row.files:
            if pattern in self.made:
                continue
            self.made.add(pattern)
            folder = os.path.dirname(os.path.join(self.place.data, pattern))
            os.makedirs(folder, exist_ok=True)
            for number in range(count):
                self._write(pattern.replace("{n}", str(number)), size)

    def _write(self, name, size):
        with open(os.path.join(self.place.data, name), "wb", buffering=0) as file:
            while size > 0:
                size -= file.write(self.block[:size])


class Bench:
    def __init__(self, options, place):
        self.options = options
        self.place = place
        self.sizes = rows_module.QUICK if options.quick else rows_module.Sizes()
        self.rows = [row for row in rows_module.all_rows(self.sizes) if row.key in options.only]
        self.results = {row.key: {} for row in self.rows}
        self.notes = {}  # text -> None: an ordered set
        self.names = [kind.name for kind in SERVERS if kind.name in options.servers]
        self.servers = []
        for kind in SERVERS:
            if kind.name in options.servers:
                try:
                    self.servers.append(kind(place))
                except Unavailable as problem:
                    self.note(f"{kind.name}: {problem}")
        self.files = Files(place)

    def note(self, text):
        if text not in self.notes:
            print(f"note: {text}", file=sys.stderr)
        self.notes[text] = None

    def run(self):
        written = {row.key: row.bytes_written() for row in self.rows}
        reserve = measure.Reserve(max(written.values(), default=0))
        reserve.settle(self.place.data, written.get("stor", 0))
        for number in range(self.options.runs):
            for row in self.rows:
                self.files.make(row)
                # Another server begins each time, so that noise and order hit all alike.
                first = number % max(1, len(self.servers))
                for server in self.servers[first:] + self.servers[:first]:
                    self.run_cell(number, row, server, reserve)

    def run_cell(self, number, row, server, reserve):
        measure.clear_uploads(self.place)
        begin = time.monotonic()
        if row.resumes and not server.resumes_tls:
            self.note(f"{server.name} does not resume TLS sessions: each data connection makes "
                      "a full handshake")
        try:
            with server.running(row.tls):
                values = measure.Measurement(self.options.load, reserve, server, row).run()
        except (Failed, Unavailable) as problem:
            self.note(f"{row.label}, {server.name}: {problem}")
            return
        self.results[row.key].setdefault(server.name, []).append(values)
        shown = " ".join(f"{key}={value:.3f}" for key, value in values.items())
        print(f"{number + 1}/{self.options.runs} {row.key:15} {server.name:14} {shown} "
              f"[{time.monotonic() - begin:.1f} s]", file=sys.stderr)

    def table(self):
        text = report.table(self.rows, self.results, self.names,
                            [kind.name for kind in peers.ALL], objftpd.ObjftpdNone.name)
        return text + "".join(f"\n- {note}" for note in self.notes)


def main():
    options = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is cleaned up
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.umask(0o022)
    command = report.command("ftp")
    load_before = os.getloadavg()[0]
    with contextlib.ExitStack() as cleanup:
        scratch = tempfile.mkdtemp(prefix="objftpd-bench-", dir=options.dir)
        cleanup.callback(shutil.rmtree, scratch, ignore_errors=True)
        os.chmod(scratch, 0o755)
        data = os.path.join(scratch, "store", "data")
        users = cleanup.enter_context(accounts.Accounts(data))
        place = Place(scratch, options.peers, options.objftpd, options.port,
                      certificate.Certificate(scratch), data, users)
        bench = Bench(options, place)
        try:
            bench.run()
        finally:
            print(report.heading(options, command, load_before, scratch, SOURCE))
            print(bench.table())
            with open(options.json, "w") as file:
                json.dump({"command": command, "machine": report.machine(),
                           "results": bench.results, "notes": list(bench.notes)}, file, indent=1)


if __name__ == "__main__":
    main()
