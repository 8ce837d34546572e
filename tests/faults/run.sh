#!/bin/sh
# What goes wrong, against the real binary: run.sh BINARY [-v] [-k PATTERN]
# CRASH_ROUNDS and CRASH_SEED steer the crash test, KEEP=1 leaves the scratch folder.
set -eu
[ $# -ge 1 ] || { echo "usage: $0 BINARY [-v] [-k PATTERN]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
OBJFTPD=$(realpath "$1")
shift
[ -x "$OBJFTPD" ] || { echo "$0: $OBJFTPD is not an executable" >&2; exit 2; }
# The harness is that of the client tests.
export OBJFTPD PYTHONPATH="$here:$here/../clients:$here/../stores" PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 "$here/run_tests.py" "$@"
