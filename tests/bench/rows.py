"""The rows of the table: what is measured, with which load, and what objftpd should reach."""

from dataclasses import dataclass, field, replace

import accounts

MIB = 1 << 20
GIB = 1 << 30


@dataclass
class Metric:
    """One number of a cell."""

    key: str
    unit: str
    more_is_better: bool = False
    digits: int = 2


RATE = Metric("rate", "MB/s", more_is_better=True, digits=0)
CPU_PER_GIB = Metric("cpu", "CPU s/GiB")
OPS = Metric("ops", "/s", more_is_better=True, digits=0)
CPU_PER_OP = Metric("cpu", "CPU ms each")
RSS = Metric("rss", "RSS MiB", digits=1)
FIRST_BYTE = Metric("first", "first byte ms", digits=1)
TOTAL = Metric("total", "total ms", digits=1)


@dataclass
class Goal:
    """A limit for objftpd without fsync. A ratio is to the peer that is best in the row's
    first metric; an absolute limit is in the metric's unit."""

    metric: str
    at_least: float = None
    at_most: float = None
    absolute: bool = False


@dataclass
class Row:
    key: str
    label: str
    kind: str  # the method of Measurement that runs it
    metrics: tuple
    goals: tuple = ()
    load: dict = field(default_factory=dict)   # options of the load tool
    files: tuple = ()  # (path in the data folder, how many with {n} in the path, bytes of each)
    best_by: int = 0   # which metric decides who the best peer is
    tls: bool = False      # explicit, 1.3
    resumes: bool = False  # each data connection must resume the control connection's session
    sessions: int = 0          # that stay idle
    sessions_forking: int = 0  # if each is a process
    rounds: int = 1    # bulk transfers and listings, after one that is not counted
    apart: bool = False    # the store has a processor of its own
    not_compared: tuple = ()  # peers that do less than the row asks: shown, never the best

    def bytes_written(self):
        if self.load.get("mode") != "stor":
            return 0
        return self.load["size"] * self.load.get("clients", 1) * self.load.get("ops", 0)


@dataclass
class Sizes:
    big: int = GIB
    parallel: int = 128 * MIB
    peak: int = 256 * MIB
    listings: tuple = (10_000, 100_000)
    seconds: float = 3.0  # for operations that are counted per second
    rounds: int = 3       # of bulk transfers and listings within one run
    idle: int = 2000      # the most idle sessions for any server
    idle_tls: int = 1000
    idle_forking: int = 200


QUICK = Sizes(big=128 * MIB, parallel=16 * MIB, peak=16 * MIB, listings=(1_000, 10_000),
              seconds=0.5, rounds=2, idle=200, idle_tls=200, idle_forking=40)


def human(size):
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (1024, "KiB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} B"


def bulk_rows(sizes):
    metrics = (RATE, CPU_PER_GIB, RSS)
    return [
        Row("retr", f"RETR {human(sizes.big)}", "bulk", metrics,
            (Goal("rate", at_least=1.0), Goal("cpu", at_most=0.8)),
            {"mode": "retr", "path": "big", "ops": 1}, (("big", 1, sizes.big),),
            rounds=sizes.rounds),
        Row("stor", f"STOR {human(sizes.big)}", "bulk", metrics,
            (Goal("rate", at_least=1.1), Goal("cpu", at_most=0.9)),
            {"mode": "stor", "path": "up/big", "ops": 1, "size": sizes.big},
            rounds=sizes.rounds),
        Row("parallel", f"8 x RETR {human(sizes.parallel)} in parallel", "bulk", metrics, (),
            {"mode": "retr", "path": "parallel/{c}", "clients": 8, "ops": 2},
            (("parallel/{n}", 8, sizes.parallel),), rounds=sizes.rounds),
    ]


def small_rows(sizes):
    rows = []
    for verb in ("stor", "retr"):
        for clients in (1, 16):
            load = {"mode": verb, "clients": clients, "seconds": sizes.seconds}
            if verb == "stor":
                load |= {"path": "up/{c}-{n}", "size": 4096}
            else:
                load |= {"path": "small/{n}", "files": 1000}
            rows.append(Row(
                f"small-{verb}-{clients}",
                f"4 KiB {verb.upper()}, {clients} client{'s' if clients > 1 else ''}",
                "operations", (OPS, CPU_PER_OP, RSS),
                (Goal("ops", at_least=1.2),) if clients == 16 else (), load,
                (("small/{n}", 1000, 4096),) if verb == "retr" else ()))
    return rows


def listing_rows(sizes):
    rows = []
    for count in sizes.listings:
        for verb in ("list", "mlsd"):
            rows.append(Row(
                f"{verb}-{'long' if count == max(sizes.listings) else 'short'}",
                f"{verb.upper()} of {count:,} entries", "listing", (FIRST_BYTE, TOTAL, RSS),
                (Goal("first", at_most=10, absolute=True), Goal("total", at_most=1.0))
                if count == max(sizes.listings) else (),
                {"mode": verb, "path": f"list-{count}", "ops": 1},
                ((f"list-{count}/document-{{n}}.txt", count, 0),), best_by=1,
                rounds=sizes.rounds))
    return rows


def session_rows(sizes):
    login = {"mode": "login", "clients": 16, "seconds": sizes.seconds}
    return [
        Row("login", "logins, 16 clients, cheap hash", "operations", (OPS, CPU_PER_OP), (),
            login),
        Row("login-strong", "logins, 16 clients, default hash", "operations", (OPS, CPU_PER_OP),
            (), login | {"user": accounts.STRONG}),
        Row("start", "start to the first greeting", "start",
            (Metric("start", "ms", digits=1), RSS),
            (Goal("start", at_most=50, absolute=True),)),
        Row("idle", "idle sessions", "idle",
            (Metric("idle", "KiB each", digits=1), Metric("sessions", "sessions", digits=0)),
            (Goal("idle", at_most=12, absolute=True),),
            {"mode": "idle"}, sessions=sizes.idle, sessions_forking=sizes.idle_forking),
        Row("peak", f"peak RSS, 16 uploads of {human(sizes.peak)}", "peak",
            (Metric("peak", "MiB", digits=1),), (Goal("peak", at_most=64, absolute=True),),
            {"mode": "stor", "path": "up/{c}", "clients": 16, "ops": 1, "size": sizes.peak}),
    ]


def tls_rows(sizes):
    """Some of the rows above once more, over TLS."""
    plain = {row.key: row
             for row in bulk_rows(sizes) + small_rows(sizes) + session_rows(sizes)}

    def over_tls(key, *goals, **changed):
        row = plain[key]
        return replace(row, key="tls-" + key, label="TLS: " + row.label, goals=goals, tls=True,
                       **changed)

    bulk_goals = (Goal("rate", at_least=1.4), Goal("cpu", at_most=0.75))
    return [
        over_tls("retr", *bulk_goals),
        over_tls("stor", *bulk_goals),
        over_tls("small-retr-16", Goal("ops", at_least=4), resumes=True),
        over_tls("login", Goal("ops", at_least=3)),
        over_tls("idle", Goal("idle", at_most=40, absolute=True), sessions=sizes.idle_tls),
    ]


def all_rows(sizes):
    return (bulk_rows(sizes) + small_rows(sizes) + listing_rows(sizes) + session_rows(sizes) +
            tls_rows(sizes))
