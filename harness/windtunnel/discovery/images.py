"""What images are known as: which protocol a service speaks, on which port, or what else it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from windtunnel.protocols.http.protocol import PROTOCOL as HTTP
from windtunnel.protocols.postgresql.protocol import PROTOCOL as POSTGRESQL
from windtunnel.protocols.redis.protocol import PROTOCOL as REDIS
from windtunnel.protocols.tcp.protocol import PROTOCOL as TCP


@dataclass(frozen=True, slots=True)
class Image:
    """What a service of such an image is to others."""

    protocol: str
    port: int


_PORTS: Mapping[str, Mapping[int, tuple[str, ...]]] = {
    POSTGRESQL.name: {
        5432: (
            "postgres", "postgresql", "postgis", "timescaledb", "timescaledb-ha", "pgvector",
            "citus", "postgresql-repmgr", "supabase-postgres", "pgbouncer",
            "pgpool", "pgvecto-rs", "spilo", "alloydbomni",
        ),
        26257: ("cockroach", "cockroachdb"),
        5433: ("yugabyte",),
    },
    REDIS.name: {
        6379: (
            "redis", "valkey", "keydb", "dragonfly", "redis-stack", "redis-stack-server",
            "redict", "redismod", "redis-cluster", "valkey-bundle", "garnet", "kvrocks",
        ),
    },
    TCP.name: {
        3306: ("mysql", "mysql-server", "mariadb", "percona", "percona-server"),
        5672: ("rabbitmq", "lavinmq"),
        9092: ("kafka", "cp-kafka", "kafka-native", "redpanda"),
        27017: ("mongo", "mongodb", "mongodb-community-server", "ferretdb"),
        11211: ("memcached",),
        4222: ("nats", "nats-streaming"),
        1025: ("mailhog", "mailpit", "maildev", "mailcatcher", "inbucket"),
        25: ("smtp", "postfix", "docker-postfix", "fake-smtp-server"),
        1433: ("mssql", "server", "azure-sql-edge"),
        1521: ("oracle-xe", "oracle-free"),
        9042: ("cassandra", "scylla"),
        2181: ("zookeeper", "cp-zookeeper"),
        61616: ("activemq", "activemq-artemis", "artemis"),
        6650: ("pulsar",),
        7687: ("neo4j",),
        7233: ("temporal", "auto-setup", "temporal-server"),
        1883: ("mosquitto", "eclipse-mosquitto", "emqx", "hivemq-ce"),
        389: ("openldap",),
        19530: ("milvus",),
    },
    HTTP.name: {
        9200: ("elasticsearch", "opensearch"),
        9000: ("minio",),
        4566: ("localstack", "localstack-pro"),
        4569: ("fakes3",),
        9324: ("elasticmq", "elasticmq-native"),
        8000: ("dynamodb-local", "chroma"),
        8123: ("clickhouse", "clickhouse-server"),
        8086: ("influxdb",),
        5984: ("couchdb",),
        7700: ("meilisearch",),
        8108: ("typesense",),
        6333: ("qdrant",),
        8983: ("solr",),
        8200: ("vault",),
        8500: ("consul",),
        2379: ("etcd",),
        8080: ("weaviate", "keycloak", "wiremock", "hasura", "graphql-engine"),
        1080: ("mockserver",),
        10000: ("azurite",),
        8081: ("schema-registry", "cp-schema-registry"),
        12111: ("stripe-mock",),
        4443: ("fake-gcs-server",),
        3000: ("gotenberg",),
        4444: ("standalone-chrome", "standalone-chromium", "standalone-firefox"),
    },
}  # fmt: skip
_KNOWN = {
    name: Image(protocol, port)
    for protocol, ports in _PORTS.items()
    for port, names in ports.items()
    for name in names
}
_FRONTS = frozenset(
    {"nginx", "nginx-unprivileged", "traefik", "caddy", "haproxy", "envoy", "varnish", "kong",
     "nginx-proxy", "swag", "certbot", "acme-companion", "openresty", "cloudflared"}
)  # fmt: skip
"""What stands in front of a service, and is neither tested nor called by it."""
_TOOLS = frozenset(
    {"adminer", "pgadmin4", "phpmyadmin", "redis-commander", "redisinsight", "mongo-express",
     "kafka-ui", "kafdrop", "grafana", "prometheus", "jaeger", "all-in-one", "loki", "promtail",
     "portainer", "portainer-ce", "watchtower", "node-exporter", "cadvisor", "kibana",
     "opensearch-dashboards", "cloudbeaver", "otel-collector", "opentelemetry-collector",
     "opentelemetry-collector-contrib", "zipkin", "tempo", "akhq", "dozzle", "mc", "busybox",
     "alpine", "autoheal", "console"}
)  # fmt: skip
"""What people look at services with, or what runs once."""


def known_image(image: str) -> Image | None:
    """Return what a service of this image is to others; None where it is not known.

    Registries, owners, tags and digests are left out: `ghcr.io/x/postgres:16@sha256:…` is postgres.
    """
    name = _name(image)
    if name == "server" and "mssql" not in image:
        return None
    return _KNOWN.get(name)


def is_front(image: str) -> bool:
    """Return whether it is a proxy in front of others."""
    return _name(image) in _FRONTS


def is_tool(image: str) -> bool:
    """Return whether it is something for people beside the system."""
    return _name(image) in _TOOLS


def is_small(image: str) -> bool:
    """Return whether it is what other images are built on."""
    return _name(image) in {"alpine", "busybox"}


def _name(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
