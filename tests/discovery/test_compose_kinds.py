"""Ten kinds of compose files, as public projects have them: every dependency is found, or named."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from windtunnel.configuration import load
from windtunnel.discovery import compose, look, written
from windtunnel.discovery.compose_config import ask_compose
from windtunnel.discovery.compose_documents import compose_documents

FOLDER = Path(__file__).with_name("compose_kinds")
Places = Mapping[str, tuple[str, str, int]]


@dataclass(frozen=True)
class Kind:
    """What must come out: of each dependency its service, protocol and port (0: the usual one)."""

    service: str
    dependencies: Places
    said: tuple[str, ...] = ()
    health: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that lead to dependencies, some of them."""


KINDS = {
    # A command is known as well, and commented out: no variable leads it to redis.
    "counter": Kind("web", {"redis": ("redis", "redis", 0)}),
    "proxied": Kind("backend", {"mongo": ("mongo", "tcp", 27017)}),
    "blog": Kind("wordpress", {"wordpress_db": ("db", "tcp", 3306)}),
    "forge": Kind(
        "server",
        {"database": ("db", "postgresql", 0), "cache": ("store", "redis", 0),
         "mailer_smtp": ("", "tcp", 0)},
        health="/api/healthz",
        environment={"GITEA__cache__HOST": "redis://{address}/0?pool_size=100"},
    ),
    "cloud": Kind(
        "app",
        {"mysql": ("db", "tcp", 3306), "redis": ("redis", "redis", 0), "smtp": ("mail", "tcp", 25)},
    ),
    "social": Kind(
        "web",
        {"db": ("db", "postgresql", 0), "redis": ("redis", "redis", 0), "es": ("es", "http", 9200)},
        health="/health",
    ),
    "pipelines": Kind(
        "airflow-apiserver",
        {"postgres": ("postgres", "postgresql", 0), "celery_broker": ("redis", "redis", 0)},
        health="/api/v2/version",
        environment={"AIRFLOW__CELERY__RESULT_BACKEND": "db+postgresql://airflow:airflow@{address}/airflow"},
    ),
    "errors": Kind(
        "web",
        {
            "clickhouse": ("clickhouse", "http", 8123),
            "kafka": ("kafka", "tcp", 9092),
            "memcached": ("memcached", "tcp", 11211),
            "postgres": ("postgres", "postgresql", 0),
            "redis": ("redis", "redis", 0),
            "snuba": ("snuba-api", "http", 1218),
        },
        ("how web reaches smtp (docker-compose.yml:",),
    ),
    "shop": Kind(
        "web",
        {
            "database": ("postgres", "postgresql", 0),
            "celery_broker": ("broker", "tcp", 5672),
            "email": ("mailpit", "tcp", 1025),
            "aws_s3": ("s3", "http", 9000),
        },
        environment={"CELERY_BROKER_URL": "amqp://guest:guest@{address}//", "EMAIL_PORT": "{port}"},
    ),
    "events": Kind(
        "orders",
        {
            "spring_datasource": ("mysql", "tcp", 3306),
            "elasticsearch": ("search", "http", 9200),
            "payment": ("payment", "http", 8090),
            "queue": ("broker", "tcp", 4222),
            "spring_kafka": ("kafka", "tcp", 9092),
            "kafka2": ("kafka2", "tcp", 9092),
            "spring_data_redis": ("cache", "redis", 0),
        },
        health="/actuator/health",
        environment={"SPRING_DATASOURCE_URL": "jdbc:mysql://{address}/orders?useSSL=false"},
    ),
}  # fmt: skip


@pytest.fixture(params=["docker compose", "our reader"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "our reader":
        monkeypatch.setattr(compose, "ask_compose", lambda *_: None)
    return str(request.param)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    for name, text in files(FOLDER / f"{request.param}.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(request.param)


def files(path: Path) -> Iterator[tuple[str, str]]:
    for part in path.read_text().split("--- ")[1:]:
        if "\n" in part:
            name, _, text = part.partition("\n")
            yield name, text


def test_every_dependency_is_found_or_named(kind: str, tmp_path: Path, reader: str) -> None:
    if reader == "docker compose":
        skip_without_compose(tmp_path)
    expected = KINDS[kind]
    findings = look(tmp_path)
    assert findings.service is not None
    assert findings.service.value == expected.service
    found = {each.name: (each.service, each.protocol, each.port) for each in findings.dependencies}
    assert found == dict(expected.dependencies), findings.notes
    for said in expected.said:
        assert any(said in note for note in findings.notes), findings.notes
    if expected.health:
        assert findings.health.value == expected.health
    given = {k: v for each in findings.dependencies for k, v in each.environment.items()}
    assert given.items() >= expected.environment.items()
    (tmp_path / "windtunnel.toml").write_text(written(findings))
    assert set(load(tmp_path).dependencies) == set(expected.dependencies)


def test_our_reader_reads_what_compose_reads(kind: str, tmp_path: Path) -> None:
    skip_without_compose(tmp_path)
    documents = compose_documents(tmp_path)
    assert documents is not None
    answer = ask_compose(tmp_path, documents.names, documents.env_file)
    assert answer is not None
    if kind == "social":  # Compose refuses it: of an env file there is only an example.
        assert "env file" in answer.refusal
        assert any("was read instead" in each for each in documents.unread)
        return
    assert not answer.refusal
    assert documents.unread == []
    for name, service in answer.services.items():
        assert documents.services[name] == service
    assert set(documents.services) == set(answer.services)


def skip_without_compose(folder: Path) -> None:
    if refusal := refused(folder):
        pytest.skip(f"docker compose does not work here: {refusal}")


@cache
def _refused_once() -> list[str]:
    return []


def refused(folder: Path) -> str:
    """Return why compose cannot be asked here; it is tried once."""
    known = _refused_once()
    if not known:
        (folder / "probe").mkdir()
        (folder / "probe" / "compose.yaml").write_text("services: {a: {image: a}}")
        answer = ask_compose(folder / "probe", ["compose.yaml"])
        shutil.rmtree(folder / "probe")
        known.append("there is none" if answer is None else answer.refusal)
    return known[0]
