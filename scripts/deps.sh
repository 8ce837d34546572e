#!/bin/sh
# Installs the Debian packages that a purpose needs: deps.sh build|test|bench|tools|stores ...
# What is there already is left alone: with nothing missing it ends at once, without network.
set -eu

build="g++ cmake make ninja-build pkgconf libboost1.81-dev libssl-dev libspdlog-dev libcli11-dev
       libargon2-dev libcurl4-openssl-dev libisal-dev libpugixml-dev libtomlplusplus-dev"
test="$build catch2 clang libclang-rt-14-dev python3 curl
      e2fsprogs filezilla imagemagick inetutils-ftp lftp librapidcheck-dev mount ncftp openssl
      php-cli python3-pycurl rclone tnftp xdotool xvfb"
bench="$build openssl python3"
tools="$build catch2 clang clang-format clang-tidy"
# The S3 engines of tests/stores.
stores="ceph-common ceph-mgr ceph-mon ceph-osd radosgw python3 python3-pastedeploy python3-swift"

# Node.js often comes from elsewhere; Debian's is only for machines without one.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    test="$test nodejs npm"
fi

wanted=
for purpose in "$@"; do
    case $purpose in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    bench) wanted="$wanted $bench" ;;
    tools) wanted="$wanted $tools" ;;
    stores) wanted="$wanted $stores" ;;
    *) echo "usage: $0 build|test|bench|tools|stores ..." >&2; exit 64 ;;
    esac
done

if ! command -v dpkg-query >/dev/null; then
    echo "$0: this is not Debian; what Debian calls these packages is needed: $wanted" >&2
    exit 0
fi

# shellcheck disable=SC2086 # lists of names
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null) || true
missing=
for package in $wanted; do
    case "
$installed
" in
    *"
$package installed
"*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "$0: run as root: apt-get install --no-install-recommends$missing" >&2
        exit 1
    }
    as_root=sudo
fi
echo "Installing:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends $missing >/dev/null
