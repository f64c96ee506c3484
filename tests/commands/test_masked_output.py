"""What commands print and write has no planted secret."""

import json
from pathlib import Path

import pytest

from windtunnel.cli import main
from windtunnel.history import store
from windtunnel.history.entry import SCHEMA, Entry, Figure
from windtunnel.outgoing.clean_records import clean
from windtunnel.outgoing.masking import Masking

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


LOGGING = f"""
command = ["{{python}}", "-c", "import os; print('has', os.environ['API_KEY'], '\\u001b]0;t')"]
endpoints = ["/x?token={MARK}-2"]
environment = {{ API_KEY = "{MARK}-3" }}
[dependencies.prices]
upstream = "127.0.0.1:1"
endpoint = "/x?token={MARK}-2"
environment = {{ PRICES = "http://{{address}}" }}
"""


def test_the_log_of_a_target_that_ends_is_shown_without_what_it_was_given(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "windtunnel.toml").write_text(LOGGING)
    assert main(["breaker", "--env", f"API_KEY={MARK}-5", "--backend=embedded", "-v"]) == 1
    printed = "".join(capsys.readouterr())
    assert "has ***" in printed
    assert MARK not in printed
    assert "\x1b]" not in printed


def test_a_history_is_written_without_secrets_and_read_as_before(tmp_path: Path) -> None:
    figure = Figure(
        endpoint=f"/x?api_key={MARK}", name="p50", unit="s", base=1.0, head=1.0, ruling="PASS"
    )
    entry = Entry(
        schema=SCHEMA,
        at="2026-01-01T00:00:00+00:00",
        commit="",
        head=f"http://u:{MARK}@h:1",
        base="b",
        fingerprint="f",
        machine="m",
        under=f"API_KEY={MARK}",
        seed=1,
        figures=(figure,),
    )
    store.append("kept", clean(entry, Masking()), tmp_path)
    assert MARK not in (tmp_path / "kept").read_text()
    (read,) = store.read("kept", tmp_path)
    assert (read.seed, read.figures[0].endpoint) == (1, "/x?api_key=***")
