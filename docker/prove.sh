#!/bin/bash
# Proves docker/Dockerfile where no container engine runs: prove.sh FOLDER
#
# Makes a Debian root for each of its stages in FOLDER, carries out the instructions as they stand
# in it, and runs the result as an engine would with the options of compose.yaml: namespaces of
# its own, process 1, an unprivileged user without capabilities, a root that nobody can write, a
# volume. A second network namespace is the world outside. FOLDER/build, runtime and volume are
# replaced; what FOLDER/base holds already is used again.
#
# Needs root, debootstrap and 2 GB; http_proxy and its like are passed on to the steps.
set -euo pipefail

mirror=${MIRROR:-http://deb.debian.org/debian}
security=${SECURITY_MIRROR:-http://deb.debian.org/debian-security}
project=$(realpath "$(dirname "$0")/..")
self=$project/docker/$(basename "$0")
readonly mirror security project self

say() { printf '=== %s\n' "$*"; }
fail() { printf '%s: %s\n' "$0" "$*" >&2; exit 1; }

# --- the roots ---

# Debian's image: a minimal system whose packages bring no manuals and leave no copies behind.
make_base() { # FOLDER
    [ ! -e "$1/etc/debian_version" ] || return 0
    rm -rf "$1"
    debootstrap --variant=minbase bookworm "$1.part" "$mirror" >"$1.log" 2>&1 ||
        { tail -n 5 "$1.log" >&2; fail "debootstrap failed"; }
    local root=$1.part
    cat >"$root/etc/apt/sources.list" <<END
deb $mirror bookworm main
deb $mirror bookworm-updates main
deb $security bookworm-security main
END
    cat >"$root/etc/apt/apt.conf.d/docker-clean" <<'END'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
END
    cat >"$root/etc/dpkg/dpkg.cfg.d/docker" <<'END'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
END
    find "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale" \
        ! -type d ! -name copyright -delete
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
    mv "$root" "$1"
}

megabytes() { du -sm --apparent-size "$1" | cut -f 1; }

# What a step needs of a running system. An engine lends the same and keeps it out of the image.
lend_system() { # ROOT
    mount -t proc proc "$1/proc"
    local device
    mount -t tmpfs -o mode=755 tmpfs "$1/dev"
    for device in null zero full random urandom; do
        touch "$1/dev/$device"
        mount --bind "/dev/$device" "$1/dev/$device"
    done
    for file in /etc/resolv.conf /etc/hosts; do
        [ -e "$1$file" ] || touch "$1$file"
        mount --bind "$(realpath $file)" "$1$file"
    done
}

# --- the Dockerfile ---

# Its instructions, one a line.
instructions() {
    sed -e '/^[[:space:]]*#/d' "$project/docker/Dockerfile" |
        sed -e ':a' -e '/\\$/N; s/\\\n[[:space:]]*//; ta' | sed -e '/^[[:space:]]*$/d'
}

# The build context: what .dockerignore names after it has excluded everything.
make_context() { # FOLDER
    local line
    rm -rf "$1"
    mkdir "$1"
    [ "$(grep -v '^#' "$project/.dockerignore" | head -n 1)" = '*' ] ||
        fail ".dockerignore has to begin with *"
    while read -r line; do
        case $line in
        '#'* | '' | '*') ;;
        '!'*[*?]*) fail ".dockerignore: no patterns: $line" ;;
        '!'*) (cd "$project" && cp -r --parents "${line#!}" "$1/") ;;
        *) fail ".dockerignore: not understood: $line" ;;
        esac
    done <"$project/.dockerignore"
}

# ["a", "b"] as words.
words_of() {
    [[ $1 =~ ^\[(\"[^\"\\]*\"(, )?)+\]$ ]] || fail "not a list of words: $1"
    local list=${1#[}
    list=${list%]}
    eval "printf '%s\n' ${list//,/}"
}

copy() { # FROM_FOLDER SOURCE... TARGET, as COPY does: owned by root
    local from=$1 source target=${*: -1}
    case $target in
    /*) target=$root$target ;;
    *) target=$root$workdir/$target ;;
    esac
    shift
    while [ $# -gt 1 ]; do
        source=$from/$1
        if [ -d "$source" ]; then
            mkdir -p "$target"
            cp -r --preserve=mode,timestamps,links "$source/." "$target/"
        else
            [[ $target != */ ]] || mkdir -p "$target"
            mkdir -p "$(dirname "$target")"
            cp --preserve=mode,timestamps "$source" "$target"
        fi
        shift
    done
}

run() { # COMMAND, as RUN does
    local variables=() name
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [ -z "${!name:-}" ] || variables+=("$name=${!name}")
    done
    # shellcheck disable=SC2016 # expanded in there
    unshare --mount --pid --fork --kill-child bash -euc '
        '"$(declare -f lend_system)"'
        root=$1 workdir=$2 command=$3
        shift 3
        lend_system "$root"
        exec chroot "$root" /usr/bin/env -i HOME=/root \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" \
            /bin/sh -c "cd \"\$0\" && exec /bin/sh -c \"\$1\"" "$workdir" "$command"
        ' run "$root" "$workdir" "$1" "${variables[@]}" </dev/null >"$folder/step.log" 2>&1 ||
        { tail -n 30 "$folder/step.log" >&2; fail "failed: RUN $1"; }
}

# Leaves the roots of the stages, and in FOLDER/image what the image says about running it.
build_image() {
    local stages=() instruction rest root='' workdir=/ began
    local user='' volume='' health=() entrypoint=() cmd=() signal=SIGTERM
    make_context "$folder/context"
    while read -r instruction rest <&3; do
        began=$SECONDS
        case $instruction in
        FROM)
            case $rest in
            'debian:bookworm AS build') root=$folder/build ;;
            debian:bookworm-slim) root=$folder/runtime ;;
            *) fail "unknown: FROM $rest" ;;
            esac
            workdir=/
            stages+=("$root")
            rm -rf "$root"
            cp -a "$folder/base" "$root"
            ;;
        WORKDIR) workdir=$rest; mkdir -p "$root$workdir" ;;
        RUN) [ -z "$user" ] || fail "RUN after USER"; run "$rest" ;;
        COPY)
            # shellcheck disable=SC2086 # words
            case $rest in
            --from=build\ *) copy "$folder/build" ${rest#* } ;;
            --*) fail "unknown: COPY $rest" ;;
            *) copy "$folder/context" $rest ;;
            esac
            ;;
        USER) user=$rest ;;
        VOLUME) volume=$rest ;;
        STOPSIGNAL) signal=$rest ;;
        HEALTHCHECK) mapfile -t health < <(words_of "${rest#*CMD }") ;;
        ENTRYPOINT) mapfile -t entrypoint < <(words_of "$rest") ;;
        CMD) mapfile -t cmd < <(words_of "$rest") ;;
        EXPOSE | LABEL) ;;
        *) fail "unknown instruction: $instruction" ;;
        esac
        say "$instruction $rest ($((SECONDS - began)) s)"
    done 3< <(instructions)
    [ "${#stages[@]}" -eq 2 ] || fail "two stages were expected"
    declare -p workdir user volume signal health entrypoint cmd | sed 's/^declare /declare -g /' \
        >"$folder/image"
}

# --- the container ---

# The first process of a container, in namespaces of its own. The configuration in FILE stands in
# for the image's, as the compose files have it.
container() { # FILE [NAME=VALUE...] -- [COMMAND...]
    local root=$folder/mnt configuration=$1 variables=()
    shift
    while [ "$1" != -- ]; do variables+=("$1"); shift; done
    shift
    mkdir -p "$root"
    mount --bind "$folder/runtime" "$root"
    lend_system "$root"
    mount --bind "$folder/volume" "$root$volume"
    mount --bind "$configuration" "$root/etc/objftpd/objftpd.toml"
    mount -o remount,bind,ro "$root/etc/objftpd/objftpd.toml"
    mount -o remount,bind,ro "$root"
    exec chroot "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin "${variables[@]}" \
        /usr/bin/env --chdir="$workdir" setpriv "${unprivileged[@]}" -- "${entrypoint[@]}" "$@"
}

in_container() { # [NAME=VALUE...] COMMAND..., as an engine's exec does
    nsenter --target "$process" --mount --net --pid --ipc --uts --root --wd \
        env -i PATH=/usr/local/bin:/usr/bin:/bin "${variables[@]}" \
        setpriv "${unprivileged[@]}" -- "$@"
}

new_container=(unshare --mount --net --pid --ipc --uts --fork --kill-child)

# Starts one with a network of its own; `process` is its first process, seen from here.
start() { # CONFIGURATION
    "${new_container[@]}" "$self" --container "$folder" "$1" "${variables[@]}" -- "${cmd[@]}" \
        >"$folder/container.log" 2>&1 &
    job=$!
    process=
    until [ -n "$process" ]; do read -r process <"/proc/$job/task/$job/children" || sleep 0.1; done
    ip link add outside type veth peer name eth0
    ip link set eth0 netns "$process"
    ip addr add 192.0.2.1/24 dev outside
    ip link set outside up
    nsenter --target "$process" --net sh -c \
        'ip link set lo up; ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up'
    local tries=0
    until is_healthy; do
        [ $((tries += 1)) -le 50 ] || { cat "$folder/container.log" >&2; fail "never healthy"; }
        sleep 0.2
    done
}

is_healthy() { in_container "${health[@]}" >"$folder/health.log" 2>&1; }

# Sends the image's signal and demands exit code 0.
stop() {
    kill -s "$signal" "$process"
    local code=0
    wait "$job" || code=$?
    job=
    [ "$code" -eq 0 ] || { cat "$folder/container.log" >&2; fail "ended with exit code $code"; }
    # It goes with its peer, a little later.
    while ip link del outside 2>/dev/null; do sleep 0.1; done
}

status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$process/status"; }

expect() { # WHAT IS WANTED
    [ "$2" = "$3" ] || fail "$1: expected \"$3\", found \"$2\""
    say "$1: $2"
}

ftp() {
    curl -sS --max-time 60 --ssl-reqd --insecure --ftp-create-dirs --user "demo:$password" "$@"
}

prove_embedded_store() {
    local password hash code=0
    password=$(od -An -N 12 -tx1 /dev/urandom | tr -d ' \n')
    variables=()
    hash=$("${new_container[@]}" "$self" --container "$folder" "$project/docker/objftpd.toml" \
        -- passwd <<<"$password")

    "${new_container[@]}" "$self" --container "$folder" "$project/docker/objftpd.toml" \
        -- "${cmd[@]}" >"$folder/container.log" 2>&1 || code=$?
    expect "exit code without a password's hash" "$code" 78

    variables=("FTP_PASSWORD_HASH=$hash")
    start "$project/docker/objftpd.toml"
    say "healthy: $(cat "$folder/health.log")"
    expect "process 1" "$(status NSpid | cut -f 2)" 1
    expect "user" "$(status Uid | cut -f 1)" "${user%:*}"
    expect "group" "$(status Gid | cut -f 1)" "${user#*:}"
    expect "capabilities" "$(status CapPrm)$(status CapEff)$(status CapBnd)$(status CapAmb)" \
        "$(printf '0%.0s' {1..64})"
    expect "no new privileges" "$(status NoNewPrivs)" 1
    local place
    for place in / /etc /tmp /usr /var; do
        ! nsenter --target "$process" --mount --root touch "$place/new" 2>/dev/null ||
            fail "$place can be written"
    done
    say "the root cannot be written, not even by root"

    head -c 20000000 /dev/urandom >"$folder/sent"
    code=0
    curl -sS --max-time 20 --user "demo:$password" ftp://192.0.2.2:2121/ 2>"$folder/curl.log" ||
        code=$?
    expect "curl's exit code for a login without TLS" "$code" 67
    local passive
    for passive in --ftp-pasv --disable-epsv; do
        ftp $passive -T "$folder/sent" ftp://192.0.2.2:2121/in/file
        ftp $passive -o "$folder/received" ftp://192.0.2.2:2121/in/file
        cmp "$folder/sent" "$folder/received"
    done
    say "20 MB went in and out from outside, by EPSV and by PASV"
    expect "owner of the file in the volume" "$(stat -c %u:%g "$folder/volume/data/files/in/file")" \
        "$user"

    kill -STOP "$process"
    code=0
    in_container "${health[@]}" >"$folder/health.log" 2>&1 || code=$?
    kill -CONT "$process"
    expect "exit code of the health check of a server that hangs" "$code" 69
    say "unhealthy: $(cat "$folder/health.log")"

    ftp --limit-rate 8M -T "$folder/sent" ftp://192.0.2.2:2121/in/last &
    local upload=$!
    until [ -n "$(find "$folder/volume/data/.objftpd" -type f -size +1M)" ]; do
        kill -0 "$upload" || fail "the upload ended too early"
        sleep 0.1
    done
    stop
    wait "$upload" || fail "an upload was lost to $signal"
    cmp "$folder/sent" "$folder/volume/data/files/in/last"
    say "$signal: the upload under way was stored, then exit code 0"

    local certificate
    certificate=$(grep SHA-256 "$folder/container.log")
    start "$project/docker/objftpd.toml"
    ftp -o "$folder/received" ftp://192.0.2.2:2121/in/last
    cmp "$folder/sent" "$folder/received"
    [ "$(grep SHA-256 "$folder/container.log")" = "$certificate" ] || fail "another certificate"
    stop
    say "a new container has the files and the certificate of the old one"
}

prove_s3_store() {
    local code=0
    "${new_container[@]}" "$self" --container "$folder" "$project/docker/objftpd.s3.toml" \
        "${variables[@]}" -- "${cmd[@]}" >"$folder/container.log" 2>&1 || code=$?
    expect "exit code without the store's keys" "$code" 78
    variables+=(AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret)
    start "$project/docker/objftpd.s3.toml"
    say "healthy in front of S3: $(cat "$folder/health.log")"
    stop
}

# --- the order of things ---

use_image() {
    # shellcheck disable=SC1091
    . "$folder/image"
    unprivileged=(--reuid "${user%:*}" --regid "${user#*:}" --clear-groups --inh-caps=-all
        --bounding-set=-all --no-new-privs)
}

case ${1:-} in
--container)
    folder=$2
    use_image
    shift 2
    container "$@"
    ;;
--run)
    folder=$2
    use_image
    trap '[ -z "${job:-}" ] || kill -KILL "$job"' EXIT # and its container with it
    rm -rf "$folder/volume"
    cp -a "$folder/runtime$volume" "$folder/volume" # as an engine fills a new volume
    prove_embedded_store
    prove_s3_store
    ;;
'' | -*) echo "usage: $0 FOLDER" >&2; exit 64 ;;
*)
    [ "$(id -u)" -eq 0 ] || fail "needs root"
    for program in debootstrap unshare nsenter setpriv ip curl; do
        command -v $program >/dev/null || fail "$program is not installed"
    done
    mkdir -p "$1"
    folder=$(realpath "$1")
    make_base "$folder/base"
    say "base: $(megabytes "$folder/base") MB"
    build_image
    unshare --mount --net "$self" --run "$folder"
    say "image: $(megabytes "$folder/runtime") MB, of which the base $(megabytes "$folder/base") MB"
    say "passed in $SECONDS s"
    ;;
esac
