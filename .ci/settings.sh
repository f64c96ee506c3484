# shellcheck shell=bash
# Versions and places, in one file. Every other script sources it; it only sets variables.
# shellcheck disable=SC2034  # what is set here is used there

# Each cached thing carries its version in its name, so that a new version is a new file and an
# old cache can never be mistaken for a new one.
TOXIPROXY_VERSION=2.12.0
COMPOSE_VERSION=2.40.0
ACTIONLINT_VERSION=1.7.12
DEBIAN_RELEASE=bookworm
# Raise it when .ci/base_image.sh or .ci/stand_ins.sh change what an image holds.
IMAGES_REVISION=2

# A machine's environment may forbid Python to keep compiled modules; here every service that a test
# starts would then compile its libraries anew, which is most of its start.
unset PYTHONDONTWRITEBYTECODE

repository=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cache=${WINDTUNNEL_CI_CACHE:-/var/cache/windtunnel-ci}
artifacts=${CI_ARTIFACTS:-$repository/.ci-artifacts}

compose_plugin=$cache/compose-$COMPOSE_VERSION/docker-compose
actionlint_binaries=$cache/actionlint-$ACTIONLINT_VERSION
toxiproxy_binaries=$cache/toxiproxy-$TOXIPROXY_VERSION
base_archive=$cache/debian-$DEBIAN_RELEASE-r$IMAGES_REVISION.tar

# Everything of the engine of our own, apart from /var/lib/docker and the system's sockets.
engine_data=$cache/engine
engine_state=/run/windtunnel-ci
engine_socket=$engine_state/docker.sock
engine_pid_file=$engine_state/dockerd.pid
engine_log=$engine_state/dockerd.log
docker_config=$cache/docker-config

# The image names are those that docker-compose.yml asks for; without a registry ours stand in.
base_image=windtunnel-ci-base:$DEBIAN_RELEASE-r$IMAGES_REVISION
redis_image=redis:7-alpine
# And those that examples/compose_guestbook asks for.
python_image=python:3.11-slim-bookworm
postgres_image=postgres:16-alpine
nginx_image=nginx:1-alpine
toxiproxy_image=ghcr.io/shopify/toxiproxy:$TOXIPROXY_VERSION

export DOCKER_HOST=unix://$engine_socket
export DOCKER_CONFIG=$docker_config
# The classic builder: the newer one is a plugin that Debian does not package.
export DOCKER_BUILDKIT=0
export WINDTUNNEL_BASE_IMAGE=$base_image
export WINDTUNNEL_CONSTRAINTS=.ci/constraints.txt
# Where what uses Toxiproxy's further clients is built, by tests/contracts/proxy/client_builds.py.
export WINDTUNNEL_CLIENTS_CACHE=$cache/clients
# Where the real Toxiproxy is found by the `local` backend and by the contract tests.
export WINDTUNNEL_TOXIPROXY=$toxiproxy_binaries/toxiproxy-server
export PATH=$toxiproxy_binaries:$actionlint_binaries:$PATH:/usr/sbin:/sbin:/usr/local/go/bin
