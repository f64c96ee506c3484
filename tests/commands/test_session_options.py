"""Commands that start a stack take the same options, and read them alike."""

from pathlib import Path

import pytest

from tests.sample import configure
from windtunnel.cli import main

STARTING = {
    "breaker": (),
    "breaking-point": ("latency", "catalog", "--criterion", "p99<1s"),
    "compare": ("HEAD",),
    "up": ("--port=0",),
}
"""Each with the arguments that it needs besides."""


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with the sample's configuration."""
    configure(tmp_path)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", STARTING)
def test_each_offers_them_all(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    printed = capsys.readouterr().out
    assert [
        o for o in ("backend", "config", "setting", "env", "seed") if f"--{o} " not in printed
    ] == []


@pytest.mark.parametrize("command", STARTING)
@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--backend=dokcer", (1, "--backend=dokcer: no such backend; did you mean 'docker'?")),
        ("--setting=criteria.eror_rate=1", (1, "did you mean 'criteria.error_rate'?")),
        (
            "--setting=backend=dokcer",
            (1, "--setting=backend=dokcer: backend=dokcer: no such backend; did you mean"),
        ),
        ("--config=none.toml", (1, "none.toml")),
        ("--env=CACHE_TTL", (2, "Invalid value for '--env': 'CACHE_TTL': expected NAME=VALUE")),
        ("--seed=-1", (2, "--seed")),
    ],
)
def test_each_refuses_a_wrong_one_alike(
    command: str,
    option: str,
    said: tuple[int, str],
    capsys: pytest.CaptureFixture[str],
    elsewhere: None,
) -> None:
    status, message = said
    assert main([command, *STARTING[command], option]) == status
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    "option",
    ["--env=A=1", "--backend=local", "--fault=outage catalog", "--same-python", "--install=true"],
)
def test_services_that_run_already_take_nothing_that_would_change_them(
    option: str, capsys: pytest.CaptureFixture[str], elsewhere: None
) -> None:
    """What is accepted and has no effect would make a verdict lie about its conditions."""
    urls = ("--base-url=http://127.0.0.1:1", "--head-url=http://127.0.0.1:1")
    assert main(["compare", *urls, option]) == 1
    name = option.split("=", maxsplit=1)[0]
    assert f"compare: {name} starts or changes what is compared" in capsys.readouterr().err


@pytest.mark.parametrize("command", [*STARTING, "doctor", "config"])
def test_each_says_at_once_that_nothing_is_configured(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([command, *STARTING.get(command, ())]) == 1
    printed = "".join(capsys.readouterr())
    assert f"{tmp_path}: no windtunnel.toml and no [tool.windtunnel]" in printed
    assert "`windtunnel init`" in printed
