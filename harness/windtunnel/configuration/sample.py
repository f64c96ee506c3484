"""The sample target that comes with windtunnel: what is tested where nothing is configured."""

from windtunnel.configuration.models import Configuration, Dependency, Docker

SAMPLE = Configuration(
    command=("{python}", "-m", "windtunnel_sample", "--host", "{host}", "--port", "{port}"),
    service="target",
    endpoints=("/api/agents", "/api/workflows", "/api/metrics", "/api/health"),
    dependencies={
        "catalog": Dependency(
            protocol="http",
            command=(
                "{python}",
                "-m",
                "windtunnel_sample.catalog",
                "--host",
                "{host}",
                "--port",
                "{port}",
            ),
            environment={"CATALOG_URL": "http://{address}"},
            endpoint="/api/agents",
        ),
        "redis": Dependency(
            protocol="redis",
            environment={"REDIS_URL": "redis://{address}/0"},
            endpoint="/api/workflows",
        ),
    },
    docker=Docker(compose_file="docker-compose.yml", tap="tap", toxiproxy="toxiproxy"),
)
