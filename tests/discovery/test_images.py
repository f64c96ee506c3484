"""Images are known by their names, whatever registry, owner, tag or digest they have."""

import pytest

from windtunnel.discovery.images import Image, is_front, is_tool, known_image

POSTGRESQL = Image("postgresql", 5432)


@pytest.mark.parametrize(
    ("image", "known"),
    [
        ("postgres", POSTGRESQL),
        ("bitnami/postgresql:16", POSTGRESQL),
        ("registry.internal:5000/library/postgres:16-alpine", POSTGRESQL),
        ("timescale/timescaledb:latest-pg16", POSTGRESQL),
        ("postgres@sha256:" + "0" * 64, POSTGRESQL),
        ("valkey/valkey:8", Image("redis", 6379)),
        ("mariadb", Image("tcp", 3306)),
        ("rabbitmq:4-management", Image("tcp", 5672)),
        ("docker/redpandadata/redpanda", Image("tcp", 9092)),
        ("opensearchproject/opensearch:2", Image("http", 9200)),
        ("minio/minio", Image("http", 9000)),
        ("axllent/mailpit", Image("tcp", 1025)),
        ("mcr/mssql/server:2022-latest", Image("tcp", 1433)),
        # What has a word of theirs in its name is another thing.
        ("prometheuscommunity/postgres-exporter", None),
        ("rediscommander/redis-commander", None),
        ("acme/server", None),
        ("", None),
    ],
)
def test_an_image_is_known_by_its_name(image: str, known: Image | None) -> None:
    assert known_image(image) == known


def test_what_stands_in_front_or_beside_is_told_from_services() -> None:
    assert is_front("nginxinc/nginx-unprivileged:alpine")
    assert is_tool("dpage/pgadmin4")
    assert not is_front("acme/nginx-status-page")
