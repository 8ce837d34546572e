#!/usr/bin/env python3
"""Asks an S3 engine what it can do, and writes a table: probe.py STORE.ENV [AREA...]

STORE.ENV is what the scripts in this folder write. The areas are those of probes/; without one all
are asked. What an engine does differently is not this program's failure: it ends with 0 unless the
engine stopped to answer. It makes a bucket of its own and leaves it behind.
"""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import s3_client  # noqa: E402
from probes import listing, multipart, objects, refusals, wire  # noqa: E402
from probes.report import Report  # noqa: E402

AREAS = {module.__name__.rpartition(".")[2]: module
         for module in (objects, listing, multipart, refusals, wire)}


def main(arguments):
    if not arguments or any(area not in AREAS for area in arguments[1:]):
        sys.exit(__doc__ + "\nAreas: " + " ".join(AREAS))
    bucket = f"probe-{time.time_ns() // 1000000}"
    store = s3_client.Store.from_settings(arguments[0], bucket)
    created = store.call("PUT")
    if created.status != 200:
        sys.exit(f"cannot create the bucket {bucket}: {created}")
    report = Report()
    try:
        for area in arguments[1:] or AREAS:
            AREAS[area].probe(store, report)
    finally:
        report.write(sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
