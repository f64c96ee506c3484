"""Every setting comes from its environment variable, and a wrong one is one clear line."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig, explain

Kind = type[ConnectionConfig] | type[CircuitBreakerConfig]

DEFAULTS: dict[Kind, dict[str, object]] = {
    ConnectionConfig: {
        "CATALOG_URL": "http://127.0.0.1:8001",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "HTTP_POOL_SIZE": 100,
        "HTTP_KEEPALIVE_TIMEOUT": 30,
        "HTTP_CONNECTION_TIMEOUT": 5,
        "HTTP_REQUEST_TIMEOUT": 1,
        "REDIS_POOL_SIZE": 50,
        "REDIS_TIMEOUT": 1,
        "ENABLE_CONNECTION_REUSE": True,
        "CACHE_TTL": 60,
        "CACHE_STALE_IF_ERROR": 300,
    },
    CircuitBreakerConfig: {
        "FAILURE_THRESHOLD": 3,
        "RECOVERY_TIMEOUT": 30,
        "HALF_OPEN_REQUESTS": 2,
        "MONITOR_WINDOW": 60,
    },
}

CHANGES: list[tuple[Kind, str, str, object]] = [
    (ConnectionConfig, "CATALOG_URL", "https://catalog:8443", "https://catalog:8443"),
    (ConnectionConfig, "REDIS_URL", "rediss://cache:6380/1", "rediss://cache:6380/1"),
    (ConnectionConfig, "HTTP_POOL_SIZE", "7", 7),
    (ConnectionConfig, "HTTP_KEEPALIVE_TIMEOUT", "2.5", 2.5),
    (ConnectionConfig, "HTTP_CONNECTION_TIMEOUT", "0.5", 0.5),
    (ConnectionConfig, "HTTP_REQUEST_TIMEOUT", "0.25", 0.25),
    (ConnectionConfig, "REDIS_POOL_SIZE", "3", 3),
    (ConnectionConfig, "REDIS_TIMEOUT", "0.1", 0.1),
    (ConnectionConfig, "ENABLE_CONNECTION_REUSE", "false", False),
    (ConnectionConfig, "CACHE_TTL", "0", 0),
    (ConnectionConfig, "CACHE_STALE_IF_ERROR", "10", 10),
    (CircuitBreakerConfig, "FAILURE_THRESHOLD", "5", 5),
    (CircuitBreakerConfig, "RECOVERY_TIMEOUT", "1.5", 1.5),
    (CircuitBreakerConfig, "HALF_OPEN_REQUESTS", "1", 1),
    (CircuitBreakerConfig, "MONITOR_WINDOW", "10", 10),
]

WRONG: list[tuple[Kind, str, str]] = [
    (ConnectionConfig, "CATALOG_URL", "ftp://catalog"),
    (ConnectionConfig, "CATALOG_URL", "http://catalog/path"),
    (ConnectionConfig, "REDIS_URL", "127.0.0.1:6379"),
    (ConnectionConfig, "HTTP_POOL_SIZE", "0"),
    (ConnectionConfig, "HTTP_POOL_SIZE", "many"),
    (ConnectionConfig, "HTTP_KEEPALIVE_TIMEOUT", "0"),
    (ConnectionConfig, "HTTP_CONNECTION_TIMEOUT", "-1"),
    (ConnectionConfig, "HTTP_REQUEST_TIMEOUT", "inf"),
    (ConnectionConfig, "REDIS_POOL_SIZE", "1.5"),
    (ConnectionConfig, "REDIS_TIMEOUT", "nan"),
    (ConnectionConfig, "ENABLE_CONNECTION_REUSE", "perhaps"),
    (ConnectionConfig, "CACHE_TTL", "-1"),
    (ConnectionConfig, "CACHE_STALE_IF_ERROR", "-0.1"),
    (CircuitBreakerConfig, "FAILURE_THRESHOLD", "0"),
    (CircuitBreakerConfig, "RECOVERY_TIMEOUT", "0"),
    (CircuitBreakerConfig, "HALF_OPEN_REQUESTS", "0"),
    (CircuitBreakerConfig, "MONITOR_WINDOW", ""),
]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variables in DEFAULTS.values():
        for variable in variables:
            monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize("kind", DEFAULTS)
def test_the_defaults_are_the_documented_ones(kind: Kind) -> None:
    found = {name.upper(): value for name, value in kind().model_dump().items()}
    assert found == DEFAULTS[kind]


def test_every_setting_is_changed_and_refused_here() -> None:
    known = {variable for variables in DEFAULTS.values() for variable in variables}
    assert {variable for _, variable, _, _ in CHANGES} == known
    assert {variable for _, variable, _ in WRONG} == known


@pytest.mark.parametrize(("kind", "variable", "text", "expected"), CHANGES)
def test_a_setting_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, kind: Kind, variable: str, text: str, expected: object
) -> None:
    monkeypatch.setenv(variable, text)
    assert getattr(kind(), variable.lower()) == expected


@pytest.mark.parametrize(("kind", "variable", "text"), WRONG)
def test_a_wrong_value_is_one_line_that_names_the_variable_and_the_value(
    monkeypatch: pytest.MonkeyPatch, kind: Kind, variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(ValidationError) as caught:
        kind()
    (line,) = explain(caught.value).splitlines()
    assert line.startswith(f"environment variable {variable}={text!r}: ")


def test_the_program_ends_with_status_2_and_that_line_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAILURE_THRESHOLD", "three")
    done = subprocess.run(
        [sys.executable, "-m", "windtunnel_sample", "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("windtunnel_sample: environment variable FAILURE_THRESHOLD='three': ")
    assert done.stdout == ""
