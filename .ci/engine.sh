#!/usr/bin/env bash
# Starts and stops a Docker engine of our own: its data, state, socket and pid file are apart from
# the system's engine, which this never touches.
#
#   engine.sh start     exit status 0: it answers; one that runs already is used as it is
#   engine.sh stop      ends it by its pid and waits until it has ended
#   engine.sh running   exit status 0 where it runs
set -euo pipefail
# shellcheck source=.ci/settings.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/settings.sh"

readonly start_seconds=60
readonly stop_seconds=40

# Prints the pid in a pid file if that process has a text in its command line. A pid file outlives
# a crash and pids are given out again, or stay behind as zombies (which have no command line).
living_pid() {
    local pid
    pid=$(cat "$1" 2>/dev/null) || return 0
    if tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$2"; then
        echo "$pid"
    fi
}

running_pid() {
    living_pid "$engine_pid_file" "--data-root=$engine_data "
}

# After a crash dockerd waits in vain for the containerd that its old pid file names.
forget_crashed_engine() {
    local containerd=$engine_state/exec/containerd
    if [[ -z $(living_pid "$containerd/containerd.pid" "$containerd") ]]; then
        rm -f -- "$containerd/containerd.pid"
    fi
    rm -f -- "$engine_pid_file" "$engine_socket"
}

answers() {
    timeout 5 docker version --format '{{.Server.Version}}' 2>/dev/null
}

start() {
    local pid version
    pid=$(running_pid)
    if [[ -n $pid ]]; then
        if version=$(answers); then
            echo "Docker engine $version (pid $pid) was running already"
            return
        fi
        echo "our engine (pid $pid) runs but does not answer: replacing it"
        stop
    fi
    # The engine needs the kernel's control groups, which a machine without systemd may not mount.
    if ! mountpoint --quiet /sys/fs/cgroup; then
        cgroupfs-mount
    fi
    mkdir -p "$engine_data" "$engine_state"
    forget_crashed_engine
    # A file of its own, because the system's daemon.json may contradict these options. The engine
    # has thirty networks by itself: too few for several stacks in which each program has its own.
    local pools='{"base": "172.17.0.0/16", "size": 24}, {"base": "172.18.0.0/16", "size": 24}'
    echo "{\"default-address-pools\": [$pools]}" >"$engine_state/daemon.json"
    setsid dockerd --config-file="$engine_state/daemon.json" \
        --data-root="$engine_data" --exec-root="$engine_state/exec" \
        --pidfile="$engine_pid_file" --host="$DOCKER_HOST" \
        </dev/null >"$engine_log" 2>&1 &
    pid=$!
    local deadline=$((SECONDS + start_seconds))
    until version=$(answers); do
        if ! kill -0 "$pid" 2>/dev/null; then
            fail_to_start "dockerd ended while starting"
        fi
        if ((SECONDS >= deadline)); then
            kill "$pid" || true
            fail_to_start "dockerd did not answer within $start_seconds s"
        fi
        sleep 0.2
    done
    echo "Docker engine $version (pid $pid) started"
}

fail_to_start() {
    echo ".ci/engine.sh: $1; the last lines of $engine_log:" >&2
    tail -n 20 -- "$engine_log" | sed 's/^/  /' >&2
    exit 1
}

stop() {
    local pid
    pid=$(running_pid)
    if [[ -z $pid ]]; then
        echo "no engine of ours is running"
        return
    fi
    # dockerd ends its containers and its containerd before it ends itself.
    kill -TERM "$pid"
    local deadline=$((SECONDS + stop_seconds))
    while [[ -n $(running_pid) ]]; do
        if ((SECONDS >= deadline)); then
            echo "the engine (pid $pid) did not end within $stop_seconds s: killing it" >&2
            kill -KILL "$pid"
            break
        fi
        sleep 0.2
    done
    rm -f -- "$engine_pid_file" "$engine_socket"
    echo "engine (pid $pid) stopped"
}

case ${1-} in
    start) start ;;
    stop) stop ;;
    running) [[ -n $(running_pid) ]] ;;
    *)
        echo "usage: $0 start|stop|running (found '${1-}')" >&2
        exit 2
        ;;
esac
