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

# Two programs at a time: each of them is one process that mostly uses one processor.
run_ctest() { # PRESET
    ctest --test-dir build/"$1" --parallel 2 --output-on-failure --no-tests=error
}

# The sanitizers' builds, one after the other, beside the steps that mostly wait: each leaves its
# exit code and what it printed.
build_ahead() {
    renice -n 19 "$BASHPID" >/dev/null
    local preset
    for preset in asan tsan fuzz; do
        if [ "$preset" = fuzz ]; then build fuzz fuzz_targets; else build "$preset"; fi \
            >build/"$preset".output 2>&1
        echo $? >build/"$preset".code
    done
}

built_ahead() { # PRESET
    until [ -s build/"$1".code ]; do
        if ! kill -0 "$builder" 2>/dev/null && [ ! -s build/"$1".code ]; then
            echo "the build of $1 was ended"
            return 1
        fi
        sleep 1
    done
    cat build/"$1".output
    return "$(cat build/"$1".code)"
}

# Fewer random sequences than without sanitizers, which take ten times as long.
run_asan() {
    export RC_PARAMS=max_success=3
    built_ahead asan && run_ctest asan
}

# Newer kernels lay memory out more randomly than this version of the thread sanitizer can bear.
run_tsan() {
    export RC_PARAMS=max_success=3
    built_ahead tsan || return 1
    if setarch -R true 2>/dev/null; then
        export -f run_ctest
        setarch -R bash -c "run_ctest tsan"
    else
        run_ctest tsan
    fi
}

fuzz() {
    built_ahead fuzz && tests/fuzz/run.sh "${FUZZ_SECONDS:-15}"
}

mkdir -p build
rm -f build/*.code
trap '[ -z "${builder:-}" ] || kill -- -"$builder" 2>/dev/null' EXIT
step "packages" scripts/deps.sh build test stores
step "release" build release
set -m # a process group of its own, which ends as a whole
build_ahead &
builder=$!
set +m
step "tests without a store" run_ctest release
step "clients" tests/clients/run.sh build/release/objftpd
suite=build/release/tests/conformance_tests
step "Ceph" tests/stores/conformance.sh $suite radosgw
step "Ceph, buckets in host names" tests/stores/conformance.sh $suite radosgw virtual
step "Swift" tests/stores/conformance.sh $suite swift
step "OSS server" tests/oss_server/run.sh --server build/release/tests/oss_server/oss_server
[ ! -x tests/faults/run.sh ] || step "faults" tests/faults/run.sh build/release/objftpd
step "end to end" env GATEWAY_LARGE_BYTES="${GATEWAY_LARGE_BYTES:-$((300 << 20))}" \
    tests/end_to_end/run.sh build/release/objftpd
step "address and undefined sanitizers" run_asan
step "thread sanitizer" run_tsan
step "fuzzing" fuzz

[ -z "$failures" ] || echo "failed: ${failures#, }"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
