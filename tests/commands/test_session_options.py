"""Commands that start a stack take the same options, and read them alike."""

from pathlib import Path

import pytest

from harness.cli import main

STARTING = {
    "breaker": (),
    "breaking-point": ("latency", "catalog", "--criterion", "p99<1s"),
    "compare": ("HEAD",),
    "up": ("--port=0",),
}
"""Each with the arguments that it needs besides."""


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder without a configuration."""
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
        ("--env=CACHE_TTL", (1, "--env CACHE_TTL: expected NAME=VALUE")),
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
