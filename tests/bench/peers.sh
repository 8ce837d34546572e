#!/bin/sh
# Fetches the servers and the clients of stores to compare with into FOLDER, one subfolder each,
# without installing them: the servers' Debian packages conflict with each other, and nothing of
# them should stay on the machine. What cannot be fetched is left out; the benchmark says so.
set -u
folder=${1:?usage: peers.sh FOLDER}
lists_are_fresh=no

# The packages that PACKAGE needs and the system lacks, itself included.
missing_packages() {
    apt-get install --simulate --no-install-recommends "$1" 2>/dev/null |
        awk -v self="$1" 'BEGIN {print self} $1 == "Inst" && $2 != self {print $2}'
}

download() {
    # shellcheck disable=SC2046 # a list of names
    (cd "$folder/$1.part" && apt-get download -qq $(missing_packages "$1") >/dev/null 2>&1)
}

fetch() {
    [ -d "$folder/$1" ] && return
    rm -rf "$folder/$1.part"
    mkdir -p "$folder/$1.part"
    if ! download "$1" && [ "$lists_are_fresh" = no ]; then
        apt-get update -qq >/dev/null 2>&1
        lists_are_fresh=yes
        download "$1"
    fi
    for package in "$folder/$1.part"/*.deb; do
        [ -f "$package" ] || return
        dpkg-deb -x "$package" "$folder/$1.part" || return
    done
    mv "$folder/$1.part" "$folder/$1"
}

for package in vsftpd pure-ftpd proftpd-mod-crypto python3-pyftpdlib python3-openssl \
    rclone s3cmd; do
    fetch "$package" || echo "cannot fetch $package" >&2
done
exit 0
