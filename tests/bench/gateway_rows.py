"""What is measured of the gateway in front of a store, and what it should reach."""

from dataclasses import dataclass

from rows import CPU_PER_GIB, CPU_PER_OP, FIRST_BYTE, GIB, MIB, OPS, RATE, TOTAL, Goal, Metric, \
    Row, human

PEAK = Metric("peak", "peak RSS MiB", digits=1)
REQUESTS = Metric("requests", "requests", digits=0)
SECONDS = Metric("seconds", "s")
SENT = Metric("sent", "MiB to the store", digits=1)
MOVED = Metric("moved", "MiB to and from the store")
REQUESTS_PER_OP = Metric("requests", "requests each")

SMALL = 4096
LONGEST_PART = 9 * MIB  # by default: 8 MiB, and up to 1 MiB that tells whose it is


@dataclass
class Sizes:
    big: int = GIB
    huge: int = 10 * GIB
    parallel: int = 256 * MIB  # of each of 16 uploads
    small: int = 2000          # files
    listing: int = 10_000
    long_listing: int = 100_000
    large: int = 2 * GIB       # what is renamed, and appended to
    objects: int = 1000        # of the directory that is renamed


QUICK = Sizes(big=128 * MIB, huge=256 * MIB, parallel=32 * MIB, small=200, listing=2_000,
              long_listing=3_000, large=128 * MIB, objects=200)


def bulk_rows(sizes, store):
    s3 = store == "s3"
    metrics = (RATE, CPU_PER_GIB, PEAK, REQUESTS)
    goals = (Goal("rate", at_least=0.95), Goal("cpu", at_most=1.0, absolute=True))
    retr = {"mode": "retr", "path": "big", "ops": 1, "size": sizes.big}
    rows = [
        Row("retr", f"RETR {human(sizes.big)}", "bulk", metrics, goals, retr),
        Row("stor", f"STOR {human(sizes.big)}", "bulk", metrics,
            ((Goal("rate", at_least=0.95),) if s3 else ()) +
            (Goal("cpu", at_most=2.5 if s3 else 1.5, absolute=True),),
            {"mode": "stor", "path": "up", "ops": 1, "size": sizes.big},
            not_compared=("curl",)),
    ]
    if s3:
        rows.insert(1, Row("retr-apart", f"RETR {human(sizes.big)}, the store on a processor of its own",
                           "bulk", metrics, goals, retr, apart=True))
    return rows


def small_rows(sizes, store):
    metrics = (OPS, CPU_PER_OP, REQUESTS_PER_OP)
    load = {"clients": 16, "ops": sizes.small // 16}
    goals = (Goal("ops", at_least=0.9),) if store == "s3" else ()
    stor = {"mode": "stor", "path": "s/{c}-{n}", "size": SMALL} | load
    retr = {"mode": "retr", "path": "s/{c}-{n}"} | load
    rows = [Row("small-stor", "4 KiB STOR, 16 connections", "small", metrics, goals, stor),
            Row("small-retr", "4 KiB RETR, 16 connections", "small", metrics, goals, retr)]
    if store == "s3":
        rows += [Row("small-stor-apart", "the same STOR, the store on a processor of its own", "small",
                     metrics, goals, stor, apart=True),
                 Row("small-retr-apart", "the same RETR, the store on a processor of its own", "small",
                     metrics, goals, retr, apart=True)]
    return rows


def listing_rows(sizes, store):
    # How long a page takes can be asked of an S3 store only: there is a direct client.
    goals = ((Goal("first", at_most=2), Goal("total", at_most=1.2)) if store == "s3" else ())
    rows = [Row("list", f"LIST of {sizes.listing:,} entries", "listing",
                (FIRST_BYTE, TOTAL, PEAK, REQUESTS), goals,
                {"mode": "list", "path": f"list-{sizes.listing}", "ops": 1}, best_by=1)]
    if store == "oss":
        rows.append(Row(
            "list-long", f"LIST of {sizes.long_listing:,} entries, RSS above idle",
            "listing_memory", (FIRST_BYTE, TOTAL, PEAK, REQUESTS),
            (Goal("peak", at_most=32, absolute=True),),
            {"mode": "list", "path": f"list-{sizes.long_listing}", "ops": 1}, best_by=1))
    return rows


def peak_rows(sizes, store):
    if store != "oss":
        return []
    return [
        Row("peak", f"STOR {human(sizes.huge)}", "peak", (RATE, CPU_PER_GIB, PEAK, REQUESTS),
            (Goal("peak", at_most=64, absolute=True),),
            {"mode": "stor", "path": "up", "ops": 1, "size": sizes.huge}),
        Row("peak-16", f"16 STOR of {human(sizes.parallel)} at once", "peak",
            (RATE, CPU_PER_GIB, PEAK, REQUESTS), (),
            {"mode": "stor", "path": "up-{c}", "clients": 16, "ops": 1, "size": sizes.parallel}),
    ]


def change_rows(sizes, store):
    large = {"mode": "stor", "path": "large", "ops": 1, "size": sizes.large}
    breaks = sizes.big * 9 // 10
    rows = [
        Row("rename-directory", f"RNFR/RNTO of a directory of {sizes.objects:,} objects of 1 B",
            "rename_directory", (OPS, REQUESTS), (Goal("ops", at_least=200, absolute=True),),
            {"mode": "stor", "path": "tree/{c}-{n}", "clients": 8, "ops": sizes.objects // 8,
             "size": 1}),
        Row("append", f"APPE of 1 B to {human(sizes.large)}", "append",
            (SECONDS, MOVED, REQUESTS), (Goal("moved", at_most=6, absolute=True),), large),
        Row("resume", f"SIZE, REST and STOR after {human(sizes.big)} broke off at 90 %", "resume",
            (SECONDS, SENT, REQUESTS),
            (Goal("sent", at_most=(sizes.big - breaks + LONGEST_PART) / MIB, absolute=True),),
            {"path": "resumed", "size": sizes.big, "breaks": breaks}),
    ]
    if store == "s3":  # a direct client is there
        rows.insert(0, Row("rename", f"RNFR/RNTO of {human(sizes.large)}", "rename",
                           (SECONDS, REQUESTS), (Goal("seconds", at_most=1.2),), large))
    return rows


def all_rows(sizes, store):
    """`store` is "s3" or "oss"."""
    return (bulk_rows(sizes, store) + small_rows(sizes, store) + listing_rows(sizes, store) +
            peak_rows(sizes, store) + change_rows(sizes, store))
