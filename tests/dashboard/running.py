"""`windtunnel up` as a user runs it: a program of its own, on ports that the system chooses."""

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from windtunnel.dashboard.client import Client, connect

ROOT = Path(__file__).parents[2]
DEADLINE = 300.0
"""Seconds until it must be up: on docker it may have to build its images first."""


@dataclass
class Up:
    """A running `windtunnel up`."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        found = re.search(r"dashboard +http://127\.0\.0\.1:(\d+)", "\n".join(self.lines))
        assert found, self.lines
        return int(found[1])

    @property
    def logs(self) -> Path:
        found = re.search(r"logs +(\S+)", "\n".join(self.lines))
        assert found, self.lines
        return Path(found[1])

    @property
    def client(self) -> Client:
        return connect(self.port)

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.state()["state"]
        return found

    def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send one request just as it is given here."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            encoded = None if body is None else msgspec.json.encode(body)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=encoded, headers=named)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def stream(self) -> http.client.HTTPConnection:
        """Open the page's live stream, as a page does; close what this returns.

        It is not read: the kernel's buffers hold some minutes of it.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/api/events")
        assert connection.getresponse().status == 200
        return connection

    def processes(self) -> list[psutil.Process]:
        """Return the keeper and everything that it has started."""
        for process in psutil.Process(self.process.pid).children():
            if "windtunnel.keeper" in process.cmdline():
                return [process, *process.children(recursive=True)]
        raise AssertionError(f"no keeper: {self.lines}")

    def until(self, condition: Callable[[], object], what: str, deadline: float = 30.0) -> None:
        end = time.monotonic() + deadline
        while not condition():
            assert time.monotonic() < end, f"not within {deadline:g} s: {what}\n{self.lines}"
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


Start = Callable[..., Up]


def begin(*options: str, ready: bool = True) -> Up:
    """Start one; whoever asks stops it."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("windtunnel"), "up", "--port=0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    up = Up(process)
    threading.Thread(target=_gather, args=(up,), daemon=True).start()
    if ready:
        up.until(
            lambda: any("ready" in line for line in up.lines) or process.poll() is not None,
            "its start",
            DEADLINE,
        )
        assert process.poll() is None, up.lines
    return up


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    """Give a function that starts `windtunnel up`; what still runs at the end is stopped."""
    started: list[Up] = []

    def start_one(*options: str, ready: bool = True) -> Up:
        up = begin(*options, ready=ready)
        started.append(up)
        return up

    yield start_one
    for up in started:
        if up.process.poll() is None:
            up.stop()


def _gather(up: Up) -> None:
    assert up.process.stdout is not None
    with up.process.stdout as output:
        for line in output:
            up.lines.append(line.rstrip("\n"))  # one by one: others look at them meanwhile
