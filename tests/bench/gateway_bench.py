#!/usr/bin/python3
"""Measures objftpd in front of stores, beside direct clients of the same stores, and prints a
table for each store. run.sh prepares and calls it."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import certificate
import direct_clients
import gateway_rows
import measure
import objftpd
import process_tree
import report
import stores
from errors import Failed, Unavailable
from servers import Place

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GIB = 1 << 30


def parse(arguments):
    build = os.path.join(SOURCE, "build")
    names = [kind.name for kind in stores.ALL]
    keys = sorted({row.key for kind in stores.ALL
                   for row in gateway_rows.all_rows(gateway_rows.Sizes(), kind.type)})
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"stores: {', '.join(names)}\nrows: {', '.join(keys)}")
    parser.add_argument("--only", default="", help="rows, separated by commas")
    parser.add_argument("--stores", default="", help="stores, separated by commas")
    parser.add_argument("--runs", type=int, help="measurements per cell (3; quick: 1)")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it work at all?")
    parser.add_argument("--dir", default="/dev/shm", help="where the files lie (%(default)s)")
    parser.add_argument("--port", type=int, default=20021, help="of the gateway (%(default)s)")
    parser.add_argument("--json", default=os.path.join(build, "bench", "gateway.json"),
                        help="where every single figure is written (%(default)s)")
    parser.add_argument("--objftpd", default=os.path.join(build, "release", "objftpd"))
    parser.add_argument("--oss-server", default=os.path.join(
        build, "release", "tests", "oss_server", "oss_server"))
    parser.add_argument("--peers", default=os.path.join(build, "bench", "peers"))
    parser.add_argument("--load", default=os.path.join(build, "bench", "load", "objftpd_load"))
    options = parser.parse_args(arguments)
    options.runs = options.runs or (1 if options.quick else 3)
    options.only = choose(parser, options.only, keys)
    options.stores = choose(parser, options.stores, names)
    return options


def choose(parser, given, known):
    wanted = [word.strip() for word in given.split(",") if word.strip()]
    for word in wanted:
        if word not in known:
            parser.error(f"unknown: {word}; known: {', '.join(known)}")
    return wanted or known


class StoreBench:
    """One store, its direct clients and the gateway."""

    def __init__(self, options, scratch, store):
        self.options = options
        self.store = store
        self.sizes = gateway_rows.QUICK if options.quick else gateway_rows.Sizes()
        self.rows = [row for row in gateway_rows.all_rows(self.sizes, store.type)
                     if row.key in options.only]
        self.results = {row.key: {} for row in self.rows}
        self.notes = []
        self.scratch = scratch
        self.filled = set()
        place = Place(scratch, options.peers, options.objftpd, options.port,
                      certificate.Certificate(scratch))
        self.gateway = objftpd.Gateway(place, store)
        self.clients = []
        for kind in direct_clients.ALL:
            if store.type in kind.speaks:
                try:
                    self.clients.append(kind(store, scratch, options.peers))
                except Unavailable as problem:
                    self.notes.append(f"{kind.name}: {problem}")
        self.names = [client.name for client in self.clients] + ["pages", self.gateway.name]

    def run(self):
        for number in range(self.options.runs):
            for row in self.rows:
                self._prepare(row)
                cells = [(client.name, client) for client in self.clients]
                first = number % len(cells)
                for name, client in cells[first:] + cells[:first]:
                    self._cell(row, name, lambda client=client: self._direct(row, client))
                if row.kind == "listing" and hasattr(self.store, "pages"):
                    self._cell(row, "pages", lambda: self._pages(row))
                self._cell(row, self.gateway.name, lambda: self._gateway(row))

    def _cell(self, row, name, work):
        begin = time.monotonic()
        before = self.store.requests()
        try:
            values = work()
        except (Failed, Unavailable) as problem:
            self.notes.append(f"{row.label}, {name}: {problem}")
            return
        if values is None:
            return
        values["requests"] = (self.store.requests() - before) / values.pop("operations", 1)
        self.results[row.key].setdefault(name, []).append(values)
        shown = " ".join(f"{key}={value:.3f}" for key, value in values.items())
        print(f"{self.store.name} {row.key:11} {name:8} {shown} "
              f"[{time.monotonic() - begin:.1f} s]", file=sys.stderr)

    # What a row reads is made by the gateway, which is not measured then.
    def _prepare(self, row):
        load, wanted = row.load, None
        if row.kind.startswith("listing"):
            count = int(load["path"].rpartition("-")[2])
            wanted = {"path": load["path"] + "/document-{c}-{n}.txt", "clients": 8,
                      "ops": count // 8, "size": 1}
        elif row.key == "retr":
            wanted = {"path": "big", "size": load["size"], "ops": 1}
        elif row.key == "small-retr":
            wanted = {"path": load["path"], "clients": load["clients"], "ops": load["ops"],
                      "size": gateway_rows.SMALL}
        if not wanted or wanted["path"] in self.filled:
            return
        self.filled.add(wanted["path"])
        with self.gateway.running() as server, \
                measure.Load(self.options.load, server.place.port, {"mode": "stor", **wanted}) as load:
            load.run()

    def _source(self, size):
        """A file of that size, which a direct client sends."""
        path = os.path.join(self.scratch, f"source-{size}")
        if not os.path.exists(path):
            block = os.urandom(1 << 20)
            with open(path, "wb", buffering=0) as file:
                left = size
                while left > 0:
                    left -= file.write(block[:left])
        return path

    def _direct(self, row, client):
        if row.kind == "bulk":
            size = row.load["size"]
            if row.load["mode"] == "stor":
                used = client.store_file(self._source(size), row.load["path"])
            else:
                used = client.retrieve_file(row.load["path"])
            return {"rate": size / used.seconds / 1e6, "cpu": used.cpu / (size / GIB),
                    "peak": used.rss_mib}
        if row.kind == "small" and hasattr(client, "store_many"):
            keys = [row.load["path"].replace("{c}", str(c)).replace("{n}", str(n))
                    for c in range(row.load["clients"]) for n in range(row.load["ops"])]
            used = (client.store_many(self._source(gateway_rows.SMALL), keys)
                    if row.load["mode"] == "stor" else client.retrieve_many(keys))
            return {"ops": len(keys) / used.seconds, "cpu": used.cpu / len(keys) * 1e3,
                    "operations": len(keys)}
        return None

    def _pages(self, row):
        times = self.store.pages(row.load["path"] + "/")
        return {"first": times[0] * 1e3, "total": sum(times) * 1e3, "peak": 0}

    def _gateway(self, row):
        with self.gateway.running() as server, \
                measure.Load(self.options.load, server.place.port, row.load) as load:
            process_tree.reset_peak_rss(server.pid)
            idle = process_tree.rss_kib(server.pid)
            before = process_tree.cpu_seconds(server.pid)
            result = load.run()
            cpu = process_tree.cpu_seconds(server.pid) - before
            peak = process_tree.peak_rss_kib(server.pid)
        if row.kind == "listing_memory":
            peak -= idle
        values = {"peak": peak / 1024}
        if row.kind.startswith("listing"):
            self._check("entries", result["lines"], int(row.load["path"].rpartition("-")[2]) // 8 * 8)
            return values | {"first": result["first_byte_ms"], "total": result["op_ms"]}
        if row.kind == "small":
            return {"ops": result["ops"] / result["seconds"],
                    "cpu": cpu / result["ops"] * 1e3, "operations": result["ops"]}
        size = row.load["size"] * row.load.get("clients", 1)
        self._check("bytes", result["bytes"], size)
        if row.load["mode"] == "stor":
            self._check_stored(row.load)
        return values | {"rate": size / result["seconds"] / 1e6, "cpu": cpu / (size / GIB)}

    @staticmethod
    def _check(what, found, wanted):
        if found != wanted:
            raise Failed(f"{found} of {wanted} {what}")

    def _check_stored(self, load):
        """An upload that is not there, or is short, would make the gateway fast."""
        for client in range(load.get("clients", 1)):
            key = load["path"].replace("{c}", str(client))
            asked = subprocess.run(
                ["curl", "--silent", "--head", *self.store.curl_options(),
                 self.store.url(key, "HEAD")], capture_output=True, text=True)
            lengths = [line.split(":")[1].strip() for line in asked.stdout.splitlines()
                       if line.lower().startswith("content-length:")]
            if lengths != [str(load["size"])]:
                raise Failed(f"{key} has {lengths or asked.stdout[:100]}")

    def table(self):
        peers = self.names[:-1]
        text = report.table(self.rows, self.results, self.names, peers, self.gateway.name)
        return "\n".join([f"**{self.store.name}**", "", text,
                          *(f"- {note}" for note in self.notes), ""])


def run_store(options, kind):
    """The table, or why there is none; and the figures."""
    with contextlib.ExitStack() as cleanup:
        scratch = tempfile.mkdtemp(prefix="objftpd-bench-", dir=options.dir)
        cleanup.callback(shutil.rmtree, scratch, ignore_errors=True)
        try:
            store = kind(scratch, options.oss_server)
        except Unavailable as problem:
            return f"**{kind.name}**: {problem}\n", {}
        cleanup.callback(store.stop)
        bench = StoreBench(options, scratch, store)
        try:
            bench.run()
        finally:
            print(bench.table(), file=sys.stderr)
        return bench.table(), bench.results


def main():
    options = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is cleaned up
    command = report.command("stores")
    heading = report.heading(options, command, os.getloadavg()[0], options.dir, SOURCE)
    tables, figures = [], {}
    for kind in stores.ALL:
        if kind.name in options.stores:
            text, figures[kind.name] = run_store(options, kind)
            tables.append(text)
    print(heading)
    print("\n".join(tables))
    with open(options.json, "w") as file:
        json.dump({"command": command, "machine": report.machine(), "results": figures}, file,
                  indent=1)


if __name__ == "__main__":
    main()
