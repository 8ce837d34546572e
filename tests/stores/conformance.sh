#!/bin/bash
# Runs the adapters' conformance suite on a real store: conformance.sh SUITE ENGINE, where SUITE is
# the test program and ENGINE one of the scripts here, "radosgw" or "swift".
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 2 ] || { echo "usage: $0 SUITE ENGINE" >&2; exit 64; }
suite=$1 engine=$here/$2.sh
folder=$(mktemp -d)
trap '"$engine" stop "$folder" >/dev/null 2>&1; rm -rf "$folder"' EXIT
"$engine" start "$folder" >/dev/null
set -a
# shellcheck source=/dev/null
. "$folder/store.env"
set +a
"$suite"
