#!/usr/bin/python3
"""Measures objftpd and its peers in one run and prints a table. run.sh prepares and calls it."""

import contextlib
import os
import resource
import signal
import sys

import accounts
import certificate
import command_line
import files
import measure
import objftpd
import peers
import report
import rows
from results import Results
from servers import Place

SERVERS = peers.ALL + objftpd.EMBEDDED


class Bench:
    def __init__(self, options, place):
        self.options = options
        self.place = place
        sizes = rows.QUICK if options.quick else rows.Sizes()
        self.rows = [row for row in rows.all_rows(sizes) if row.key in options.only]
        self.results = Results(self.rows)
        self.servers = self.results.available(
            [kind for kind in SERVERS if kind.name in options.servers], place)
        self.files = files.ServedFiles(place)

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
                    self._note_handshakes(row, server)
                    self.results.take(row, server.name,
                                      lambda: self._measure(row, server, reserve),
                                      f"{number + 1}/{self.options.runs}")

    def _note_handshakes(self, row, server):
        if row.resumes and not server.resumes_tls:
            self.results.note(f"{server.name} does not resume TLS sessions: each data connection "
                              "makes a full handshake")

    def _measure(self, row, server, reserve):
        measure.clear_uploads(self.place)
        with server.running(row.tls):
            return measure.Measurement(self.options.load, reserve, server, row).run()

    def table(self):
        return self.results.table(self.options.servers, [kind.name for kind in peers.ALL],
                                  objftpd.ObjftpdNone.name)


def main():
    options = command_line.parse(command_line.parser(
        __doc__, "servers", [kind.name for kind in SERVERS],
        [row.key for row in rows.all_rows(rows.Sizes())], "results.json"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is cleaned up
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.umask(0o022)
    heading = report.heading(options, "ftp")
    with contextlib.ExitStack() as cleanup:
        scratch = cleanup.enter_context(files.scratch(options.dir))
        os.chmod(scratch, 0o755)
        data = os.path.join(scratch, "store", "data")
        users = cleanup.enter_context(accounts.Accounts(data))
        bench = Bench(options, Place(scratch, options.peers, options.objftpd, options.port,
                                     certificate.Certificate(scratch), data, users))
        try:
            bench.run()
        finally:
            print(heading)
            print(bench.table())
            report.write(options, "ftp", results=bench.results.figures,
                         notes=list(bench.results.notes))


if __name__ == "__main__":
    main()
