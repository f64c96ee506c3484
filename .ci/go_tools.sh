#!/usr/bin/env bash
# Builds, from the Go module proxy, the programs that Debian does not package at the versions that
# the project needs: Toxiproxy's server and client, compose v2 as a docker CLI plugin, and actionlint,
# which reads the workflow for GitHub under examples/ci. It also compiles the tests that use
# Toxiproxy's client for Go.
set -euo pipefail
# shellcheck source=.ci/settings.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/settings.sh"

if ! command -v go >/dev/null; then
    echo ".ci/go_tools.sh: found no go on PATH or in /usr/local/go; expected Go 1.24 or newer" >&2
    exit 1
fi

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# Installs under a name of its own choosing, and moves into place only what was built completely.
install_built() {
    install -D -m 0755 -- "$1" "$2.new"
    mv -- "$2.new" "$2"
}

build_toxiproxy() {
    local package=github.com/Shopify/toxiproxy/v2/cmd
    # Static, because the server is copied into an image that holds nothing else.
    # The linker flag is how its own releases state their version in GET /version.
    CGO_ENABLED=0 GOBIN=$scratch/toxiproxy go install \
        -ldflags "-s -w -X github.com/Shopify/toxiproxy/v2.Version=$TOXIPROXY_VERSION" \
        "$package/server@v$TOXIPROXY_VERSION" "$package/cli@v$TOXIPROXY_VERSION"
    install_built "$scratch/toxiproxy/cli" "$toxiproxy_binaries/toxiproxy-cli"
    install_built "$scratch/toxiproxy/server" "$toxiproxy_binaries/toxiproxy-server"
}

build_compose() {
    # Its module replaces some of its dependencies, which `go install …@version` refuses; a module
    # of our own that requires it does not.
    mkdir "$scratch/compose"
    cd "$scratch/compose"
    go mod init windtunnel-ci-compose
    go get "github.com/docker/compose/v2/cmd@v$COMPOSE_VERSION"
    CGO_ENABLED=0 go build -o docker-compose \
        -ldflags "-s -w -X github.com/docker/compose/v2/internal.Version=v$COMPOSE_VERSION" \
        github.com/docker/compose/v2/cmd
    install_built docker-compose "$compose_plugin"
}

# The tests build it again themselves, in a second once Go's cache holds what this compiled.
build_witness() {
    (cd "$repository/tests/contracts/proxy/go" && go test -c -o "$scratch/witness.test" .)
}

build_actionlint() {
    CGO_ENABLED=0 GOBIN=$scratch/actionlint go install \
        "github.com/rhysd/actionlint/cmd/actionlint@v$ACTIONLINT_VERSION"
    install_built "$scratch/actionlint/actionlint" "$actionlint_binaries/actionlint"
}

if [[ -x $toxiproxy_binaries/toxiproxy-server ]]; then
    echo "toxiproxy $TOXIPROXY_VERSION: built already"
else
    build_toxiproxy
fi
if [[ -x $compose_plugin ]]; then
    echo "compose $COMPOSE_VERSION: built already"
else
    build_compose
fi
if [[ -x $actionlint_binaries/actionlint ]]; then
    echo "actionlint $ACTIONLINT_VERSION: built already"
else
    build_actionlint
fi

build_witness

mkdir -p "$docker_config/cli-plugins"
ln -sfn -- "$compose_plugin" "$docker_config/cli-plugins/docker-compose"
