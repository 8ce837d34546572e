#!/bin/bash
# A second real S3 store for tests: OpenStack Swift behind its S3 interface, in four processes on
# loopback with one copy of everything in a folder; no systemd, no root. DIR must lie on a file
# system with extended attributes (ext4, xfs, tmpfs since Linux 6.6).
#
# What it does not do as S3 does, found with probe.py (Swift 2.30):
#   - If-Match and If-None-Match on PUT: 501 NotImplemented. On the completion of an upload each
#     If-Match fails with 412 PreconditionFailed, and `*` with 412 InvalidRequest if there is one.
#   - Pages of uploads in the list of uploads: the first comes again and again.
#   - x-amz-checksum-* and x-amz-mp-object-size are not looked at, and <ChecksumCRC32C> in a
#     completion is MalformedXML. aws-chunked bodies: 501. A wrong x-amz-content-sha256: BadDigest.
#   - A ranged part copy beyond the source's end is cut instead of refused.
#   - Times have whole seconds, rounded up. Lists that are not url-encoded fail with 500 when they
#     hold a control character. Each part but the last has 5 MiB at least, as in S3.
#   - GET of an object that is being replaced may be 404 NoSuchKey.
#   - Parts lie in a bucket of their own, BUCKET+segments.
#
#   swift.sh start DIR [PORT]   prints the endpoint and writes DIR/store.env, to be sourced
#   swift.sh stop DIR           ends exactly what was started in DIR and removes it
#
# BUCKET (files) is created. `scripts/deps.sh stores` installs what is needed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage() {
    echo "usage: $0 start DIR [PORT] | stop DIR" >&2
    exit 64
}
[ $# -ge 2 ] || usage
mkdir -p "$2"
folder=$(cd "$2" && pwd)
state=$folder/swift
# shellcheck source=tests/stores/processes.sh
. "$here/processes.sh"

# Debian's own Python, whatever else is first in the path: only that one has Swift.
node=(/usr/bin/python3 -B "$here/swift_node.py")

start() { # [PORT]
    local ports names=(proxy account container object) i
    /usr/bin/python3 -c 'import swift, paste.deploy' 2>/dev/null ||
        fail "python3-swift is not installed: scripts/deps.sh stores"
    [ -z "${1:-}" ] || must_be_free "$1"
    claim_folder
    # What did start must not stay when something else did not.
    trap 'stop_processes' EXIT
    trap 'exit 1' INT TERM

    read -ra ports < <(free_ports 4)
    ports[0]=${1:-${ports[0]}}
    "${node[@]}" prepare "$state" "${ports[@]}" >"$state/log/prepare.log" 2>&1 ||
        fail "cannot prepare Swift" "$state/log/prepare.log"
    for i in 3 2 1 0; do
        start_process "${names[i]}" "${node[@]}" serve "$state" "${names[i]}"
    done
    for i in 3 2 1 0; do
        wait_until 60 "${names[i]}" listens "${names[i]}" "${ports[i]}"
    done

    open_store "$folder" "http://127.0.0.1:${ports[0]}" objftpd:test \
        objftpd+test/secret+only+on/loopback us-east-1
    trap - EXIT
}

case $1 in
start) start "${3:-}" ;;
stop) stop_engine "$folder" ;;
*) usage ;;
esac
