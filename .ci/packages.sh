#!/usr/bin/env bash
# Installs what the later steps need from Debian's packages, and only what is missing.
set -euo pipefail

packages=(
    ca-certificates
    caddy          # a breaker of another ecosystem that the conformance suite is tried on
    cgroupfs-mount # control groups, where nothing else mounts them
    chromium       # the dashboard's tests in a real browser
    debootstrap    # the base image's file system
    docker-compose # the older compose, which must bring the stack up too
    docker.io      # the engine and its client
    haproxy        # another
    iproute2       # ip and tc
    iptables       # the engine's port publishing
    libfaketime    # a wall clock that can be stepped, for the breakers' conformance suite
    libssl-dev     # what Toxiproxy's client for Rust is built with
    make
    mariadb-server # an example's database
    maven          # builds those that run in a JVM
    postgresql     # the example with a database; its own service does not start
    nginx-light    # the HTTP/2 server that the load engine is tested against
    pkg-config # the same
    python3
    python3-venv
    rabbitmq-server # an example's broker
    redis-server # the `local` and `embedded` backends' Redis
    shellcheck
    tini # docker-init, for `init: true`
)

missing=()
for package in "${packages[@]}"; do
    if [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
        missing+=("$package")
    fi
done
if ((${#missing[@]} == 0)); then
    echo "all ${#packages[@]} packages are installed already"
    exit 0
fi
if ((EUID != 0)); then
    echo ".ci/packages.sh: expected root, to install ${missing[*]}; found user $(id -un)" >&2
    exit 1
fi

# A package's own service must not start: the engine and every Redis of a run are started by the
# run, apart from the system's. Debian asks this file before it starts any.
readonly policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    trap 'rm -f -- "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 0755 "$policy"
fi

echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" </dev/null
