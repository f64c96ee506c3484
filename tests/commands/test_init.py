"""`windtunnel init` writes once, says what it saw, and overwrites nothing unasked."""

from pathlib import Path

import pytest

from windtunnel import extras
from windtunnel.cli import main
from windtunnel.configuration import load


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "server.js").write_text("fetch(process.env.STOCK_URL)\napp.get('/stock', stock)\n")
    (tmp_path / "package.json").write_text('{"main": "server.js"}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_a_configuration_and_says_what_it_saw(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"]) == 0
    said = capsys.readouterr().out
    assert "found    dependency stock, http, by STOCK_URL (server.js:1)" in said
    assert "fill in  where stock runs" in said
    assert "guessed  health /stock" in said
    assert load(project).command == ("node", "server.js")


def test_it_overwrites_only_when_forced(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "windtunnel.toml"
    file.write_text("# mine\n")
    assert main(["init"]) == 1
    assert "windtunnel.toml is there already" in capsys.readouterr().err
    assert file.read_text() == "# mine\n"
    assert main(["init", "--force"]) == 0
    assert "STOCK_URL" in file.read_text()


def test_a_table_in_pyproject_is_a_configuration_too(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text("[tool.windtunnel]\n")
    assert main(["init"]) == 1
    assert "pyproject.toml [tool.windtunnel] is there already" in capsys.readouterr().err


def test_a_dry_run_prints_the_file_and_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "windtunnel.toml").write_text("# mine\n")
    assert main(["init", "--dry-run"]) == 0
    printed, said = capsys.readouterr()
    assert printed.startswith("# How windtunnel starts this service")
    assert "found    dependency stock" in said
    assert (project / "windtunnel.toml").read_text() == "# mine\n"


def test_the_sample_is_written_where_it_is_asked_for(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--sample"]) == 0
    assert "needs more packages" not in capsys.readouterr().out
    assert load(project).command[:3] == ("{python}", "-m", "windtunnel_sample")


@pytest.mark.parametrize(
    ("programs", "extras_named"), [([], "sample,fakeredis"), (["redis-server"], "sample")]
)
def test_it_says_which_extras_the_sample_needs(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    programs: list[str],
    extras_named: str,
) -> None:
    for name in programs:
        (project / name).write_text("#!/bin/sh\n")
        (project / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(project))
    monkeypatch.setattr(extras, "_is_installed", lambda name: name not in {"fastapi", "fakeredis"})
    assert main(["init", "--sample"]) == 0
    assert f"pip install 'windtunnel[{extras_named}]'" in capsys.readouterr().out


@pytest.mark.parametrize(
    "compose",
    [
        "services: {web: {build: ., environment: {'PRICES URL/1.1': 'http://prices:80'}}}",
        'services: {web: {build: ., environment: {"A\\x7f\\nB_URL": "http://prices:80"}}}',
        'services: {web: {build: .}, "a.b\\"c\\nd": {image: redis}}',
        "services: {web: " + "{a: " * 5000,
        "services: {web: {build: 2020-99-99}}",
    ],
    ids=["no name", "controls", "quotes", "too deep", "no date"],
)
def test_what_a_compose_file_holds_is_written_or_left_out(
    compose: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its names became keys of TOML as they were, and a deep one ended in a traceback."""
    (project / "compose.yaml").write_text(compose)
    status = main(["init"])
    said = "".join(capsys.readouterr())
    assert len(said) < 2000
    assert "Traceback" not in said
    if status == 0:
        load(project)
