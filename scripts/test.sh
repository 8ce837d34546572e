#!/bin/bash
# Everything that must hold, from nothing: `make test`. Each step runs even if one before it
# failed; the last line counts the steps.
set -u
cd "$(dirname "$0")/.." || exit 1

passed=0
failed=0
failures=

# step NAME COMMAND...
step() {
    local name=$1 start=$SECONDS
    shift
    echo "=== $name"
    if "$@"; then
        passed=$((passed + 1))
        echo "=== $name: passed in $((SECONDS - start)) s"
    else
        failed=$((failed + 1))
        failures="$failures, $name"
        echo "=== $name: FAILED after $((SECONDS - start)) s"
    fi
}

build() { # PRESET [TARGET...]
    local preset=$1 targets=()
    shift
    [ $# -eq 0 ] || targets=(--target "$@")
    local options=()
    [ "$preset" = fuzz ] || options=(-DOBJFTPD_TESTS=ON)
    cmake --preset "$preset" "${options[@]}" >build/"$preset".log ||
        { cat build/"$preset".log; return 1; }
    cmake --build --preset "$preset" "${targets[@]}" >build/"$preset".log ||
        { grep -vE '^\[[0-9]+/' build/"$preset".log; return 1; }
}

run_ctest() { # PRESET
    ctest --test-dir build/"$1" --output-on-failure --no-tests=error
}

build_and_test() { # PRESET
    build "$1" && run_ctest "$1"
}

# Newer kernels lay memory out more randomly than this version of the thread sanitizer can bear.
run_tsan() {
    if setarch -R true 2>/dev/null; then
        build tsan && setarch -R ctest --test-dir build/tsan --output-on-failure --no-tests=error
    else
        build_and_test tsan
    fi
}

fuzz() {
    build fuzz fuzz_targets && tests/fuzz/run.sh "${FUZZ_SECONDS:-15}"
}

mkdir -p build
step "packages" scripts/deps.sh build test stores
step "release" build_and_test release
step "clients" tests/clients/run.sh build/release/objftpd
step "Ceph" tests/stores/conformance.sh build/release/tests/conformance_tests radosgw
step "OSS server" tests/oss_server/run.sh --server build/release/tests/oss_server/oss_server
[ ! -x tests/faults/run.sh ] || step "faults" tests/faults/run.sh build/release/objftpd
step "address and undefined sanitizers" build_and_test asan
step "thread sanitizer" run_tsan
step "fuzzing" fuzz

[ -z "$failures" ] || echo "failed: ${failures#, }"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
