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

build_python() {
    docker build --quiet --tag "$python_image" --label "$label=$IMAGES_REVISION" - <<DOCKERFILE
FROM $base_image
CMD ["python3"]
DOCKERFILE
}

build_postgres() {
    # As the public image: makes the user's database, then runs what is mounted for it, then serves.
    cat >"$scratch/serve.sh" <<'SERVE'
#!/bin/sh
set -eu
data=/var/lib/postgresql/data
user=${POSTGRES_USER:-postgres}
if [ ! -e $data/PG_VERSION ]; then
    install -d -o postgres -m 700 $data /run/postgresql
    echo "${POSTGRES_PASSWORD:?}" >/tmp/password
    chown postgres /tmp/password
    setpriv --reuid postgres --clear-groups /usr/lib/postgresql/*/bin/initdb --no-sync --encoding UTF8 --locale C.UTF-8 \
        -D $data -U "$user" --pwfile /tmp/password -A scram-sha-256 --auth-local trust
    echo 'host all all all scram-sha-256' >>$data/pg_hba.conf
    serve="setpriv --reuid postgres --clear-groups /usr/lib/postgresql/$(ls /usr/lib/postgresql)/bin/pg_ctl -D $data"
    $serve -w -o "-c listen_addresses=" start
    [ "$user" = postgres ] || createdb -U "$user" "${POSTGRES_DB:-$user}"
    for file in /docker-entrypoint-initdb.d/*.sql; do
        [ ! -e "$file" ] || psql -v ON_ERROR_STOP=1 -U "$user" -d "${POSTGRES_DB:-$user}" -f "$file"
    done
    $serve -w stop
fi
exec setpriv --reuid postgres --clear-groups /usr/lib/postgresql/*/bin/postgres \
    -D $data -c 'listen_addresses=*' "$@"
SERVE
    chmod 0755 "$scratch/serve.sh"
    cat >"$scratch/Dockerfile" <<DOCKERFILE
FROM $base_image
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql \
    && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/*
COPY serve.sh /serve.sh
EXPOSE 5432
ENTRYPOINT ["/serve.sh"]
DOCKERFILE
    docker build --quiet --tag "$postgres_image" --label "$label=$IMAGES_REVISION" "$scratch"
}

build_nginx() {
    docker build --quiet --tag "$nginx_image" --label "$label=$IMAGES_REVISION" - <<DOCKERFILE
FROM $base_image
RUN apt-get update \
    && apt-get install --yes --no-install-recommends nginx-light \
    && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled/default
EXPOSE 80
CMD ["nginx", "-g", "daemon off;"]
DOCKERFILE
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
make_unless_there "$python_image" build_python
make_unless_there "$postgres_image" build_postgres
make_unless_there "$nginx_image" build_nginx

# Each change of the source leaves the images built before it without a name. A week keeps the
# layers that the next build can use again.
docker image prune --force --filter until=168h
