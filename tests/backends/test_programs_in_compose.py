"""Programs of a compose file's copy: networks of their own, in which names lead to their taps."""

from pathlib import Path
from typing import Any

import pytest

from windtunnel.backends.docker import compose_rewrite, proxy_image
from windtunnel.backends.docker.compose_file import ComposeFile
from windtunnel.backends.docker.compose_layout import target_port
from windtunnel.backends.docker.dependency_routes import find_routes
from windtunnel.configuration import Configuration, parse
from windtunnel.errors import ConfigurationError

FILE = """
services:
  web: {image: a, expose: [8080], environment: {M: "http://movies:8080", DB: "db:5432"},
        depends_on: [movies, worker, db, mail]}
  movies: {image: a, expose: [8080], environment: {DB: "db:5432"}}
  worker: {image: a, environment: {DB: "db:5432"}, depends_on: [web, db, mail]}
  db: {image: b, expose: [5432]}
  mail: {image: c, expose: [25]}
"""


def configured(**changes: object) -> Configuration:
    table: dict[str, Any] = {
        "service": "web",
        "endpoints": ["/"],
        "calls": ["movies", "db"],
        "programs": {
            "movies": {"service": "movies", "protocol": "http", "calls": ["db"]},
            "worker": {"service": "worker", "calls": ["db"]},
        },
        "dependencies": {"db": {"protocol": "postgresql", "endpoint": "/"}},
        **changes,
    }
    return parse(table, "x")


def copied(configuration: Configuration) -> dict[str, Any]:
    compose_file = ComposeFile.read(FILE)
    return compose_rewrite.rewrite(
        compose_file,
        configuration,
        find_routes(compose_file, configuration),
        labels={"windtunnel.run": "r"},
        project="shop",
        proxy=proxy_image.service("an-image", None, 1),
        folder=Path("unused: no file needs a copy"),
    )


def networks(document: dict[str, Any], service: str) -> set[str]:
    return set(document["services"][service]["networks"])


def test_each_edge_has_a_route_of_its_own() -> None:
    configuration = configured()
    routes = find_routes(ComposeFile.read(FILE), configuration)
    assert set(routes) == {"movies", "db", "db@movies", "db@worker"}
    assert len({route.passage for route in routes.values()}) == 4
    assert len({routes[name].front for name in ("db", "db@movies", "db@worker")}) == 3


def test_programs_share_no_network_with_each_other_or_with_what_they_call() -> None:
    document = copied(configured())
    programs = ("web", "movies", "worker")
    for one in programs:
        for other in (*programs, "db"):
            if one != other:
                assert not networks(document, one) & networks(document, other), (one, other)


def test_the_tap_has_the_names_that_each_program_calls_in_its_own_network() -> None:
    document = copied(configured())
    taps = document["services"][compose_rewrite.TAP]["networks"]

    def known(program: str) -> set[str]:
        """Return the names by which a program reaches the tap."""
        shared = networks(document, program) & set(taps)
        return {name for network in shared for name in taps[network]["aliases"]}

    assert known("web") == {"movies", "db"}
    assert known("movies") == {"db"}
    assert known("worker") == {"db"}


def test_toxiproxy_meets_each_program_apart() -> None:
    document = copied(configured())
    proxy = networks(document, compose_rewrite.TOXIPROXY)
    for program in ("web", "movies", "worker"):
        assert networks(document, program) & proxy


def test_another_service_is_reached_by_each_program_in_a_network_of_its_own() -> None:
    document = copied(configured())
    for program in ("web", "movies", "worker"):
        assert networks(document, program) & networks(document, "mail")


def test_no_program_is_started_with_the_dependencies() -> None:
    configuration = configured()
    compose_file = ComposeFile.read(FILE)
    found = compose_rewrite.others(
        compose_file, configuration, find_routes(compose_file, configuration)
    )
    assert found == ["mail"]
    document = copied(configuration)
    for service in document["services"].values():
        assert not {"web", "movies", "worker"} & set(service.get("depends_on") or ())


def test_a_program_without_a_service_is_named() -> None:
    programs = {"movies": {"command": ["x", "{port}"]}}
    with pytest.raises(ConfigurationError, match=r"missing key 'programs\.movies\.service'.* web"):
        copied(configured(programs=programs, calls=["movies", "db"]))
    wrong = {"movies": {"service": "moveis"}}
    with pytest.raises(ConfigurationError, match=r"programs\.movies\.service = 'moveis'.*'movies'"):
        copied(configured(programs=wrong, calls=["movies", "db"]))


@pytest.mark.parametrize(
    ("ready", "port"), [({"log": "ready"}, 0), ({"command": ["./is-up"]}, 0), ({"tcp": True}, None)]
)
def test_a_driven_worker_listens_nowhere_unless_its_readiness_needs_it(
    ready: dict[str, object], port: int | None
) -> None:
    table: dict[str, Any] = {
        "target": "worker",
        "endpoints": [],
        "programs": {"worker": {"service": "worker", "ready": ready}},
        "dependencies": {"db": {"protocol": "postgresql"}},
    }
    configuration = parse(table, "x")
    if port is None:
        with pytest.raises(ConfigurationError, match=r"missing key 'docker\.target_port'"):
            target_port(ComposeFile.read(FILE), configuration)
    else:
        assert target_port(ComposeFile.read(FILE), configuration) == port
