#!/bin/sh
# Runs each fuzz target for SECONDS, beginning with its corpus. The tree is left as it is; what
# crashes a target is kept in BUILD/crashes, and the target's own words are shown.
#
# Usage: tests/fuzz/run.sh SECONDS [BUILD]     BUILD: build/fuzz, of the preset "fuzz"
set -eu

seconds=${1:?"usage: $0 SECONDS [BUILD]"}
here=$(cd "$(dirname "$0")" && pwd)
build=${2:-$here/../../build/fuzz}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failed=
for source in "$here"/fuzz_*.cpp; do
    name=$(basename "$source" .cpp)
    mkdir -p "$build/crashes" "$work/$name"
    cp "$here/corpus/$name"/* "$work/$name"
    echo "$name: $seconds s"
    if ! "$build/tests/fuzz/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
        -max_len=6000 -print_final_stats=1 -artifact_prefix="$build/crashes/$name-" \
        "$work/$name" >"$work/log" 2>&1; then
        cat "$work/log"
        failed="$failed $name"
    else
        grep -E 'number_of_executed_units|average_exec' "$work/log"
    fi
done
if [ -n "$failed" ]; then
    echo "failed:$failed; inputs are in $build/crashes" >&2
    exit 1
fi
