#!/bin/bash
# A real S3 store for tests and benchmarks: Ceph's object gateway with one monitor and one OSD that
# keeps everything in memory. All of it on loopback; no systemd, no root; ready in 2 to 7 s.
#
#   radosgw.sh start DIR [PORT]   prints the endpoint and writes DIR/store.env, to be sourced
#   radosgw.sh stop DIR           ends exactly what was started in DIR and removes it
#
# BUCKET (files) is created. MEMSTORE_BYTES (3 GiB) bounds what the store holds. It takes memory
# only as it fills, twice as much as the objects have; half a minute after they are gone it gives it
# back. For more than the machine's memory, OBJECTSTORE=bluestore takes a file in DIR of that size
# instead: it starts in ten seconds or more, and small objects cost three times as much.
#
# A full store lets writes wait, deletions too: for a store that refuses, with 403 QuotaExceeded,
# give QUOTA_BYTES. Buckets are found by path and, as BUCKET.localhost, by name; DNS_NAME replaces
# localhost.
# REQUEST_LOG=1 writes a line with "beast:" for each request to DIR/radosgw/log/rgw.log.
# `scripts/deps.sh stores` installs what is needed.
#
# What it does not do as S3 does, found with probe.py (Ceph 16.2):
#   - If-Match on PUT compares with the ETag without quotes only. Completion of an upload looks at
#     no condition; x-amz-copy-source-if-match is not looked at, nor is If-Match on DELETE.
#   - The answer to a completion has an empty ETag; completion of an unknown upload is
#     500 InternalError; all parts that were sent must be named in it (InvalidPart).
#   - NextMarker, NextContinuationToken and Prefix are not encoded when encoding-type=url asks so.
#   - x-amz-checksum-*, x-amz-mp-object-size, the region, and Content-MD5 of a deletion of many keys
#     are not looked at; STREAMING-UNSIGNED-PAYLOAD-TRAILER is XAmzContentSHA256Mismatch.
#   - The list of uploads knows no delimiter.
#   - x-amz-tagging is not looked at when an upload in parts begins; the tags of an object that was
#     made so, and has none, are an empty answer without a document.
#   - A connection without a byte for 65 s is closed, in the middle of an upload too.
#
# There is no manager: nothing here needs one, and it alone would take 300 MB. `ceph status` waits
# for one forever; the logs are in DIR/radosgw/log.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage() {
    echo "usage: $0 start DIR [PORT] | stop DIR" >&2
    exit 64
}
[ $# -ge 2 ] || usage
mkdir -p "$2"
folder=$(cd "$2" && pwd)
state=$folder/radosgw
# shellcheck source=tests/stores/processes.sh
. "$here/processes.sh"

access_key=OBJFTPDTESTKEY
secret=objftpd+test/secret+only+on/loopback

run() { # WHAT COMMAND...: a step of the preparation that must end soon
    local what=$1
    shift
    timeout 60 "$@" >>"$state/log/prepare.log" 2>&1 || fail "cannot $what" "$state/log/prepare.log"
}

write_configuration() { # FSID MONITOR_PORT GATEWAY_PORT
    cat >"$state/ceph.conf" <<CONFIGURATION
[global]
fsid = $1
mon_host = [v2:127.0.0.1:$2/0]
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr1 = false

# Nobody else can connect, and the content is thrown away.
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_cluster_mode = crc
ms_service_mode = crc
ms_client_mode = crc
ms_mon_cluster_mode = crc
ms_mon_service_mode = crc
ms_mon_client_mode = crc
ms_crc_data = false

# No socket for administration: its path would be too long for one in many folders.
admin_socket =
pid_file =
run_dir = $state
keyring = $state/keyring
log_file = $state/log/\$type.log
mon_cluster_log_file = $state/log/cluster.log
crash_dir = $state/log
mon_data = $state/mon
osd_data = $state/osd
rgw_data = $state/rgw
debug_rgw = ${REQUEST_LOG:-0}/0
debug_rgw_sync = 0/0
debug_ms = 0/0
debug_osd = 0/0
debug_mon = 0/0
debug_paxos = 0/0
debug_rocksdb = 0/0

# Each pool that the gateway creates is a change of the map; by default each waits for a second.
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
mon_data_avail_warn = 1
mon_data_avail_crit = 1
mon_allow_pool_size_one = true
mon_memory_autotune = false
rocksdb_cache_size = 16777216

osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_crush_initial_weight = 1
osd_objectstore = ${OBJECTSTORE:-memstore}
memstore_device_bytes = ${MEMSTORE_BYTES:-3221225472}
bluestore_block_size = ${MEMSTORE_BYTES:-3221225472}
osd_memory_target = 939524096
osd_op_num_shards = 2
osd_op_num_threads_per_shard = 2
# What becomes free must be free soon: by default it is kept for two hours.
rgw_gc_obj_min_wait = 5
rgw_gc_processor_period = 5
rgw_gc_max_objs = 4

rgw_frontends = beast endpoint=127.0.0.1:$3 tcp_nodelay=1
rgw_dns_name = ${DNS_NAME:-localhost}
rgw_thread_pool_size = 64
rgw_enable_lc_threads = false
rgw_enable_quota_threads = false
rgw_run_sync_thread = false
rgw_dynamic_resharding = false
CONFIGURATION
}

start() { # [PORT]
    local port=${1:-} monitor fsid osd_id conf=(-c "$state/ceph.conf") program
    for program in ceph ceph-mon ceph-osd monmaptool radosgw radosgw-admin; do
        command -v "$program" >/dev/null || fail "$program is not installed: scripts/deps.sh stores"
    done
    [ -z "$port" ] || must_be_free "$port"
    claim_folder
    # What did start must not stay when something else did not.
    trap 'stop_processes' EXIT
    trap 'exit 1' INT TERM

    read -r monitor osd_id < <(free_ports 2)
    port=${port:-$osd_id}
    fsid=$(</proc/sys/kernel/random/uuid)
    osd_id=$(</proc/sys/kernel/random/uuid)
    mkdir "$state/osd" "$state/rgw"
    write_configuration "$fsid" "$monitor" "$port"

    run "make the monitor's map" monmaptool --create --addv a "[v2:127.0.0.1:$monitor]" \
        --fsid "$fsid" "$state/monmap"
    run "prepare the monitor" ceph-mon "${conf[@]}" --mkfs -i a --monmap "$state/monmap"
    start_process mon ceph-mon "${conf[@]}" -i a -f
    run "prepare the OSD" ceph-osd "${conf[@]}" --mkfs -i 0 --osd-uuid "$osd_id" \
        --monmap "$state/monmap"
    run "register the OSD" ceph "${conf[@]}" --connect-timeout 30 osd new "$osd_id" 0
    # Objects in memory of their own: what is deleted goes back to the system.
    start_process osd env MALLOC_MMAP_THRESHOLD_=131072 ceph-osd "${conf[@]}" -i 0 -f
    run "create a user" radosgw-admin "${conf[@]}" -n client.admin user create --uid=objftpd \
        --display-name=objftpd --access-key="$access_key" --secret-key="$secret"
    if [ -n "${QUOTA_BYTES:-}" ]; then
        run "set the quota" radosgw-admin "${conf[@]}" -n client.admin quota set \
            --quota-scope=user --uid=objftpd --max-size="$QUOTA_BYTES"
        run "set the quota" radosgw-admin "${conf[@]}" -n client.admin quota enable \
            --quota-scope=user --uid=objftpd
    fi
    start_process rgw radosgw "${conf[@]}" -n client.admin --log-file "$state/log/rgw.log" -f
    wait_until 60 rgw listens rgw "$port"

    open_store "$folder" "http://127.0.0.1:$port" "$access_key" "$secret" us-east-1
    trap - EXIT
}

case $1 in
start) start "${3:-}" ;;
stop) stop_engine "$folder" ;;
*) usage ;;
esac
