"""What does not start is one clear error with its last words, and leaves nothing behind."""

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import leftovers
from tests.sample import session_of
from windtunnel import extras
from windtunnel.configuration import Configuration, parse
from windtunnel.errors import BackendUnavailable, MissingExtra, StartError, UnsupportedFault
from windtunnel.session import Session
from windtunnel.stack import Stack
from windtunnel_faults import Outage

ROOT = Path(__file__).parents[2]
CATALOG = ["{python}", "-m", "windtunnel_sample.catalog", "--host", "{host}", "--port", "{port}"]


def configured(command: list[str], **settings: object) -> Configuration:
    """Return a configuration with one dependency that works and the given target."""
    dependency = {
        "protocol": "http",
        "command": CATALOG,
        "environment": {"CATALOG_URL": "http://{address}"},
        "endpoint": "/api/agents",
    }
    table = {
        "command": command,
        "endpoints": ["/api/agents"],
        "dependencies": {"catalog": dependency},
        **settings,
    }
    return parse(table, "test")


def script(text: str) -> list[str]:
    return [sys.executable, "-c", text]


class Started:
    """A session on a configuration, and the run that it makes."""

    def __init__(self, configuration: Configuration) -> None:
        self.session = session_of(configuration)
        self.run = ""
        self._stack: Stack | None = None

    def stack(self) -> Stack:
        self._stack = stack = self.session.stack("test", {}, lambda verdict: None)
        self.run = Path(stack.backend.directory).name.removeprefix("windtunnel-").rpartition("-")[0]
        return stack

    def close(self) -> None:
        if self._stack is not None:
            self._stack.close()
        self.session.close()


@pytest.fixture
def started(request: pytest.FixtureRequest) -> Iterator[Started]:
    started = Started(request.param)
    yield started
    started.close()
    assert started.run, "the run was never known, so nothing can be said of what it left"
    assert leftovers.processes(started.run) == []


def with_target(command: list[str], **settings: object) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("started", [configured(command, **settings)], indirect=True)


@with_target(script("import sys; print('no database configured'); sys.exit(3)"))
def test_a_target_that_exits_at_its_start_shows_its_last_lines(started: Started) -> None:
    with pytest.raises(StartError) as caught:
        _ = started.stack().url
    message = str(caught.value)
    assert "target-1 exited at its start with status 3" in message
    assert "  no database configured" in message


@with_target(
    script("import time; print('loading', flush=True); time.sleep(600)"), start_deadline=5.0
)
def test_a_target_that_never_serves_ends_at_its_deadline_with_its_log(started: Started) -> None:
    with pytest.raises(StartError) as caught:
        _ = started.stack().url
    message = str(caught.value)
    assert "was not healthy" in message
    assert "within 5 s" in message
    assert "  loading" in message


@with_target(script("import time; time.sleep(600)"), start_deadline=0.01, dependencies={})
def test_a_short_deadline_is_the_target_s_and_not_that_of_our_own_proxy(started: Started) -> None:
    with pytest.raises(StartError, match=r"target-1 was not healthy .* within 0\.01 s"):
        _ = started.stack().url


@with_target(["{python}", "-m", "http.server", "{port}", "--bind", "{host}"], start_deadline=5.0)
def test_a_target_whose_health_check_fails_says_what_it_answered(started: Started) -> None:
    with pytest.raises(StartError, match="GET /healthz answered 404, expected 200"):
        _ = started.stack().url


@with_target(["no-such-program"])
def test_a_target_that_cannot_be_run_is_one_clear_error(started: Started) -> None:
    with pytest.raises(StartError, match="target-1: cannot start 'no-such-program': No such file"):
        _ = started.stack().url


@with_target(["{python}", "-m", "windtunnel_sample", "--host", "{host}", "--port", "{port}"])
def test_a_target_with_a_wrong_setting_names_the_variable(started: Started) -> None:
    with (
        pytest.raises(StartError, match="environment variable FAILURE_THRESHOLD='many'"),
        started.stack().target(FAILURE_THRESHOLD="many"),
    ):
        pass


def test_a_taken_port_is_named_before_anything_is_started() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        target = ["{python}", "-m", "windtunnel_sample", "--host", "{host}", "--port", "{port}"]
        started = Started(configured(target, port=port))
        try:
            with pytest.raises(
                StartError, match=f"cannot have port {port}: Address already in use"
            ):
                _ = started.stack().url
        finally:
            started.close()


@with_target(["{python}", "-m", "windtunnel_sample", "--host", "{host}", "--port", "{port}"])
def test_a_fault_on_an_unknown_dependency_gets_a_suggestion(started: Started) -> None:
    with pytest.raises(UnsupportedFault, match="'catalogue'; did you mean 'catalog'"):
        started.stack().inject(Outage("catalogue")).__enter__()


def test_a_dependency_that_does_not_start_leaves_nothing() -> None:
    configuration = configured(["unused"]).model_copy(deep=True)
    broken = configuration.dependencies["catalog"].model_copy(
        update={"command": tuple(script("raise SystemExit('out of licences')"))}
    )
    configuration = configuration.model_copy(update={"dependencies": {"catalog": broken}})
    session = session_of(configuration)
    begun = time.time()
    with pytest.raises(StartError, match="catalog exited at its start with status 1"):
        _ = session.backend
    session.close()
    mine = psutil.Process()
    left = [child for child in mine.children(recursive=True) if child.create_time() >= begun]
    assert left == []


def test_docker_without_an_engine_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    session = Session(directory=ROOT, configuration=None, backend="docker", seed=1)
    with pytest.raises(BackendUnavailable, match="no Docker engine answers at unix:///nowhere"):
        _ = session.backend
    session.close()


@pytest.mark.parametrize("missing", ["toxiproxy-server", "redis-server"])
def test_local_without_its_programs_names_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    monkeypatch.delenv("WINDTUNNEL_TOXIPROXY", raising=False)
    for name in {"toxiproxy-server", "redis-server"} - {missing}:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    session = Session(directory=ROOT, configuration=None, backend="local", seed=1)
    with pytest.raises(BackendUnavailable, match=f"the backend local needs {missing} on PATH"):
        _ = session.backend
    assert Session(directory=ROOT, configuration=None, backend="auto", seed=1).choice.name == (
        "embedded"
    )


def test_a_redis_without_redis_server_and_without_fakeredis_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(extras, "_is_installed", lambda name: name != "fakeredis")
    monkeypatch.setenv("PATH", str(tmp_path))
    session = Session(directory=ROOT, configuration=None, backend="embedded", seed=1)
    needed = r"needs fakeredis: pip install 'windtunnel\[fakeredis\]'"
    with pytest.raises(MissingExtra, match=needed):
        _ = session.backend
    session.close()
