#!/usr/bin/python3
"""Measures objftpd in front of stores, beside direct clients of the same stores, and prints a
table for each store. run.sh prepares and calls it."""

import contextlib
import os
import signal
import sys

import certificate
import command_line
import direct_clients
import files
import gateway_changes
import gateway_rows
import measure
import objftpd
import process_tree
import processors
import report
import stores
from errors import Failed, Unavailable
from results import Results
from rows import GIB
from servers import Place

FILLERS = 8  # clients that store what is listed


def listed(row):
    """How many entries a listing has. Its folder's name tells how many were asked for."""
    return int(row.load["path"].rpartition("-")[2]) // FILLERS * FILLERS


class StoreBench:
    """One store, its direct clients and the gateway."""

    def __init__(self, options, scratch, store):
        self.options = options
        self.store = store
        self.scratch = scratch
        sizes = gateway_rows.QUICK if options.quick else gateway_rows.Sizes()
        self.rows = [row for row in gateway_rows.all_rows(sizes, store.type)
                     if row.key in options.only]
        self.results = Results(self.rows)
        self.filled = set()
        place = Place(scratch, options.peers, options.objftpd, options.port,
                      certificate.Certificate(scratch))
        self.gateway = objftpd.Gateway(place, store)
        self.changes = gateway_changes.Changes(place, store)
        self.clients = self.results.available(
            [kind for kind in direct_clients.ALL if store.type in kind.speaks],
            store, scratch, options.peers)
        self.peers = ([client.name for client in self.clients] +
                      [name for name in ("pages", "copy") if hasattr(store, name)])

    def run(self):
        for number in range(self.options.runs):
            for row in self.rows:
                self._prepare(row)
                place = (processors.apart(self.store.pids()) if row.apart
                         else contextlib.nullcontext())
                with place:
                    self._row(row, number % len(self.clients))

    def _row(self, row, first):
        for client in self.clients[first:] + self.clients[:first]:
            self._cell(row, client.name, lambda: self._direct(row, client))
        if row.kind == "listing" and hasattr(self.store, "pages"):
            self._cell(row, "pages", lambda: self._pages(row))
        if row.kind == "rename":
            self._cell(row, "copy", lambda: self.changes.copy(row))
        self._cell(row, self.gateway.name, lambda: self._gateway(row))

    def _cell(self, row, name, work):
        def with_requests():
            before = self.store.requests()
            values = work()
            if values and "requests" not in values:
                values["requests"] = ((self.store.requests() - before) /
                                      values.pop("operations", 1))
            return values
        self.results.take(row, name, with_requests, self.store.name)

    # What a row reads is made by the gateway, which is not measured then.
    def _prepare(self, row):
        load, wanted = row.load, None
        if row.kind.startswith("listing"):
            wanted = {"path": load["path"] + "/document-{c}-{n}.txt", "clients": FILLERS,
                      "ops": listed(row) // FILLERS, "size": 1}
        elif row.kind == "bulk" and load["mode"] == "retr":
            wanted = {"path": load["path"], "size": load["size"], "ops": 1}
        elif row.kind == "small" and load["mode"] == "retr":
            wanted = {"path": load["path"], "clients": load["clients"], "ops": load["ops"],
                      "size": gateway_rows.SMALL}
        elif row.kind in gateway_changes.MADE_BEFORE:
            wanted = load
        if not wanted or wanted["path"] in self.filled:
            return
        self.filled.add(wanted["path"])
        with self._load({"mode": "stor", **wanted}) as load:
            load.run()

    @contextlib.contextmanager
    def _load(self, options):
        """The load tool, connected to the gateway, which runs as long."""
        with self.gateway.running(), \
                measure.Load(self.options.load, self.options.port, options) as load:
            yield load

    def _source(self, size):
        """A file of that size, which a direct client sends."""
        path = os.path.join(self.scratch, f"source-{size}")
        return path if os.path.exists(path) else files.write_random(path, size)

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
        if row.kind in gateway_changes.KINDS:
            return self.changes.measure(row)
        with self._load(row.load) as load:
            pid = self.gateway.pid
            process_tree.reset_peak_rss(pid)
            idle = process_tree.rss_kib(pid)
            before = process_tree.cpu_seconds(pid)
            result = load.run()
            cpu = process_tree.cpu_seconds(pid) - before
            peak = process_tree.peak_rss_kib(pid)
        if row.kind == "listing_memory":
            peak -= idle
        values = {"peak": peak / 1024}
        if row.kind.startswith("listing"):
            self._check("entries", result["lines"], listed(row))
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
            size = stores.size_of(self.store, key)
            if size != load["size"]:
                raise Failed(f"{key} has {size} bytes")

    def table(self):
        text = self.results.table([*self.peers, self.gateway.name], self.peers, self.gateway.name)
        return f"**{self.store.name}**\n\n{text}\n"


def run_store(options, kind):
    """The table, or why there is none; and the figures."""
    with files.scratch(options.dir) as scratch:
        try:
            store = kind(scratch, options.oss_server)
        except Unavailable as problem:
            return f"**{kind.name}**: {problem}\n", {}
        try:
            bench = StoreBench(options, scratch, store)
            try:
                bench.run()
            finally:
                print(bench.table(), file=sys.stderr)
            return bench.table(), bench.results.figures
        finally:
            store.stop()


def parse():
    keys = sorted({row.key for kind in stores.ALL
                   for row in gateway_rows.all_rows(gateway_rows.Sizes(), kind.type)})
    parser = command_line.parser(__doc__, "stores", [kind.name for kind in stores.ALL], keys,
                                 "gateway.json")
    command_line.add_program(parser, "--oss-server", "release", "tests", "oss_server",
                             "oss_server")
    return command_line.parse(parser)


def main():
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is cleaned up
    heading = report.heading(options, "stores")
    tables, figures = [], {}
    for kind in stores.ALL:
        if kind.name in options.stores:
            text, figures[kind.name] = run_store(options, kind)
            tables.append(text)
    print(heading)
    print("\n".join(tables))
    report.write(options, "stores", results=figures)


if __name__ == "__main__":
    main()
