"""While a debugger waits, the stack stays, and the faults in force do."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.state.test_fresh import SERVICE

CONFIGURATION = """
command = ["{python}", "service.py", "{host}", "{port}"]
endpoints = ["/"]
control_period = 0.0
lease = 2.0

[dependencies.cache]
protocol = "redis"
environment = { CACHE_URL = "redis://{address}/0" }
endpoint = "/"
"""
TESTS = """
import pathlib
import socket

from windtunnel import Outage, all_answered

def is_refused(stack):
    where = stack.backend.running.addresses["cache"]
    try:
        socket.create_connection((where.host, where.port), 5).close()
    except ConnectionRefusedError:
        return True
    return False

def test_breakpoint(stack):
    with stack.inject(Outage("cache")):
        assert is_refused(stack)
        breakpoint()
        assert is_refused(stack)
    assert not is_refused(stack)

def test_failing(stack, judge):
    pathlib.Path("url").write_text(stack.url)
    judge(all_answered(stack.drive("/", requests=20), within=1e-9))
"""
DEADLINE = 60.0
"""Seconds in which a prompt or the end must come."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.busy,
    pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server"),
]


class Terminal:
    """An inner session of pytest at a terminal of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._ours, theirs = pty.openpty()
        # No plugin that starts processes or has a terminal of its own.
        command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:xdist", *options]
        backend = "--windtunnel-backend=embedded"
        self.process = subprocess.Popen(
            [*command, backend], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self.said = ""

    def until(self, word: str) -> None:
        """Read on until something is said; fail where it is not in time."""
        until, start = time.monotonic() + DEADLINE, len(self.said)
        while word not in self.said[start:]:
            left = until - time.monotonic()
            assert left > 0, self.said
            if select.select([self._ours], [], [], left)[0]:
                try:
                    more = os.read(self._ours, 65536)
                except OSError:  # the other end is closed
                    more = b""
                assert more, self.said
                self.said += more.decode(errors="replace")

    def write(self, line: str) -> None:
        os.write(self._ours, line.encode() + b"\n")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "service.py").write_text(SERVICE)
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    (tmp_path / "test_x.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
    )
    return tmp_path


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for each in opened:
        each.close()


def test_a_fault_outlives_its_lease_at_a_breakpoint(
    folder: Path, terminals: list[Terminal]
) -> None:
    terminal = Terminal(folder, "-k", "breakpoint")
    terminals.append(terminal)
    terminal.until("(Pdb)")
    time.sleep(5.0)  # over two leases
    terminal.write("p stack.backend.lapses, is_refused(stack)")
    terminal.until("(0, True)")
    terminal.write("c")
    terminal.until("1 passed")
    assert terminal.process.wait(DEADLINE) == 0


def test_the_stack_stays_while_a_failure_is_looked_into(
    folder: Path, terminals: list[Terminal]
) -> None:
    terminal = Terminal(folder, "-k", "failing", "--pdb")
    terminals.append(terminal)
    terminal.until("(Pdb)")
    assert "FAIL" in terminal.said
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open((folder / "url").read_text(), timeout=30) as answer:
        assert answer.status == 200
    terminal.write("q")
    terminal.until("1 failed")
    assert terminal.process.wait(DEADLINE) != 0
