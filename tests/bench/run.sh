#!/bin/sh
# Measures objftpd and its peers on this machine: run.sh [ftp|stores] [OPTIONS]; --help tells them.
# "ftp" is the embedded store beside other FTP servers, "stores" the gateway beside direct clients
# of the same store; without either both, which take the options that both have.
# It builds the load tool, fetches the peers, and leaves objftpd to `make build`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../build/bench

part=both
case ${1:-} in
ftp | stores) part=$1; shift ;;
esac

mkdir -p "$build"
cmake -S "$here" -B "$build/load" -DCMAKE_BUILD_TYPE=Release >"$build/load.log"
cmake --build "$build/load" >>"$build/load.log" || { cat "$build/load.log" >&2; exit 1; }
"$here/peers.sh" "$build/peers"
# Debian's own Python, whatever else is first in the path.
export PYTHONDONTWRITEBYTECODE=1
[ $part = stores ] || /usr/bin/python3 "$here/bench.py" "$@"
[ $part = ftp ] || /usr/bin/python3 "$here/gateway_bench.py" "$@"
