"""Programs in the configuration: who is driven, who calls whom, who starts first; and mistakes."""

import copy
from typing import Any

import pytest

from windtunnel.configuration import Configuration, parse, topology
from windtunnel.configuration.struck_edges import struck_edges
from windtunnel.errors import ConfigurationError
from windtunnel_faults import Kill, Latency

CHAIN: dict[str, Any] = {
    "endpoints": ["/"],
    "programs": {
        "web": {
            "command": ["web", "{port}"],
            "ready": {"http": "/up"},
            "environment": {"BOOKINGS": "http://{bookings.address}", "M": "{movies.address}"},
        },
        "bookings": {
            "command": ["bookings", "{port}"],
            "environment": {"MOVIES": "http://{movies.address}"},
        },
        "mailer": {"command": ["mailer"], "ready": {"log": "up"}},
    },
    "dependencies": {
        "movies": {"protocol": "http", "upstream": "127.0.0.1:1", "endpoint": "/"},
    },
}


def made(**changes: object) -> Configuration:
    """Return the chain with settings changed, each named as "programs__web__port"."""
    table = copy.deepcopy(CHAIN)
    for name, value in changes.items():
        *path, last = name.split("__")
        inside = table
        for part in path:
            inside = inside.setdefault(part, {})
        inside[last] = value
    return parse(table, "windtunnel.toml")


def test_the_only_program_that_is_ready_by_http_is_driven() -> None:
    configuration = made()
    assert configuration.target == "web"
    assert configuration.command == ("web", "{port}")
    assert configuration.health == "/up"


def test_who_calls_whom_follows_from_the_variables() -> None:
    assert topology.edges(made()) == ("movies", "bookings", "movies@bookings")
    assert [each.caller for each in topology.edges(made())] == ["", "", "bookings"]


def test_variables_of_a_dependency_are_for_each_program_that_has_not_said_what_it_calls() -> None:
    changed = made(
        dependencies__movies__environment={"URL": "{address}"}, programs__mailer__calls=[]
    )
    assert "movies@mailer" not in topology.edges(changed)
    everyone = made(dependencies__movies__environment={"URL": "{address}"})
    assert "movies@mailer" in topology.edges(everyone)


def test_one_program_calls_each_dependency_as_before() -> None:
    table = {
        "command": ["x"],
        "endpoints": ["/"],
        "dependencies": {
            name: {"environment": {name.upper(): "{address}"}, "endpoint": "/"}
            for name in ("one", "target")
        },
    }
    assert topology.edges(parse(table, "x")) == ("one", "target")


def test_programs_start_after_those_that_they_call_and_a_circle_starts_too() -> None:
    changed = made(
        programs__mailer__environment={"B": "{bookings.address}"},
        programs__bookings__environment={"M": "{movies.address}", "W": "{web.address}"},
    )
    assert topology.others(changed) == ("bookings", "mailer")
    circle = made(
        programs__mailer__environment={"B": "{bookings.address}"},
        programs__mailer__port=4,
        programs__bookings__environment={"M": "{movies.address}", "X": "{mailer.address}"},
    )
    assert set(topology.others(circle)) == {"bookings", "mailer"}


def test_a_fault_strikes_the_edges_of_its_caller_or_all() -> None:
    configuration = made()
    assert struck_edges(configuration, Latency("movies", 1)) == ("movies", "movies@bookings")
    assert struck_edges(configuration, Latency("movies", 1, caller="web")) == ("movies",)
    only = struck_edges(configuration, Latency("movies", 1, caller="bookings"))
    assert only == ("movies@bookings",)
    assert struck_edges(configuration, Latency("movies", 1, caller="mailer")) == ()
    assert struck_edges(configuration, Kill("mailer")) == ()


def test_without_a_caller_it_is_the_driven_programs_calls_or_the_only_ones() -> None:
    assert topology.edge(made(), "movies") == "movies"
    assert topology.edge(made(), "movies", "bookings") == "movies@bookings"
    assert topology.edge(made(), "movies@bookings") == "movies@bookings"
    apart = made(programs__web__environment={"B": "{bookings.address}"})
    assert topology.edge(apart, "movies") == "movies@bookings"
    two = made(
        programs__web__environment={"B": "{bookings.address}"},
        programs__mailer__environment={"M": "{movies.address}"},
    )
    with pytest.raises(ConfigurationError, match=r"called by bookings and mailer.* say whose"):
        topology.edge(two, "movies")


WORKER: dict[str, object] = {
    "programs": {"worker": {"command": ["w"], "ready": {"log": "ready"}}},
    "dependencies": {"queue": {"protocol": "redis", "environment": {"QUEUE": "{address}"}}},
}


def test_a_system_that_gets_no_requests_has_no_endpoints() -> None:
    worker = topology.with_target(parse(WORKER, "x"))
    assert worker.target == "worker"
    assert not topology.gets_requests(worker)
    with pytest.raises(ConfigurationError, match="http: this program gets the requests"):
        parse(WORKER | {"endpoints": ["/a"], "target": "worker"}, "x")


def test_what_gets_requests_has_endpoints_and_so_have_its_dependencies() -> None:
    queue = {"queue": {"protocol": "redis", "environment": {"QUEUE": "{address}"}}}
    with pytest.raises(ConfigurationError, match="missing key 'endpoints': the endpoints that"):
        parse({"command": ["x"], "dependencies": queue}, "x")
    with pytest.raises(ConfigurationError, match=r"endpoints = \[\]: expected one at least of the"):
        parse({"command": ["x"], "endpoints": []}, "x")
    with pytest.raises(ConfigurationError, match=r"missing key 'dependencies\.queue\.endpoint'"):
        parse({"command": ["x"], "endpoints": ["/a"], "dependencies": queue}, "x")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"target": "wep"}, r"target = 'wep': expected .*did you mean 'web'"),
        ({"programs__web__ready": {"tcp": True}}, "missing key 'target': the program that gets"),
        ({"programs__web__calls": ["bokings"]}, r"calls\.0 = 'bokings'.*did you mean 'bookings'"),
        ({"programs__web__calls": ["bookings"]}, "'movies' among them: its variables name it"),
        ({"programs__mailer__calls": ["mailer"]}, "another program: none reaches itself"),
        ({"programs__mailer__calls": ["movies"]}, r"a variable of 'mailer' leads to.*movies\.addr"),
        ({"programs__movies": {"command": ["x"]}}, "another name: a dependency has this one"),
        ({"programs__tap": {"command": ["x"]}}, "another name: a part of windtunnel"),
        ({"programs__mailer__command": []}, r"missing key 'programs\.mailer\.command'"),
        ({"programs__mailer__ready": {}}, "one of http, tcp, log, command and"),
        ({"programs__mailer__ready": {"log": "a", "grpc": ""}}, "one of http, tcp, log, command"),
        ({"target": "mailer"}, "http: this program gets the requests"),
        ({"programs__bookings__command": ["b"]}, r"missing key 'programs\.bookings\.port': a port"),
        ({"command": ["x"], "target": "web"}, "another name, or no 'command' and 'service'"),
        ({"address": "127.0.0.1:1"}, "programs = .*none beside 'address'"),
        ({"programs__web__environment": {"B": "{bokings.address}"}}, "did you mean '{bookings.ad"),
        ({"programs__web__comand": ["x"]}, r"unknown key 'programs\.web\.comand'; did you mean"),
    ],
)
def test_a_mistake_names_its_place(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        made(**changes)
