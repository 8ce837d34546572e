#!/bin/sh
# Real clients against the real binary: run.sh BINARY [-v] [-k PATTERN]
set -eu
[ $# -ge 1 ] || { echo "usage: $0 BINARY [-v] [-k PATTERN]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
OBJFTPD=$(realpath "$1")
shift
[ -x "$OBJFTPD" ] || { echo "$0: $OBJFTPD is not an executable" >&2; exit 2; }
missing=
for program in curl lftp ncftp ncftpput ncftpget ncftpls tnftp inetutils-ftp rclone php node npm; do
    command -v $program >/dev/null || missing="$missing $program"
done
/usr/bin/python3 -c 'import pycurl' 2>/dev/null || missing="$missing python3-pycurl"
[ -z "$missing" ] || { echo "$0: not installed:$missing" >&2; exit 2; }
export OBJFTPD PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1

modules="$here/../../build/clients"
mkdir -p "$modules"
if ! cmp -s "$here/package-lock.json" "$modules/package-lock.json" ||
   [ ! -d "$modules/node_modules" ]; then
    cp "$here/package.json" "$here/package-lock.json" "$modules/"
    npm ci --prefix "$modules" --no-audit --no-fund --loglevel=error
fi
EVIDENCE=$(cd "$modules" && pwd)
NODE_MODULES=$EVIDENCE/node_modules
export EVIDENCE NODE_MODULES

exec /usr/bin/python3 "$here/run_tests.py" "$@"
