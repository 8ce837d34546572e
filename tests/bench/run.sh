#!/bin/sh
# Measures objftpd and its peers on this machine: run.sh --help tells the options.
# It builds the load tool, fetches the peers, and leaves build/release/objftpd to `make build`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../build/bench

mkdir -p "$build"
cmake -S "$here" -B "$build/load" -DCMAKE_BUILD_TYPE=Release >"$build/load.log"
cmake --build "$build/load" >>"$build/load.log" || { cat "$build/load.log" >&2; exit 1; }
"$here/peers.sh" "$build/peers"
# Debian's own Python, whatever else is first in the path.
PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/bench.py" "$@"
