#!/usr/bin/env bash
# Runs a part of the tests on each other Python that the README promises and this machine has, the
# oldest 3.11 among them, and on that one with the lowest dependencies that pyproject.toml allows.
set -euo pipefail
# shellcheck source=.ci/settings.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/settings.sh"
cd "$repository"

environments=$(mktemp --directory)
trap 'rm -rf -- "$environments"' EXIT

# Criteria and configuration, what can be imported, and one scenario from pytest to its verdict.
subset=(
    tests/criteria tests/configuration tests/test_public_api.py tests/test_names.py
    'tests/scenarios/test_breakers.py::test_breaker_opens_within_three_failures'
)
needed=('.[sample,fakeredis,toxiproxy]')
# What these tests import; its versions are not what is tried here.
tools=(hypothesis jsonschema pytest-asyncio pytest-timeout scipy)

# Prints "VERSION PATH" of each Python here that is 3.11 or newer, the oldest first.
installed() {
    local python
    for python in /usr/bin/python3.1? /usr/local/bin/python3.1? \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[1-9]*/bin/python3; do
        [[ -x $python ]] || continue
        "$python" -c 'import platform, sys
if sys.version_info >= (3, 11): print(platform.python_version(), sys.executable)' || true
    done | sort --version-sort --unique
}

try() {
    local name=$1 python=$2
    shift 2
    local folder=$environments/$name began=$SECONDS
    .venv/bin/uv venv --quiet --python "$python" "$folder"
    .venv/bin/uv pip install --quiet --python "$folder/bin/python" "$@"
    if "$folder/bin/python" -m pytest -q -p no:cacheprovider --windtunnel-backend=embedded \
        -m 'not slow' "${subset[@]}" >"$environments/$name.log" 2>&1; then
        echo "$name: $(tail -n 1 "$environments/$name.log") [$((SECONDS - began)) s with its environment]"
    else
        cat "$environments/$name.log"
        echo "$name ($python): the tests failed" >&2
        return 1
    fi
}

declare -A newest=()
oldest=
while read -r version python; do
    minor=${version%.*}
    if [[ $minor == 3.11 ]]; then
        [[ -n $oldest ]] || oldest=$python
    else
        newest[$minor]=$python
    fi
done < <(installed)

status=0
exact=(--constraint "$WINDTUNNEL_CONSTRAINTS")
if [[ -n $oldest ]]; then
    try oldest-3.11 "$oldest" "${exact[@]}" "${needed[@]}" "${tools[@]}" || status=1
    # The tools first, as they are: only what windtunnel itself names is taken at its lowest.
    lowest=$environments/lowest.txt
    .venv/bin/uv pip compile --quiet --python "$oldest" --resolution lowest-direct \
        --all-extras --no-emit-package windtunnel --output-file "$lowest" pyproject.toml >/dev/null
    try lowest-dependencies "$oldest" --constraint "$lowest" "${needed[@]}" "${tools[@]}" || status=1
fi
for minor in "${!newest[@]}"; do
    try "newest-$minor" "${newest[$minor]}" "${exact[@]}" "${needed[@]}" "${tools[@]}" || status=1
done
exit $status
