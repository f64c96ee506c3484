#!/usr/bin/env bash
# Builds what is released, wheel from sdist, and checks what an index would show of it.
#
#   bash .ci/distributions.sh FOLDER
set -euo pipefail

if (($# != 1)); then
    echo "usage: .ci/distributions.sh FOLDER" >&2
    exit 2
fi
rm -rf -- "$1"
# With the hatchling that is installed: nothing else is fetched.
.venv/bin/python -m build --no-isolation --outdir "$1"
.venv/bin/twine check --strict "$1"/*
