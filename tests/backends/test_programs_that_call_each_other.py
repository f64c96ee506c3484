"""Two programs that call each other: each by its own tap, with its files, folder and readiness."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from windtunnel import faults
from windtunnel.errors import InconclusiveVerdict, StartError, VacuousFault
from windtunnel.records import Edge
from windtunnel.session import Session

pytestmark = [pytest.mark.slow, pytest.mark.busy]

HOP = """
import os, sys, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
other = open(sys.argv[2]).read().strip()

class Hop(BaseHTTPRequestHandler):
    def do_GET(self):
        status = 200
        onward = {"/there": "/back", "/back": "/up"}.get(self.path)
        if onward:
            try:
                opener.open(other + onward, timeout=5).read()
            except OSError:
                status = 502
        self.send_response(status)
        self.end_headers()

    def log_message(self, *words):
        pass

open("was-here-" + os.environ["NAME"], "w").close()
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Hop).serve_forever()
"""
UP = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])))"
CONFIGURATION = """
endpoints = ["/there"]
control_period = 0.0

[programs.front]
command = ["{python}", "hop.py", "{port}", "{files}/other"]
ready = { http = "/up" }
environment = { NAME = "front" }
files = { other = { text = "http://{behind.address}" } }

[programs.behind]
command = ["{python}", "../hop.py", "{port}", "{files}/other"]
directory = "below"
ready = { command = ["{python}", "../up.py", "{host}", "{port}"] }
environment = { NAME = "behind" }
files = { other = { text = "http://{front.address}" } }
protocol = "http"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "hop.py").write_text(HOP)
    (tmp_path / "up.py").write_text(UP)
    (tmp_path / "below").mkdir()
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    return tmp_path


@pytest.fixture
def session(project: Path) -> Iterator[Session]:
    session = Session(directory=project, configuration=None, backend="embedded", seed=1)
    try:
        yield session
    finally:
        session.close()


def test_a_circle_of_programs_has_a_tap_for_each_way(session: Session, project: Path) -> None:
    stack = session.stack("circle", {}, lambda verdict: None)
    try:
        run = stack.drive("/there", requests=3)
        assert all(each.succeeded for each in run.responses)
        assert [each.request for each in run.at("behind").exchanges] == ["GET /back"] * 3
        back = run.at(Edge("front", caller="behind"))
        assert [each.request for each in back.exchanges] == ["GET /up"] * 3
        assert (project / "was-here-front").exists()
        assert (project / "below" / "was-here-behind").exists()
        with stack.inject(faults.HttpStatus("front", 500, caller="behind")):
            run = stack.drive("/there", requests=2)
        assert {each.status for each in run.responses} == {502}
        # A program that was killed starts in its own folder again.
        (project / "below" / "was-here-behind").unlink()
        with stack.inject(faults.Kill("behind")):
            stack.drive("/there", requests=1)
        assert (project / "below" / "was-here-behind").exists()
        # The driven program is asked by the test, whoever else calls it.
        with stack.inject(faults.Kill("front")):
            assert not any(each.succeeded for each in stack.drive("/there", requests=1).responses)
        with (
            pytest.raises(VacuousFault, match="no request was under way meanwhile"),
            stack.inject(faults.Pause("front")),
        ):
            pass
        assert stack.address("behind").port
    finally:
        stack.close()


def test_a_program_that_does_not_start_leaves_none_behind(session: Session, project: Path) -> None:
    (project / "hop.py").write_text("import sys; sys.exit('no such table')")
    stack = session.stack("broken", {}, lambda verdict: None)
    try:
        for _ in range(2):
            with pytest.raises(StartError, match=r"behind exited at its start[^$]*no such table"):
                stack.drive("/there", requests=1)
    finally:
        stack.close()


def test_a_program_is_stopped_in_order_and_killed_without(tmp_path: Path) -> None:
    """A worker that finishes what it began when it is asked to end."""
    (tmp_path / "worker.py").write_text(
        "import pathlib, signal, sys, time\n"
        "def finish(*_):\n"
        "    pathlib.Path('finished').touch(); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, finish)\n"
        "print('up', flush=True)\n"
        "while True: time.sleep(0.01)\n"
    )
    (tmp_path / "windtunnel.toml").write_text(
        f'command = ["{sys.executable}", "-m", "http.server", "{{port}}"]\n'
        'endpoints = ["/"]\nhealth = "/"\ncontrol_period = 0.0\n'
        '[programs.worker]\ncommand = ["{python}", "worker.py"]\nready = { log = "up" }\n'
    )
    session = Session(directory=tmp_path, configuration=None, backend="embedded", seed=1)
    stack = session.stack("worker", {}, lambda verdict: None)
    finished = tmp_path / "finished"
    try:
        with stack.inject(faults.Kill("worker")):
            assert not finished.exists()
            stack.drive("/", requests=1)
        with stack.inject(faults.Stop("worker")):
            assert finished.exists()
            stack.drive("/", requests=1)
        # It calls nothing and is asked nothing: what a fault of it touched, nobody saw.
        with (
            pytest.raises(InconclusiveVerdict, match="no request was"),
            stack.inject(faults.Kill("worker")),
        ):
            pass
    finally:
        stack.close()
        session.close()
