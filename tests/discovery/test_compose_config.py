"""Compose is asked where it is there; it gets no secrets, starts nothing, and may fail."""

import stat
from pathlib import Path

import pytest

from windtunnel.discovery import compose_config
from windtunnel.discovery.compose_config import ask_compose
from windtunnel.discovery.inspection import look

FILE = "services:\n  web:\n    build: .\n    environment: {REDIS_URL: 'redis://cache/0'}\n"
CACHE = "  cache:\n    image: redis\n"


def docker(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Put a `docker` first on PATH, which notes how it is called."""
    programs = folder / "programs"
    programs.mkdir()
    program = programs / "docker"
    program.write_text(f'#!/bin/sh\necho "$@" >> {folder}/calls\nenv >> {folder}/given\n{script}')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    project = folder / "project"
    project.mkdir()
    (project / "compose.yaml").write_text(FILE + CACHE)
    return project


def test_compose_is_asked_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = '{"services": {"web": {"environment": {"A": "a$$b"}, "image": "x"}}}'
    project = docker(tmp_path, monkeypatch, f"[ $2 = version ] || echo '{answer}'")
    monkeypatch.setenv("DATABASE_PASSWORD", "planted")
    monkeypatch.setenv("DOCKER_HOST", "tcp://10.0.0.1:2375")
    found = ask_compose(project, ["compose.yaml", "more.yaml"])
    assert found is not None
    assert found.services["web"].environment == {"A": "a$b"}
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == ["compose version --short", "compose --profile * config --format json"]
    given = (tmp_path / "given").read_text()
    assert "COMPOSE_FILE=compose.yaml\nmore.yaml" in given
    assert "planted" not in given
    assert "10.0.0.1" not in given
    assert "COMPOSE_EXPERIMENTAL_GIT_REMOTE=0" in given


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("[ $2 = version ] || { echo; echo 'no such thing' >&2; exit 15; }", "no such thing"),
        ("[ $2 = version ] || echo '{\"services\": [1]}'", "an answer that cannot be read"),
        ("[ $2 = version ] || echo nothing", "an answer that cannot be read"),
        ("[ $2 = version ] || exec sleep 60", "no answer within 0.5 s"),
    ],
)
def test_what_compose_cannot_read_is_read_without_it_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    project = docker(tmp_path, monkeypatch, script)
    if "sleep" in script:
        monkeypatch.setattr(compose_config, "DEADLINE", 0.5)
    findings = look(project)
    assert [each.service for each in findings.dependencies] == ["cache"]
    assert any(said in note and "by docker compose" in note for note in findings.notes)


def test_where_there_is_no_compose_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = docker(tmp_path, monkeypatch, "echo 'unknown command: docker compose' >&2; exit 1")
    assert not [note for note in look(project).notes if "docker compose" in note]
    monkeypatch.setenv("PATH", "")
    assert ask_compose(project, ["compose.yaml"]) is None


def test_other_compose_files_of_the_project_are_named(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(FILE + CACHE)
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "docker-compose.prod.yml").write_text("services: {}")
    notes = look(tmp_path).notes
    assert any("not read: deploy/docker-compose.prod.yml; COMPOSE_FILE=" in n for n in notes)
