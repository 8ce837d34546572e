"""One measurement: a fresh server, one load, the numbers of one cell."""

import json
import os
import shutil
import statistics
import subprocess
import threading
import time

import accounts
import process_tree
from errors import Failed
from rows import GIB


class Load:
    """The load tool, halted before and after its operations (load.cpp says how they talk)."""

    def __init__(self, tool, port, options):
        options = {"user": accounts.CHEAP, "password": accounts.PASSWORD, **options}
        command = [tool, options.pop("mode"), "--port", str(port)]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def __enter__(self):
        if self.process.stdout.readline() != "ready\n":
            raise Failed("the load tool did not start")
        return self

    def run(self):
        """One round."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        result = json.loads(self.process.stdout.readline())
        if result["errors"]:
            raise Failed(result["first_error"])
        return result

    def __exit__(self, *_):
        try:
            self.process.stdin.close()  # the end of its input lets it log out
            self.process.wait(timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Reserve:
    """Memory that was touched lately, for what the next round will write.

    On a virtual machine the host may take back pages soon after they are freed, and gives
    them again at a multiple of the cost of writing to them: then uploads would measure the
    host. So enough memory is held, freed just before a round, and taken again after it.
    """

    SMALL = 256 << 20  # for rounds that write little: sockets, stacks, page tables

    def __init__(self, size):
        with open("/proc/meminfo") as file:
            available = next(int(line.split()[1]) << 10 for line in file
                             if line.startswith("MemAvailable"))
        self.size = min(size + self.SMALL, available // 4)
        self.file = os.memfd_create("objftpd-bench-reserve")
        self.refill()

    def release(self, size):
        os.ftruncate(self.file, max(0, self.size - size - self.SMALL))

    def refill(self):
        os.posix_fallocate(self.file, 0, self.size)

    def settle(self, folder, size):
        """Writes into `folder` what a round will write, until the pages that come and go are
        the same ones: it takes about three times."""
        name = os.path.join(folder, "settle")
        block = bytes(1 << 20)
        for _ in range(4):
            self.release(size)
            with open(name, "wb", buffering=0) as file:
                for _ in range(size >> 20):
                    file.write(block)
            os.unlink(name)
            self.refill()


class PeakPss(threading.Thread):
    """Samples the memory of a tree of processes, which has no high-water mark of its own."""

    def __init__(self, pid):
        super().__init__()
        self.pid = pid
        self.peak = 0
        self.done = threading.Event()

    def run(self):
        while not self.done.wait(0.05):
            self.peak = max(self.peak, process_tree.pss_kib(self.pid))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()


class Measurement:
    """Runs one row against one started server and returns {metric: number}."""

    def __init__(self, tool, reserve, server, row):
        self.tool = tool
        self.reserve = reserve
        self.server = server
        self.row = row

    def run(self):
        return getattr(self, self.row.kind)()

    def _load(self, **changed):
        options = {**self.row.load, **changed}
        if self.row.tls:
            needed = self.row.resumes and self.server.resumes_tls
            options["tls"] = "resumed" if needed else "any"
        return Load(self.tool, self.server.place.port, options)

    def _round(self, load):
        """One round's result, with the server's CPU time for it."""
        self.reserve.release(self.row.bytes_written())
        processes = len(process_tree.tree(self.server.pid))
        before = process_tree.cpu_seconds(self.server.pid)
        result = load.run()
        self._wait_for_children(processes)
        result["cpu"] = process_tree.cpu_seconds(self.server.pid) - before
        result["rss"] = process_tree.pss_kib(self.server.pid) / 1024
        if self.row.load["mode"] == "stor":
            check_uploads(self.server.place.data, result["ops"], self.row.load["size"])
            clear_uploads(self.server.place)
        self.reserve.refill()
        return result

    def _wait_for_children(self, processes):
        """A child's CPU time is counted by its parent when it has ended and was waited for:
        after logins that takes a moment."""
        deadline = time.monotonic() + 2
        while (len(process_tree.tree(self.server.pid)) > processes and
               time.monotonic() < deadline):
            time.sleep(0.02)

    def bulk(self):
        """Rounds of one transfer, added up: CPU time has a grain of 10 ms."""
        with self._load() as load:
            self._round(load)  # warms caches and buffers
            rounds = [self._round(load) for _ in range(self.row.rounds)]
        wanted = sum(count * size for _, count, size in self.row.files) * self.row.load["ops"]
        for one in rounds:
            if self.row.files and one["bytes"] != wanted:
                raise Failed(f"sends {one['bytes']} of {wanted} bytes")
        total = {key: sum(one[key] for one in rounds) for key in ("bytes", "seconds", "cpu")}
        return {"rate": total["bytes"] / total["seconds"] / 1e6,
                "cpu": total["cpu"] / (total["bytes"] / GIB),
                "rss": max(one["rss"] for one in rounds)}

    def operations(self):
        with self._load() as load:
            result = self._round(load)
        return {"ops": result["ops"] / result["seconds"],
                "cpu": result["cpu"] / result["ops"] * 1e3, "rss": result["rss"]}

    def listing(self):
        with self._load() as load:
            warm_up = self._round(load)
            # What takes seconds needs no repetition to be told from noise.
            count = self.row.rounds if warm_up["seconds"] < 1 else 1
            rounds = [self._round(load) for _ in range(count)]
        expected = self.row.files[0][1]
        for one in rounds:
            if not expected <= one["lines"] <= expected + 3:  # ".", ".." and a total
                raise Failed(f"lists {one['lines']} of {expected} entries")
        return {"first": statistics.median(one["first_byte_ms"] for one in rounds),
                "total": statistics.median(one["op_ms"] for one in rounds),
                "rss": max(one["rss"] for one in rounds)}

    def start(self):
        return {"start": self.server.start_ms,
                "rss": process_tree.pss_kib(self.server.pid) / 1024}

    def idle(self):
        many = self.server.idle_sessions > 200
        most = self.row.sessions if many else self.row.sessions_forking
        # The first sessions make what is kept for all, such as thread stacks and pools.
        with self._load(clients=16) as load:
            load.run()
        time.sleep(0.3)
        before = process_tree.pss_kib(self.server.pid)
        with self._load(clients=most) as load:
            result = load.run()
            time.sleep(0.3)
            after = process_tree.pss_kib(self.server.pid)
        return {"idle": (after - before) / result["ops"], "sessions": result["ops"]}

    def peak(self):
        self.reserve.release(self.row.bytes_written())
        with self._load() as load:
            process_tree.reset_peak_rss(self.server.pid)
            alone = len(process_tree.tree(self.server.pid)) == 1
            if alone:
                load.run()
                peak = process_tree.peak_rss_kib(self.server.pid)
            else:
                with PeakPss(self.server.pid) as sampled:
                    load.run()
                peak = sampled.peak
        check_uploads(self.server.place.data, 16, self.row.load["size"])
        clear_uploads(self.server.place)
        self.reserve.refill()
        return {"peak": peak / 1024}


def check_uploads(data, count, size):
    """An upload that is not there, or is short, would make a server fast."""
    with os.scandir(os.path.join(data, "up")) as entries:
        whole = sum(1 for entry in entries if entry.is_file() and entry.stat().st_size == size)
    if whole != count:
        raise Failed(f"only {whole} of {count} uploads are whole")


def clear_uploads(place):
    folder = os.path.join(place.data, "up")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    os.chown(folder, place.users.uid, place.users.gid)
