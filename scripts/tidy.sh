#!/bin/sh
# clang-tidy over all sources, or over the given ones: tidy.sh [FILE...]
set -eu
cd "$(dirname "$0")/.."
# A build of its own: clang cannot read the precompiled header of g++.
cmake --preset dev -B build/tidy -DCMAKE_CXX_COMPILER=clang++ \
    -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
# shellcheck disable=SC2046 # no name in the tree holds a space
[ $# -gt 0 ] || set -- $(git ls-files 'config/*.cpp' 'storage/*.cpp' 'auth/*.cpp' 'server/*.cpp' |
    grep -v '^config/asio.cpp$')
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 clang-tidy -p build/tidy --quiet
