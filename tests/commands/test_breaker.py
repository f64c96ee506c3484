"""`windtunnel breaker`: its table, its files, its exit statuses."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from windtunnel.cli import main
from windtunnel.commands.breaker import _prepares_what_runs_on
from windtunnel.configuration import parse

SAMPLE = (
    "breaker",
    "--backend",
    "embedded",
    "--env",
    "CACHE_TTL=0",
    "--env",
    "RECOVERY_TIMEOUT=0.5",
)


@pytest.mark.slow
@pytest.mark.busy
def test_a_breaker_that_keeps_its_promises_exits_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture, report = tmp_path / "run.svg", tmp_path / "run.json"
    status = main(
        [
            *(*SAMPLE, "--recovery", "0.5", "--failures", "http-500"),
            *("--only", "opens", "--only", "good-probes-close"),
            *("--svg", str(picture), "--json", str(report)),
        ]
    )
    shown = capsys.readouterr().out
    assert status == 0, shown
    assert "PASS         opens (http-500)\n" in shown
    assert "2 PASS, 0 FAIL, 0 INCONCLUSIVE" in shown
    assert picture.read_text().startswith("<svg")
    assert json.loads(report.read_text())["ruling"] == "PASS"


@pytest.mark.slow
@pytest.mark.busy
def test_a_broken_claim_exits_with_1_and_shows_the_timeline(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = main([*SAMPLE, "--threshold", "2", "--only", "opens", "--failures", "reset"])
    shown = capsys.readouterr().out
    assert status == 1, shown
    assert "FAIL         opens (reset)\n" in shown
    assert "█ open" in shown


def test_nothing_that_can_be_tested_exits_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    status = main([*SAMPLE, "--recovery", "0.5", "--only", "old-failures-expire"])
    shown = capsys.readouterr().out
    assert status == 3, shown
    assert "needs the window (--window)" in shown


def test_a_cache_before_the_breaker_is_one_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["breaker", "--backend", "embedded", "--recovery", "1", "--jobs", "1"]) == 1
    error = capsys.readouterr().err
    assert "of 5 requests reached catalog, expected all" in error
    assert "--env CACHE_TTL=0" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "opened"], "no property is named 'opened'; did you mean 'opens'?"),
        (["--threshold", "0"], "threshold = 0: expected a whole number from 1 to 100"),
        (["--svg", "no/such/folder/x.svg"], "expected a file in a folder that exists"),
        (["--deadline", "0"], "deadline = 0.0: expected seconds above 0"),
        (["--backend", "dokcer"], "--backend=dokcer: no such backend; did you mean 'docker'?"),
        (["--endpoint", "agents"], "endpoint 'agents': expected a path that starts with '/'"),
    ],
)
def test_a_wrong_argument_is_one_clear_error(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SAMPLE, *arguments]) == 1
    assert message in capsys.readouterr().err


def test_the_properties_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["breaker", "--list"]) == 0
    assert "kinds of failure: reset, refused, timeout" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("dependency", "prepare", "expected"),
    [
        ({"upstream": "127.0.0.1:9"}, {}, False),
        ({"upstream": "127.0.0.1:9", "fresh": "test"}, {}, True),
        ({"upstream": "127.0.0.1:9"}, {"test": ["x"]}, True),
        ({"fresh": "test"}, {"test": ["x"]}, False),
    ],
)
def test_stacks_share_no_server_that_each_would_empty(
    dependency: dict[str, str],
    prepare: dict[str, Any],
    expected: bool,  # noqa: FBT001 - what is expected
) -> None:
    led = {"endpoint": "/", "environment": {"A": "{address}"}, "protocol": "redis"}
    table = {"command": ["x"], "endpoints": ["/"], "prepare": prepare}
    settings = parse({**table, "dependencies": {"one": {**led, **dependency}}}, "x")
    stack: Any = SimpleNamespace(configuration=settings)
    assert _prepares_what_runs_on(stack) is expected
