#!/usr/bin/env bash
# Lists what runs have left: one line for each container and network labelled with a run, and for
# each process that carries a run in its environment.
#
#   leftovers.sh list         prints them, sorted
#   leftovers.sh check FILE   exit status 1 where there are others than FILE lists
set -euo pipefail
# shellcheck source=.ci/settings.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/settings.sh"

# What ends by itself within this time has been cleaned up, if late.
readonly patience_seconds=10

list() {
    {
        docker ps --all --filter label=windtunnel.run --format 'container {{.Names}} ({{.Status}})'
        docker network ls --filter label=windtunnel.run --format 'network {{.Name}}'
        local folder
        for folder in /proc/[0-9]*; do
            # A process that ends while it is looked at is no leftover.
            if tr '\0' '\n' 2>/dev/null <"$folder/environ" \
                | grep -qE '^WINDTUNNEL_(RUN|KEEPER)='; then
                echo "process ${folder#/proc/}: $(tr '\0' ' ' 2>/dev/null <"$folder/cmdline")"
            fi
        done 2>/dev/null
    } | LC_ALL=C sort
}

check() {
    local left deadline=$((SECONDS + patience_seconds))
    while true; do
        left=$(list | LC_ALL=C comm -13 "$1" -)
        if [[ -z $left ]]; then
            echo "no container, network or process is left"
            return
        fi
        if ((SECONDS >= deadline)); then
            break
        fi
        sleep 0.5
    done
    echo ".ci/leftovers.sh: expected nothing to be left behind, found:" >&2
    echo "  ${left//$'\n'/$'\n  '}" >&2
    exit 1
}

case "${1-} $#" in
    "list 1") list ;;
    "check 2") check "$2" ;;
    *)
        echo "usage: $0 list | check FILE (found '$*')" >&2
        exit 2
        ;;
esac
