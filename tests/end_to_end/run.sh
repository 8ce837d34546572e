#!/bin/sh
# A client, the real binary and a whole store: run.sh BINARY [-v] [-k PATTERN]
# GATEWAY_LARGE_BYTES is the size of the large file (5 GiB), KEEP=1 leaves the scratch folder.
set -eu
[ $# -ge 1 ] || { echo "usage: $0 BINARY [-v] [-k PATTERN]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
OBJFTPD=$(realpath "$1")
shift
[ -x "$OBJFTPD" ] || { echo "$0: $OBJFTPD is not an executable" >&2; exit 2; }
missing=
for program in curl lftp openssl; do
    command -v $program >/dev/null || missing="$missing $program"
done
[ -z "$missing" ] || { echo "$0: not installed:$missing" >&2; exit 2; }
# The daemon's harness is that of the client tests, the stores' that of the fault tests.
export OBJFTPD PYTHONPATH="$here:$here/../clients:$here/../stores" PYTHONDONTWRITEBYTECODE=1
export EVIDENCE="$here/../../build/end_to_end"
exec /usr/bin/python3 "$here/run_tests.py" "$@"
