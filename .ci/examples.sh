#!/usr/bin/env bash
# Builds the examples that are not Python, as their READMEs say.
set -euo pipefail
# shellcheck source=.ci/settings.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/settings.sh"

for program in go node npm; do
    if ! command -v "$program" >/dev/null; then
        echo ".ci/examples.sh: found no $program on PATH; expected Go 1.24 and Node 20, or newer" >&2
        exit 1
    fi
done

cd "$repository/examples/node_express"
npm ci --no-audit --no-fund --prefer-offline
cd "$repository/examples/go_gobreaker"
go build -o quotes .
