"""Compose v2 comes first, the older docker-compose is the fallback, and both bring the stack up."""

from pathlib import Path

import pytest

from tests.machine import missing
from windtunnel.backends.docker.compose_command import Compose, find_compose
from windtunnel.errors import BackendUnavailable, StartError
from windtunnel.session import Session

ROOT = Path(__file__).parents[2]


def tools(folder: Path, monkeypatch: pytest.MonkeyPatch, **scripts: str) -> None:
    """Leave only these shell scripts on PATH."""
    for name, body in scripts.items():
        path = folder / name.replace("_", "-")
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_compose_v2_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools(tmp_path, monkeypatch, docker="exit 0", docker_compose="exit 0")
    assert find_compose() == ("docker", "compose")


def test_a_docker_without_the_plugin_falls_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools(tmp_path, monkeypatch, docker="exit 1", docker_compose="exit 0")
    assert find_compose() == ("docker-compose",)


def test_neither_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools(tmp_path, monkeypatch)
    with pytest.raises(BackendUnavailable, match="needs `docker compose`"):
        find_compose()


@pytest.mark.parametrize(
    ("tells", "taken"),
    [
        ('[{{"Name":"buildx","Path":"/x"}},{{"Name":"compose","Path":"{plugin}"}}]', "plugin"),
        ('[{{"Name":"compose","Path":"/nowhere/docker-compose"}}]', "docker"),
        ("no JSON", "docker"),
    ],
)
def test_compose_is_called_without_the_detour_where_docker_says_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tells: str, taken: str
) -> None:
    plugin = tmp_path / "plugins" / "docker-compose"
    plugin.parent.mkdir()
    plugin.write_text("#!/bin/sh\necho services: by the plugin\n")
    plugin.chmod(0o755)
    told = tells.format(plugin=plugin)
    body = f"""case "$1" in info) echo '{told}';; *) echo services: by docker;; esac"""
    tools(tmp_path, monkeypatch, docker=body)
    compose = Compose("project", None, {}, tmp_path)
    assert compose.config() == f"services: by {taken.replace('plugin', 'the plugin')}\n"
    assert compose.name == "docker compose"


def test_a_missing_compose_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools(tmp_path, monkeypatch, docker="exit 0")
    with pytest.raises(BackendUnavailable, match=r"there is no .*/compose\.yml"):
        Compose("project", tmp_path / "compose.yml", {}, tmp_path)


def test_a_command_that_prepares_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tools(tmp_path, monkeypatch, docker='[ "$2" = version ] || exit 3')
    file = tmp_path / "compose.yaml"
    file.write_text("services: {}\n")
    caplog.set_level("DEBUG")
    compose = Compose("project", file, {}, tmp_path)
    with pytest.raises(StartError, match=r"run --rm -T --no-deps job …$") as caught:
        compose.run(file, "job", ["seed", "--pin", "hunter22"], deadline=60)
    assert "hunter22" not in f"{caught.value}{caplog.text}"


def test_what_compose_printed_last_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The words `compose --project-name …` are the script's arguments; `version` must succeed.
    printed = "echo ' Container a-web-1  Started'; echo 'Network a_b  is full'; echo no space left"
    tools(tmp_path, monkeypatch, docker=f'[ "$2" = version ] || {{ {printed}; exit 17; }}')
    (tmp_path / "compose.yml").write_text("services: {}\n")
    with pytest.raises(
        StartError,
        match="`docker compose build` ended with exit status 17:\n"
        "  Network a_b  is full\n  no space left\nThe command was docker compose",
    ):
        Compose("project", tmp_path / "compose.yml", {}, tmp_path).build([])


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.docker
def test_the_older_compose_brings_the_stack_up_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where the plugin is not found there.
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    reason = missing("docker")
    if not reason and find_compose() != ("docker-compose",):
        reason = "docker-compose is not on PATH, or the plugin is installed for all users"
    if reason:
        pytest.skip(reason)
    session = Session(directory=ROOT, configuration=None, backend="docker", seed=1)
    stack = session.stack("test", {}, lambda verdict: None)
    try:
        assert any("`docker-compose`" in line for line in session.description)
        assert all(response.succeeded for response in stack.drive("/api/agents", 5).responses)
    finally:
        stack.close()
        session.close()
