"""What a test left in a dependency is gone in the next one, and nothing of that is evidence."""

import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine import missing
from windtunnel.address import Address
from windtunnel.errors import ConfigurationError, ProgramEnded, StartError
from windtunnel.session import Session
from windtunnel.stack import Stack

SERVICE = """
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args):
        pass

http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"""
COUNTER = """
import socketserver, sys

class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for _ in self.rfile:
            self.server.asked += 1
            self.wfile.write(b"%d\\r\\n" % self.server.asked)
            self.wfile.flush()

socketserver.ThreadingTCPServer.allow_reuse_address = True
server = socketserver.ThreadingTCPServer((sys.argv[1], int(sys.argv[2])), Handler)
server.asked = 0
server.serve_forever()
"""
CONFIGURATION = """
command = ["{python}", "service.py", "{host}", "{port}"]
endpoints = ["/"]
control_period = 0.0

[dependencies.cache]
protocol = "redis"
environment = { CACHE_URL = "redis://{address}/0" }
endpoint = "/"

[dependencies.counter]
command = ["{python}", "counter.py", "{host}", "{port}"]
environment = { COUNTER = "{address}" }
endpoint = "/"
"""
FRESH = 'fresh = "test"\n'


def project(folder: Path, text: str = CONFIGURATION) -> Path:
    (folder / "service.py").write_text(SERVICE)
    (folder / "counter.py").write_text(COUNTER)
    (folder / "windtunnel.toml").write_text(text)
    return folder


def ask(address: Address, line: str) -> str:
    with socket.create_connection((address.host, address.port), timeout=5) as connection:
        connection.sendall(line.encode() + b"\r\n")
        return connection.makefile().readline().strip()


def redis(address: Address, *words: str) -> str:
    """Return the first line of a Redis's answer to a command."""
    return ask(address, "\r\n".join([f"*{len(words)}", *(f"${len(w)}\r\n{w}" for w in words)]))


@pytest.fixture(params=["redis-server", "fakeredis", "local"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    found = shutil.which
    if request.param == "redis-server" and not found("redis-server"):
        pytest.skip("redis-server is not on PATH")
    if request.param == "fakeredis":
        hidden = {"redis-server"}
        monkeypatch.setattr(shutil, "which", lambda name: None if name in hidden else found(name))
    if request.param == "local" and (reason := missing("local")):
        pytest.skip(reason)
    return str(request.param)


@pytest.fixture
def session(kind: str, tmp_path: Path) -> Iterator[Session]:
    backend = "local" if kind == "local" else "embedded"
    text = CONFIGURATION + FRESH
    made = Session(directory=project(tmp_path, text), configuration=None, backend=backend, seed=1)
    yield made
    made.close()


def one(session: Session) -> Stack:
    return session.stack("a test", {}, lambda verdict: None)


def test_each_test_has_fresh_dependencies(session: Session) -> None:
    """Of another test's, and of what came before the first."""
    _ = session.backend
    cache, counter = (session.backend.upstream(name) for name in ("cache", "counter"))
    for _ in range(2):
        assert redis(cache, "SET", "left", "behind") == "+OK"
        ask(counter, "x")
        stack = one(session)
        assert redis(cache, "GET", "left") == "$-1"
        assert ask(counter, "x") == "1"
        assert stack.url
        for name in stack.dependencies:
            evidence = stack.evidence(name)
            assert not evidence.exchanges
            assert not evidence.connections
        stack.close()
    assert session.backend.ended_programs() == ()
    assert session.backend.upstream("counter") == counter


def test_what_is_to_stay_stays(tmp_path: Path) -> None:
    text = CONFIGURATION.replace('protocol = "redis"', 'protocol = "redis"\nfresh = "session"')
    folder = project(tmp_path, text)
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    try:
        cache = session.backend.upstream("cache")
        counter = session.backend.upstream("counter")
        redis(cache, "SET", "left", "behind")
        ask(counter, "x")
        one(session).close()
        assert redis(cache, "GET", "left") != "$-1"
        assert ask(counter, "x") == "2"
    finally:
        session.close()


def served(text: str, tmp_path: Path) -> Session:
    """Return a session whose cache runs already, as a counter: no Redis."""
    return Session(directory=project(tmp_path, text), configuration=None, backend=None, seed=1)


def test_a_server_that_cannot_be_emptied_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        silent.close()
        text = CONFIGURATION.replace(
            'protocol = "redis"', f'protocol = "redis"\nupstream = "127.0.0.1:{port}"\n{FRESH}'
        )
        session = served(text, tmp_path)
        try:
            with pytest.raises(StartError, match=f"cache at 127.0.0.1:{port} cannot be emptied"):
                one(session)
        finally:
            session.close()


def test_what_runs_already_is_not_started_anew(tmp_path: Path) -> None:
    command = 'command = ["{python}", "counter.py", "{host}", "{port}"]'
    text = CONFIGURATION.replace(command, f'upstream = "127.0.0.1:9"\n{FRESH}')
    session = served(text, tmp_path)
    try:
        with pytest.raises(ConfigurationError, match=r"dependencies\.counter\.fresh = 'test'"):
            one(session)
    finally:
        session.close()


def test_a_server_is_emptied_by_one_run_at_a_time(tmp_path: Path) -> None:
    """Or one worker would lose what its test needs to another's."""
    server = served(CONFIGURATION, tmp_path)
    try:
        where = server.backend.upstream("cache")
        own = f'protocol = "redis"\nupstream = "{where}"\n{FRESH}'
        text = CONFIGURATION.replace('protocol = "redis"', own)
        folders = [tmp_path / name for name in ("one", "other")]
        for folder in folders:
            folder.mkdir()
        first, second = (served(text, folder) for folder in folders)
        try:
            one(first).close()
            with pytest.raises(ConfigurationError, match=f"another run, .* cache at {where}"):
                one(second)
            one(first).close()
            first.close()
            one(second).close()
        finally:
            first.close()
            second.close()
    finally:
        server.close()


@pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server")
def test_one_that_ended_by_itself_is_named(tmp_path: Path) -> None:
    session = served(CONFIGURATION, tmp_path)
    try:
        one(session).close()
        redis(session.backend.upstream("cache"), "SHUTDOWN", "NOSAVE")
        until = time.monotonic() + 30
        while not session.backend.ended_programs() and time.monotonic() < until:
            time.sleep(0.02)
        with pytest.raises(ProgramEnded, match="cache ended by itself"):
            one(session)
    finally:
        session.close()
