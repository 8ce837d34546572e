# shellcheck shell=bash
# What the scripts that start an engine share: to be sourced, with $state set to the folder that
# holds everything the engine writes. Processes are known by their pid and the time when they
# started, because a pid alone may by now belong to somebody else.
: "${state:?}"
fail() { # TEXT [LOG]: why there is no engine
    echo "$0: $1" >&2
    if [ $# -gt 1 ]; then
        echo "--- the end of $2:" >&2
        tail -n 25 "$2" >&2 || true
    fi
    exit 1
}

_start_time() { # PID: in ticks since the machine's start; fails for the dead and for zombies
    local stat fields
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    # The name in parentheses may hold spaces and parentheses itself.
    read -ra fields <<<"${stat##*) }"
    [ "${fields[0]}" != Z ] && echo "${fields[19]}"
}

is_running() { # NAME
    local pid started
    { read -r pid started <"$state/$1.pid"; } 2>/dev/null || return 1
    [ "$(_start_time "$pid")" = "$started" ]
}

start_process() { # NAME COMMAND...: its output goes to log/NAME.out
    local name=$1
    shift
    # A session of its own, so that an interrupt at the terminal leaves ending it to `stop`.
    setsid "$@" </dev/null >"$state/log/$name.out" 2>&1 &
    echo "$! $(_start_time $!)" >"$state/$name.pid"
    disown # so that the shell does not tell of its end
}

stop_processes() { # at once: all they hold is thrown away, and Ceph would first write it to disk
    local file name pid started i
    for file in "$state"/*.pid; do
        name=$(basename "$file" .pid)
        is_running "$name" || continue
        read -r pid started <"$file"
        kill -KILL "$pid" 2>/dev/null || true
    done
    for file in "$state"/*.pid; do
        name=$(basename "$file" .pid)
        for ((i = 0; i < 100; i++)); do
            is_running "$name" || break
            sleep 0.1
        done
        ! is_running "$name" || fail "$name does not end"
    done
}

wait_until() { # SECONDS PROCESS COMMAND...: until COMMAND succeeds; PROCESS must live meanwhile
    local seconds=$1 process=$2 deadline
    shift 2
    deadline=$(($(date +%s) + seconds))
    until "$@"; do
        is_running "$process" || fail "$process has ended" "$(newest_log "$process")"
        [ "$(date +%s)" -lt "$deadline" ] ||
            fail "$process is not ready after $seconds s" "$(newest_log "$process")"
        sleep 0.1
    done
}

newest_log() { # PROCESS: the one that says most
    if [ -s "$state/log/$1.log" ]; then echo "$state/log/$1.log"; else echo "$state/log/$1.out"; fi
}

listens() { # PROCESS PORT: whether it is that process, and not a stranger, that listens there
    local pid started address sockets
    read -r pid started <"$state/$1.pid"
    printf -v address '0100007F:%04X' "$2"
    sockets=$(awk -v address="$address" \
        '$2 == address && $4 == "0A" {print "socket:[" $10 "]"}' /proc/net/tcp)
    [ -n "$sockets" ] && readlink "/proc/$pid/fd/"* | grep -qxF "$sockets"
}

must_be_free() { # PORT: said here at once, while the engines try for long or say it in a log only
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || fail "port $1 is in use"
}

free_ports() { # COUNT: below the ports that the kernel gives to outgoing connections
    /usr/bin/python3 - "$1" <<'PYTHON'
import random, socket, sys
wanted, held = int(sys.argv[1]), []
for port in random.sample(range(10000, 21000), 1000):
    candidate = socket.socket()
    try:
        candidate.bind(("127.0.0.1", port))
    except OSError:
        continue
    held.append(candidate)  # held until all are found, so that they differ
    if len(held) == wanted:
        print(*(s.getsockname()[1] for s in held))
        sys.exit()
sys.exit("no free ports")
PYTHON
}

claim_folder() { # makes an empty $state, unless an engine runs there
    local file
    for file in "$state"/*.pid; do
        ! is_running "$(basename "$file" .pid)" || fail "an engine runs in $state already"
    done
    rm -rf "$state"
    mkdir -p "$state/log"
}

stop_engine() { # FOLDER: ends what was started there and removes all of it
    stop_processes
    rm -rf "$state" "$1/store.env"
    rmdir "$1" 2>/dev/null || true # other files in there are not ours
}

open_store() { # FOLDER ENDPOINT KEY SECRET REGION: makes the bucket, then FOLDER/store.env
    cat >"$state/store.env" <<SETTINGS
S3_ENDPOINT=$2
S3_ACCESS_KEY_ID=$3
S3_SECRET_ACCESS_KEY=$4
S3_REGION=$5
SETTINGS
    timeout 60 /usr/bin/python3 -B "$(dirname "${BASH_SOURCE[0]}")/s3_client.py" \
        "$state/store.env" create-bucket "${BUCKET:-files}" >>"$state/log/prepare.log" 2>&1 ||
        fail "cannot create the bucket ${BUCKET:-files}" "$state/log/prepare.log"
    # Last, and at once: who waits for the file finds all of it, and the store ready.
    mv "$state/store.env" "$1/store.env"
    echo "$2"
}
