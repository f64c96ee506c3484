"""A project's compose files are read as Compose reads them, and what is not read is said."""

from pathlib import Path

import pytest

from windtunnel.discovery.compose_documents import ComposeDocuments, compose_documents
from windtunnel.discovery.compose_services import Published
from windtunnel.discovery.inspection import look

CACHE = "  cache:\n    image: redis:7-alpine\n"


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def documents(folder: Path, chosen: str = "") -> ComposeDocuments:
    found = compose_documents(folder, chosen)
    assert found is not None
    return found


def test_variables_come_from_env_files_below_those_of_the_service(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        compose_yaml="services:\n  web:\n    env_file: [a.env, {path: sub/b.env}]\n"
        "    environment: {B: own}\n",
        a_env="A=1\nB=2\n# C=3\nD='x # y'\nE=z # said\n",
        sub__b_env="export A=4\n",
    )
    found = documents(folder)
    assert found.services["web"].environment == {"A": "4", "B": "own", "D": "x # y", "E": "z"}
    assert found.unread == []


def test_an_override_adds_replaces_and_resets(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        compose_yml="services:\n  web:\n    environment: [A=1, B=2]\n    ports: ['1:1']\n"
        "    expose: ['5']\n    command: [old, x]\n    depends_on: [cache]\n" + CACHE,
        compose_override_yml="services:\n  web:\n    environment: {B: 3, C: null}\n"
        "    ports: !override ['2:2']\n    expose: !reset []\n    command: [new]\n"
        "    depends_on: {db: {condition: service_started}}\n",
    )
    web = documents(folder).services["web"]
    assert web.environment == {"A": "1", "B": "3", "C": ""}
    assert (web.ports, web.command) == ((Published(2, 2),), "new")
    assert web.needed == ("cache", "db")


def test_includes_and_extends_are_followed(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        compose_yaml="include:\n  - infra/one.yaml\n  - path: [two.yaml]\nservices:\n  web:\n"
        "    extends: {service: base, file: infra/base.yaml}\n    environment: {B: 2}\n",
        infra__one_yaml=f"services:\n{CACHE}",
        two_yaml="services:\n  db:\n    image: postgres\n",
        infra__base_yaml="services:\n  base:\n    build: .\n    environment: {A: 1, B: 1}\n",
    )
    found = documents(folder)
    assert set(found.services) == {"web", "cache", "db"}
    assert found.services["web"].environment == {"A": "1", "B": "2"}
    assert found.services["web"].context == "infra"


def test_names_are_filled_in_from_the_env_file_or_their_defaults(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        _env="HOST=cache\nEMPTY=\n",
        compose_yaml="services:\n  web:\n    environment:\n      A: ${HOST}:${PORT:-6379}\n"
        "      B: $HOST/${EMPTY:-d}/${HOST:+set}${NONE:+x}\n      C: $$HOST\n",
    )
    given = documents(folder).services["web"].environment
    assert given == {"A": "cache:6379", "B": "cache/d/set", "C": "$HOST"}


def test_the_files_that_are_chosen_are_read_instead(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        compose_yaml="services: {a: {image: x}}",
        one_yaml="services: {b: {image: x}}",
        two_yaml="services: {c: {image: y}}",
    )
    assert set(documents(folder, "one.yaml:two.yaml").services) == {"b", "c"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("include: [../outside.yaml]\nservices: {}", "outside.yaml: no readable text"),
        ("include: ['https://x.example/a.yaml']\nservices: {}", "include https://x.example"),
        ("include: [compose.yaml]\nservices: {}", "include compose.yaml"),
        ("services: {web: {extends: nobody}}", "extends 'nobody': no such service"),
        ("services: {web: {env_file: none.env}}", "none.env: no readable text"),
        ("services: [", "compose.yaml:1: "),
        ("services: 5", "no table of services"),
        ("- a", "no table of services"),
        ("services: " + "[" * 60_000, "nested more than 100 deep"),
    ],
)
def test_what_is_not_read_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    found = documents(written(tmp_path, compose_yaml=text))
    assert any(said in each for each in found.unread), found.unread


def test_files_that_include_one_another_come_to_an_end(tmp_path: Path) -> None:
    many = "include: [" + ", ".join(["compose.yaml"] * 50) + "]\nservices: {}"
    assert documents(written(tmp_path, compose_yaml=many)).unread
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n"
        for a, b in zip("abcdefghij", "bcdefghijk", strict=True)
    )
    tables = "A: &A {x: y}\n" + "".join(
        f"{b}: &{b} {{{', '.join(f'{n}: *{a}' for n in range(9))}}}\n"
        for a, b in zip("ABCDEFGHIJ", "BCDEFGHIJK", strict=True)
    )
    web = (
        "environment: {A: *k, B: *K}, env_file: *k, extends: *k, labels: *K, deploy: *K, ports: *k"
    )
    text = f"{bomb}{tables}services: {{web: {{{web}}}}}"
    found = documents(written(tmp_path, compose_yaml=text))
    assert found.services["web"].environment == {}


def test_a_dependency_keeps_its_service_and_database_though_the_source_names_it_too(
    tmp_path: Path,
) -> None:
    folder = written(
        tmp_path,
        app_py='import os\nos.environ["REDIS_URL"]\n',
        compose_yaml="services:\n  web:\n    build: .\n    depends_on: [cache, mail]\n"
        f"    environment: {{REDIS_URL: redis://cache:6379/2}}\n{CACHE}"
        "  mail:\n    image: mailhog\n",
    )
    found = look(folder)
    cache, mail = found.dependencies
    assert (cache.service, cache.environment) == ("cache", {"REDIS_URL": "redis://{address}/2"})
    # No variable leads to it; in containers its name does.
    assert (mail.service, mail.protocol, mail.port, mail.environment) == ("mail", "tcp", 1025, {})
    assert mail.place == "compose.yaml:8"
