"""Hours in small: under alternating faults neither target nor dashboard gathers anything.

WINDTUNNEL_SOAK_SECONDS sets how long the faults alternate; 30 where it is not set.
"""

import http.client
import itertools
import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.dashboard.running import ROOT, Start, Up
from windtunnel.errors import ControlError

SECONDS = float(os.environ.get("WINDTUNNEL_SOAK_SECONDS", "30"))
FAULTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Outage", "catalog", {}),
    ("Latency", "redis", {"seconds": "0.2"}),
    ("ConnectionReset", "catalog", {}),
    ("Pause", "redis", {}),
    ("Timeout", "catalog", {}),
    ("Kill", "redis", {}),
    ("Bandwidth", "catalog", {"bytes_per_second": "1000"}),
)
HELD = 1.5
"""Seconds that each fault is in force, and that the target has to recover after it."""

MEMORY = 8_000_000
"""Bytes that a process may grow. The dashboard's history still fills: 300 points and 200 events of
about 2 kB each come to 1 MB, and its window of samples to less; the rest is what an allocator keeps
of a heap that breathes with the load. A leak of 10 kB a request would be 24 MB in two minutes."""
FILES = 8
"""Files and sockets more than at the start: a pool keeps as many connections as were ever needed at
once, and that may have been some more than in the first round. A leak of one a fault would be 40
in two minutes."""
TASKS = 3
"""Tasks more than at the start: a request or a look may be under way when they are counted."""


@dataclass(frozen=True)
class Usage:
    """What one process holds on to."""

    memory: int
    files: int
    tasks: int


def usage(pid: int, tasks: int) -> Usage:
    process = psutil.Process(pid)
    return Usage(process.memory_info().rss, process.num_fds(), tasks)


def dashboard(up: Up) -> Usage:
    return usage(up.process.pid, up.state()["cost"]["tasks"])


def target(up: Up, port: int) -> Usage:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/tasks")
        tasks = int(connection.getresponse().read())
    finally:
        connection.close()
    [serving] = [each for each in up.processes() if str(port) in each.cmdline()]
    return usage(serving.pid, tasks)


def alternate(up: Up, seconds: float) -> int:
    """Inject one fault after another for so long, at least each once; return how many."""
    end = time.monotonic() + seconds
    for count, (name, dependency, parameters) in enumerate(itertools.cycle(FAULTS)):
        if time.monotonic() >= end and count >= len(FAULTS):
            return count
        number = up.client.inject(name, dependency, parameters, None)["number"]
        time.sleep(HELD)
        up.client.heal(number)
        time.sleep(HELD)
    raise AssertionError("unreachable: the cycle has no end")


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.timeout(SECONDS + 180)
def test_alternating_faults_leave_memory_sockets_and_tasks_as_they_were(
    start: Start, tmp_path: Path
) -> None:
    configuration = tmp_path / "windtunnel.toml"
    serving = '["{python}", "-m", "MODULE", "--host", "{host}", "--port", "{port}"]'
    configuration.write_text(
        f"""
        directory = "{ROOT}"
        command = {serving.replace("MODULE", "tests.dashboard.counted_target")}
        endpoints = ["/api/agents", "/api/workflows", "/api/metrics", "/api/health"]
        [dependencies.catalog]
        protocol = "http"
        command = {serving.replace("MODULE", "windtunnel_sample.catalog")}
        environment = {{CATALOG_URL = "http://{{address}}"}}
        endpoint = "/api/agents"
        [dependencies.redis]
        protocol = "redis"
        environment = {{REDIS_URL = "redis://{{address}}/0"}}
        endpoint = "/api/workflows"
        """
    )
    up = start(
        "--backend=embedded",
        f"--config={configuration}",
        "--env=CACHE_TTL=0",
        "--env=RECOVERY_TIMEOUT=1",
    )
    port = int(up.client.state()["run"]["target"].rpartition(":")[2])
    page = up.stream()
    try:
        # The beginning: every fault once, so that what is loaded and kept once is there already.
        alternate(up, 0)
        before = {"dashboard": dashboard(up), "target": target(up, port)}
        injected = alternate(up, SECONDS)
        time.sleep(HELD)
        after = {"dashboard": dashboard(up), "target": target(up, port)}
    finally:
        page.close()
    print(f"{injected} faults in {SECONDS:g} s: {before} became {after}")
    assert injected >= SECONDS / 4
    for name, was in before.items():
        now = after[name]
        assert now.memory - was.memory <= MEMORY, (name, was, now)
        assert now.files - was.files <= FILES, (name, was, now)
        assert now.tasks - was.tasks <= TASKS, (name, was, now)
    assert up.state()["faults"] == []
    # Still in order: the last fault is over, and the target answers as before.
    up.until(lambda: healthy(up), "real answers from every endpoint")


def healthy(up: Up) -> bool:
    try:
        seen = up.state()["figures"]["callers"].values()
    except ControlError:
        return False
    return all(each["fallback_share"] == 0 and each["error_share"] == 0 for each in seen)
