"""The schema is current, the limits reach the criteria, and settings that clash are refused."""

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.configuration.mutations import GOOD
from windtunnel.address import Address
from windtunnel.backends.choice import choose
from windtunnel.configuration import Criteria, parse, schema, topology
from windtunnel.configuration.placeholders import variables
from windtunnel.configuration.setting_types import Strict
from windtunnel.errors import ConfigurationError
from windtunnel.records import Limits


def changed(**settings: object) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **settings}


def test_the_published_schema_is_current() -> None:
    assert schema.PUBLISHED.read_text() == schema.text(), (
        "write it anew: windtunnel config --schema > harness/windtunnel/configuration/schema.json"
    )


def test_every_setting_is_described() -> None:
    for model in Strict.__subclasses__():
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"


def test_the_limits_are_those_of_the_criteria_by_default() -> None:
    assert Limits(**Criteria().model_dump()) == Limits()


def test_the_target_is_told_by_variables_of_its_own_and_of_each_dependency() -> None:
    table = changed(environment={"ALL": "{prices.address} {redis.port} {files} {port} {other}"})
    proxies = {"prices": Address("h", 1), "redis": Address("h", 2)}
    configuration = parse(table, "x")
    own = topology.program(configuration, "target")
    assert variables(configuration, own, proxies, {"files": "/f"}) == {
        "ALL": "h:1 2 /f {port} {other}",
        "PRICES_URL": "http://h:1",
        "REDIS": "h",
    }


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (changed(command=[]), "missing key 'command': how the target starts"),
        (changed(address="h:1"), "command = ['run', '{port}', '{files}/a.json']: expected none"),
        (changed(docker={"tap": "t"}), "missing key 'docker.toxiproxy'"),
        (changed(files={"a": {}}), "files.a = {}: expected either text or template"),
        (changed(environment={"A": "{prt}"}), "did you mean '{port}'?"),
        (changed(files={"a": {"text": "{pices.host}"}}), "did you mean '{prices.host}'?"),
        (
            changed(dependencies={"tap": {"endpoint": "/", "environment": {"A": "{port}"}}}),
            "expected another name",
        ),
        (
            changed(dependencies={"a": {"endpoint": "/", "environment": {"A": "http://b:80"}}}),
            "dependencies.a.environment = {'A': 'http://b:80'}: expected a variable that leads",
        ),
        (
            changed(dependencies={"a": {"endpoint": "/"}}),
            "missing key 'dependencies.a.environment': the target's variables that lead here",
        ),
        (
            changed(
                dependencies={
                    "a": {"endpoint": "/", "protocol": "redis", "record": ["json:id"], "listen": 7}
                }
            ),
            "expected none: only of HTTP requests fields are recorded",
        ),
        (
            changed(
                dependencies={
                    "a": {
                        "endpoint": "/",
                        "protocol": "http",
                        "record_in_clear": ["header:Idempotency-Key", "json:user.api_token"],
                        "listen": 7,
                    }
                }
            ),
            "expected no secret such as 'json:user.api_token', of which 'record' keeps a digest",
        ),
    ],
)
def test_settings_that_clash_are_refused_with_their_key(
    table: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(table, "x")
    assert message in str(caught.value)


def test_a_running_target_needs_proxies_at_ports_that_it_was_told() -> None:
    table = changed(address="127.0.0.1:8000")
    del table["command"]
    table["dependencies"]["redis"]["listen"] = 9001
    with pytest.raises(ConfigurationError, match=r"missing key 'dependencies\.prices\.listen'"):
        parse(table, "x")
    table["dependencies"]["prices"]["listen"] = 9002
    assert parse(table, "x").address == "127.0.0.1:8000"


def test_a_backend_that_cannot_start_what_is_configured_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="backend=docker: starts a service of a compose"):
        choose("docker", parse(changed(), "x"))
    alone = parse(changed(command=[], service="web", backend="auto"), "x")
    with pytest.raises(ConfigurationError, match="embedded: starts a command; configured is"):
        choose("embedded", alone)
    assert choose(None, alone).name == "docker"


def test_the_configured_backend_is_taken_where_none_is_asked_for(tmp_path: Path) -> None:
    assert choose(None, parse(changed(), "x")).name == "embedded"
    with pytest.raises(ConfigurationError, match="no such backend; did you mean 'docker'"):
        choose(None, parse(changed(backend="dokcer"), "x"))
