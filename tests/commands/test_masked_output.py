"""What commands print and write has no planted secret."""

import json
from pathlib import Path

import pytest

from windtunnel.cli import main

MARK = "planted-secret"
CONFIGURATION = f"""
command = ["none", "--api-key={MARK}-1"]
endpoints = ["/x?token={MARK}-2"]
environment = {{ API_KEY = "{MARK}-3", BASE = "http://u:{MARK}-4@h/", LICENCE = "plain-{MARK}" }}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_config_masks_values_and_can_show_them(
    project: Path, capsys: pytest.CaptureFixture[str], form: tuple[str, ...]
) -> None:
    assert main(["--mask", "LICENCE", "config", *form]) == 0
    printed = capsys.readouterr().out
    assert MARK not in printed
    if form:
        assert json.loads(printed)["environment"]["value"]["API_KEY"] == "***"
    assert main(["--show-secrets", "config", *form]) == 0
    assert capsys.readouterr().out.count(MARK) == 5
    assert main(["config", "--setting", "show_secrets=true", *form]) == 0
    assert capsys.readouterr().out.count(MARK) == 5


def test_errors_of_commands_mask_values(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["load", f"http://user:{MARK}@127.0.0.1:1/?api_key={MARK}"]) == 1
    assert main(["load", f"http:/127.0.0.1:1/?api_key={MARK}"]) == 1
    assert main(["load", "http://127.0.0.1:1", "-H", f"X-Api-Key {MARK}"]) == 1
    assert main(["breaker", "--env", f"API_KEY={MARK}-5", "--backend", f"{MARK}-5"]) == 1
    assert MARK + "-5" not in capsys.readouterr().err


def test_a_command_prints_no_control_characters_of_others(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "windtunnel.toml").write_text('command = ["\\u001b]0;t\\u0007"]\nx = 1\n')
    assert main(["config"]) == 1
    assert main(["config", "--config", "no\x1b[2J\n::error::x"]) == 1
    printed = capsys.readouterr().err
    assert "\x1b" not in printed
    assert "\n::" not in printed
