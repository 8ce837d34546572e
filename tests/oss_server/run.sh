#!/bin/bash
# The official OSS SDK against the OSS-compatible server: run.sh [--server PATH]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
server=$root/build/release/tests/oss_server/oss_server
while [ $# -gt 0 ]; do
    case $1 in
    --server) server=$(realpath "$2"); shift 2 ;;
    *) echo "usage: $0 [--server PATH]" >&2; exit 2 ;;
    esac
done
[ -x "$server" ] || { echo "$0: $server is not an executable" >&2; exit 2; }
for program in node npm; do
    command -v $program >/dev/null || { echo "$0: not installed: $program" >&2; exit 2; }
done

modules=$root/build/oss_server_sdk
mkdir -p "$modules"
if ! cmp -s "$here/sdk/package-lock.json" "$modules/package-lock.json" ||
   [ ! -d "$modules/node_modules" ]; then
    cp "$here/sdk/package.json" "$here/sdk/package-lock.json" "$modules/"
    npm ci --prefix "$modules" --no-audit --no-fund --loglevel=error
fi

export OSS_ACCESS_KEY_ID=testkey OSS_ACCESS_KEY_SECRET='ExampleSecret/+0123456789abcdef'
export OSS_STS_ID=STS.testkey OSS_STS_SECRET=TemporarySecret OSS_STS_TOKEN='CAISexample//STS+token=='
work=$(mktemp -d)
pid=
finish() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    [ -z "$pid" ] || wait "$pid" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

start() {
    : >"$work/out"
    "$server" --listen 127.0.0.1:0 --data "$work/data" --log "$work/requests" --threads 2 \
        >"$work/out" 2>"$work/errors" &
    pid=$!
    for _ in $(seq 100); do
        if grep -q '^listening on ' "$work/out"; then
            OSS_SERVER=$(sed -n 's/^listening on //p' "$work/out")
            export OSS_SERVER
            return
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.05
    done
    cat "$work/out" "$work/errors" >&2
    exit 1
}

sdk() {
    NODE_PATH=$modules/node_modules node --no-deprecation "$here/sdk/$1" "${@:2}"
}

start
sdk main.js
sdk restart.js before
kill -KILL "$pid"
wait "$pid" 2>/dev/null || true
start
sdk restart.js after
echo "$(wc -l <"$work/requests") requests"
kill "$pid"
wait "$pid" || { echo "the server did not end well: $?" >&2; cat "$work/errors" >&2; exit 1; }
pid=
[ ! -s "$work/errors" ] || { cat "$work/errors" >&2; exit 1; }
