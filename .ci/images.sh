#!/usr/bin/env bash
# Makes the images that docker-compose.yml names, on a machine that reaches no image registry:
# a Debian base from Debian's own packages, Redis from Debian's redis-server, and the real
# Toxiproxy around the server that .ci/go_tools.sh built. Needs the engine.
set -euo pipefail
# shellcheck source=.ci/settings.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/settings.sh"

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# The label tells our stand-ins from public images of the same name, and old ones from new ones.
readonly label=windtunnel.ci.revision
revision_of() {
    docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$1" 2>/dev/null || true
}

make_base_archive() {
    # iproute2 and libfaketime are in the base because the sample image needs them, and building it
    # then asks nobody.
    debootstrap --variant=minbase \
        --include=python3,python3-pip,python3-venv,ca-certificates,iproute2,libfaketime \
        "$DEBIAN_RELEASE" "$scratch/debian" >"$scratch/debootstrap.log" 2>&1 || {
        tail -n 20 -- "$scratch/debootstrap.log" >&2
        return 1
    }
    # What the machine trusts, the build inside trusts: pip asks the same package index through
    # the same route.
    cp -- /etc/ssl/certs/ca-certificates.crt "$scratch/debian/etc/ssl/certs/ca-certificates.crt"
    rm -rf -- "$scratch"/debian/var/cache/apt/archives/*.deb "$scratch"/debian/var/lib/apt/lists/*
    tar --create --file "$base_archive.new" --directory "$scratch/debian" --numeric-owner .
    mv -- "$base_archive.new" "$base_archive"
}

import_base() {
    [[ -f $base_archive ]] || make_base_archive
    docker import --change "LABEL $label=$IMAGES_REVISION" --change 'CMD ["bash"]' \
        "$base_archive" "$base_image"
}

build_redis() {
    # As the public image: works in /data, and its command is a program, not only arguments.
    docker build --quiet --tag "$redis_image" --label "$label=$IMAGES_REVISION" - <<DOCKERFILE
FROM $base_image
RUN apt-get update \
    && apt-get install --yes --no-install-recommends redis-server \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /data
EXPOSE 6379
CMD ["redis-server", "--protected-mode", "no"]
DOCKERFILE
}

build_toxiproxy() {
    # As the public image: the server, and nothing else, no shell either.
    cp -- "$toxiproxy_binaries/toxiproxy-server" "$scratch/toxiproxy"
    cat >"$scratch/Dockerfile" <<'DOCKERFILE'
FROM scratch
COPY toxiproxy /toxiproxy
EXPOSE 8474
ENTRYPOINT ["/toxiproxy"]
CMD ["-host=0.0.0.0"]
DOCKERFILE
    docker build --quiet --tag "$toxiproxy_image" --label "$label=$IMAGES_REVISION" "$scratch"
}

make_unless_there() {
    if [[ $(revision_of "$1") == "$IMAGES_REVISION" ]]; then
        echo "$1: made already"
    else
        "$2"
        echo "$1: made"
    fi
}

make_unless_there "$base_image" import_base
make_unless_there "$redis_image" build_redis
make_unless_there "$toxiproxy_image" build_toxiproxy

# Each change of the source leaves the images built before it without a name. A week keeps the
# layers that the next build can use again.
docker image prune --force --filter until=168h
