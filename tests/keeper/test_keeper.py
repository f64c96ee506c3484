"""The keeper's promise: whatever happens to the runner, faults heal and nothing is left behind."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psutil
import pytest

from windtunnel.errors import ControlCode, ControlError
from windtunnel.keeper.keeper_client import KeeperClient

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('ready', flush=True)\n"
        "time.sleep(600)"
    ),
)
PARENT = (
    sys.executable,
    "-c",
    (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)"
    ),
)


@pytest.fixture
def keeper() -> Iterator[KeeperClient]:
    client = KeeperClient("test", lease=10.0)
    yield client
    client.close()


def wait_until(condition: Callable[[], bool], what: str, deadline: float = 20.0) -> None:
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, f"not within {deadline:g} s: {what}"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_started_program_runs_and_its_output_is_kept(keeper: KeeperClient) -> None:
    keeper.spawn("hello", (sys.executable, "-c", "print('hello')"), environment={})
    wait_until(lambda: not keeper.status("hello").running, "the program's end")
    assert keeper.status("hello").exit_status == 0
    assert keeper.log("hello").read_text() == "hello\n"


def test_a_program_that_cannot_be_started_is_a_clear_error(keeper: KeeperClient) -> None:
    with pytest.raises(ControlError, match="cannot start '/no/such/program': No such file"):
        keeper.spawn("ghost", ("/no/such/program",), environment={})


def test_the_path_at_fault_is_named(keeper: KeeperClient, tmp_path: Path) -> None:
    """The program was named, whose folder, log or interpreter was not there."""
    script = tmp_path / "script"
    script.write_text("#!/no/such/python3\n")
    script.chmod(0o755)
    with pytest.raises(ControlError, match=r"cannot start 'true': No such .*: '/no/such/folder'"):
        keeper.spawn("folder", ("true",), environment={}, directory=Path("/no/such/folder"))
    with pytest.raises(
        ControlError, match=r"script': No .*: '/no/such/python3', in its first line"
    ):
        keeper.spawn("script", (str(script),), environment={})
    relative = f"cannot start './service': No such file or directory: '{tmp_path}/service'"
    with pytest.raises(ControlError, match=re.escape(relative)):
        keeper.spawn("relative", ("./service",), environment={}, directory=tmp_path)


def test_a_running_name_is_not_started_twice(keeper: KeeperClient) -> None:
    keeper.spawn("one", SLEEPER, environment={})
    with pytest.raises(ControlError, match="'one' is running already"):
        keeper.spawn("one", SLEEPER, environment={})


def test_an_unknown_name_is_a_clear_error(keeper: KeeperClient) -> None:
    with pytest.raises(ControlError, match="no program named 'nobody'"):
        keeper.signal("nobody", signal.SIGSTOP)


def test_a_suspended_program_can_be_stopped(keeper: KeeperClient) -> None:
    pid = keeper.spawn("sleeper", SLEEPER, environment={})
    keeper.signal("sleeper", signal.SIGSTOP)
    wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED, "its suspension")
    assert keeper.stop("sleeper") == -signal.SIGTERM


def test_a_program_that_ignores_sigterm_is_killed_after_its_grace(keeper: KeeperClient) -> None:
    keeper.spawn("stubborn", STUBBORN, environment={})
    wait_until(lambda: "ready" in keeper.log("stubborn").read_text(), "its start")
    assert keeper.stop("stubborn", grace=0.1) == -signal.SIGKILL


def test_closing_ends_programs_and_their_children_and_removes_the_directory() -> None:
    client = KeeperClient("test", lease=10.0)
    parent = client.spawn("parent", PARENT, environment={})
    wait_until(lambda: client.log("parent").read_text().strip() != "", "the child's pid")
    child = int(client.log("parent").read_text())
    client.close()
    wait_until(lambda: gone(parent) and gone(child), "the end of both")
    assert not client.directory.exists()


@pytest.mark.xdist_group("left behind")
def test_closing_after_the_keeper_was_killed_is_no_error() -> None:
    client = KeeperClient("test", lease=60.0)
    client._process.kill()
    client._process.wait()
    with pytest.raises(ControlError, match=r"is gone|ended without an answer"):
        client.status("anything")
    client.close()
    shutil.rmtree(client.directory)


def test_a_suspended_keeper_is_a_clear_error_and_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("windtunnel.keeper.keeper_client.ANSWER_DEADLINE", 0.3)
    client = KeeperClient("test", lease=60.0)
    client._process.send_signal(signal.SIGSTOP)
    try:
        for _ in range(2):
            with pytest.raises(ControlError, match=r"gave no answer within 0\.3 s") as raised:
                client.status("anything")
            assert raised.value.code is ControlCode.NO_ANSWER
    finally:
        client._process.send_signal(signal.SIGCONT)
        client.close()


def test_requests_after_the_close_are_refused() -> None:
    client = KeeperClient("test", lease=10.0)
    client.close()
    with pytest.raises(ControlError, match="closed"):
        client.status("anything")


RUNNER = textwrap.dedent(
    """
    import json, sys, time
    from windtunnel.keeper.keeper_client import KeeperClient
    client = KeeperClient("test", lease=float(sys.argv[1]))
    client.arrange(heal_posts=sys.argv[3:4], end_commands=[["touch", sys.argv[2]]])
    pid = client.spawn("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"],
                       environment={})
    print(json.dumps({"pid": pid, "directory": str(client.directory)}), flush=True)
    time.sleep(600)
    """
)


def start_runner(*arguments: str) -> tuple[subprocess.Popen[bytes], int, Path]:
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, *arguments], stdout=subprocess.PIPE, start_new_session=True
    )
    assert runner.stdout is not None
    told = json.loads(runner.stdout.readline())
    return runner, told["pid"], Path(told["directory"])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_killed_runner_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    """Programs end, the ending commands run, and the run's directory goes."""
    ended = tmp_path / "ended"
    runner, pid, directory = start_runner("10", str(ended))
    os.killpg(runner.pid, number)
    runner.communicate()
    wait_until(lambda: gone(pid), "the program's end")
    wait_until(ended.exists, "the ending command")
    wait_until(lambda: not directory.exists(), "the directory's removal")


class _Posts(HTTPServer):
    received: list[str]


class _Handler(BaseHTTPRequestHandler):
    server: _Posts

    def do_POST(self) -> None:
        self.server.received.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name too
        """Keep the test's output clean."""


@pytest.fixture
def posts() -> Iterator[_Posts]:
    server = _Posts(("127.0.0.1", 0), _Handler)
    server.received = []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_faults_of_a_suspended_runner_heal_but_its_programs_live(
    tmp_path: Path, posts: _Posts
) -> None:
    """The lease runs out once, and the runner may go on afterwards."""
    reset = f"http://127.0.0.1:{posts.server_port}/reset"
    runner, pid, _ = start_runner("0.5", str(tmp_path / "ended"), reset)
    try:
        time.sleep(1.0)
        assert posts.received == [], "healed although the runner gave its heartbeat"
        os.kill(runner.pid, signal.SIGSTOP)
        wait_until(lambda: posts.received == ["/reset"], "the healing")
        assert not gone(pid)
    finally:
        os.kill(runner.pid, signal.SIGKILL)
        runner.communicate()
    wait_until(lambda: gone(pid), "the program's end")


def test_healing_does_not_go_by_a_proxy_that_the_environment_names(
    tmp_path: Path, posts: _Posts, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        reset = f"http://127.0.0.1:{posts.server_port}/reset"
        runner, _, _ = start_runner("0.5", str(tmp_path / "ended"), reset)
        try:
            os.kill(runner.pid, signal.SIGSTOP)
            wait_until(lambda: posts.received == ["/reset"], "the healing")
        finally:
            os.kill(runner.pid, signal.SIGKILL)
            runner.communicate()


def test_the_runner_is_told_that_its_lease_ran_out() -> None:
    client = KeeperClient("test", lease=0.5)
    try:
        client.arrange()
        # Holding the lock is what a suspended runner looks like from the keeper.
        with client._lock:
            time.sleep(1.0)
        wait_until(lambda: client.lapses == 1, "the count of lapses")
    finally:
        client.close()


@pytest.mark.parametrize(
    ("argument", "variable", "name"),
    [("a\0b", "", "p"), ("", "a\0b", "p"), ("\ud800", "", "p"), ("", "", "p" * 300)],
)
def test_what_no_program_can_be_given_is_refused_and_the_keeper_goes_on(
    keeper: KeeperClient, argument: str, variable: str, name: str
) -> None:
    with pytest.raises(ControlError, match="cannot start"):
        keeper.spawn(name, (*SLEEPER, argument), environment={"X": variable}, directory=Path())
    keeper.spawn("q", SLEEPER, environment={}, directory=Path())
    assert keeper.status("q").running
