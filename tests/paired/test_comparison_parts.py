"""The small promises: warm-up, disturbances, whose call it was, faults as text, addresses."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from tests.paired.hand_made_comparisons import arm, comparison
from windtunnel.errors import ConfigurationError
from windtunnel.machine.process_tree import ProcessTree, usable_cores
from windtunnel.paired.arms import address_of
from windtunnel.paired.calls_by_arm import calls_by_arm, left_out_by_arm
from windtunnel.paired.disturbances import remarks
from windtunnel.paired.fault_text import parse
from windtunnel.paired.rounds import RoundPlan, plan
from windtunnel.paired.warm_up import warm_after
from windtunnel.records import Evidence, Exchange, UnaskedCalls
from windtunnel_faults import ConnectionReset, HttpStatus, Latency, Outage


def test_a_steady_service_is_warm_from_its_start() -> None:
    scatter = random.Random(1)  # noqa: S311 - replayable, not secret
    cut = warm_after([scatter.gauss(1.0, 0.05) for _ in range(200)])
    assert cut is not None
    assert cut <= 50


def test_the_slow_first_requests_are_cut_off() -> None:
    scatter = random.Random(1)  # noqa: S311 - replayable, not secret
    values = [scatter.gauss(1.0, 0.05) + (2.0 if n < 40 else 0.0) for n in range(200)]
    cut = warm_after(values)
    assert cut is not None
    assert 40 <= cut <= 60


def test_a_service_that_still_speeds_up_is_not_warm() -> None:
    assert warm_after([1 / (1 + n) for n in range(100)]) is None


def test_too_few_requests_tell_nothing_about_warmth() -> None:
    assert warm_after([1.0] * 49) is None


@pytest.mark.parametrize(
    ("duration", "abba_blocks", "burst"),
    [
        (0.0, 20, 16),
        (0.001, 20, 16),
        (0.0025, 10, 8),
        (0.004, 6, 8),
        (0.0199, 5, 8),
        (0.02, 2, 8),
        (3.0, 2, 8),
    ],
)
def test_blocks_of_slower_requests_are_shorter(
    duration: float, abba_blocks: int, burst: int
) -> None:
    assert plan(duration) == RoundPlan(abba_blocks=abba_blocks, burst=burst)


def test_a_quiet_run_has_no_remarks() -> None:
    assert remarks(comparison(lambda s, n: arm(s)).rounds, stolen=0.0, elapsed=60.0) == ()


def test_drift_pauses_and_stolen_time_are_reported() -> None:
    seen = comparison(
        lambda s, n: arm(s, seconds=0.05 if n == 150 else 0.001),
        base=lambda s, n: arm(s, seconds=0.001 if n < 150 else 0.0015),
    )
    said = "\n".join(remarks(seen.rounds, stolen=3.0, elapsed=60.0))
    assert "base itself drifted by +50%" in said
    assert "head: 10 of 3000" in said
    assert "took 3 s of CPU time away" in said


def test_calls_that_head_does_not_make_are_said() -> None:
    fewer = comparison(lambda s, n: arm(s, calls=n % 2))
    (said,) = remarks(fewer.rounds, 0.0, 60.0, ("catalog",))
    assert said.startswith("/api/agents: head made 0.5 calls a request to catalog, and base 1:")
    for calls in (1, 2):
        alike = comparison(lambda s, n, calls=calls: arm(s, calls=calls))  # type: ignore[misc]
        assert remarks(alike.rounds, 0.0, 60.0, ("catalog",)) == ()


def exchange(at: float, *, handshake: bool = False) -> Exchange:
    """Return a call that begins at a moment."""
    return Exchange(
        dependency="catalog",
        connection=1,
        index=0,
        request="GET /",
        started=at,
        handshake=handshake,
    )


def test_a_call_belongs_to_the_arm_whose_turn_it_began_in() -> None:
    """Also one that begins after the answer, as a background task's does."""
    turns = [(1.0, 0), (2.0, 1), (3.0, 1), (4.0, 0)]
    seen = Evidence(
        dependency="catalog",
        at=9.0,
        exchanges=(
            exchange(0.5),
            exchange(1.0),
            exchange(2.9),
            exchange(3.5),
            exchange(3.6, handshake=True),
            exchange(8.0),
        ),
    )
    assert calls_by_arm(seen, turns) == (2, 2)
    assert calls_by_arm(replace(seen, dropped=1), turns) == (None, None)


def test_what_was_left_out_is_counted_by_the_arm_in_whose_turn_it_came() -> None:
    turns = [(1.0, 0), (2.0, 1)]
    ping = UnaskedCalls(request="GET /ping", left_out=3, moments=(0.5, 1.5, 2.5))
    ruled = UnaskedCalls(request="GET /metrics", left_out=9)
    assert left_out_by_arm(
        Evidence(dependency="catalog", at=9.0, unasked=(ping, ruled)), turns
    ) == (1, 1)


def test_faults_are_read_as_they_are_typed() -> None:
    assert parse("latency catalog seconds=0.1") == Latency("catalog", 0.1)
    assert parse("Outage redis") == Outage("redis")
    assert parse("connection-reset redis seconds=0.5") == ConnectionReset("redis", 0.5)


def test_a_value_is_read_as_its_setting_s_type_and_not_as_what_it_looks_like() -> None:
    assert parse("http-status catalog status=503 path=7") == HttpStatus("catalog", 503, path="7")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("latncy catalog", "no fault is named 'latncy'; did you mean 'Latency'"),
        ("", "expected a kind of fault and a dependency"),
        ("latency", "expected a kind of fault and a dependency"),
        ("latency seconds=1", "expected a kind of fault and a dependency"),
        ("latency catalog second=1", "Latency has no parameter 'second'; did you mean 'seconds'"),
        ("latency catalog", "Latency needs seconds=VALUE, a float"),
        ("latency catalog seconds", "'seconds': expected NAME=VALUE"),
        ("latency 'catalog seconds=1", r"cannot be split into words \(No closing quotation\)"),
        ("latency catalog seconds=soon", "expected a number of seconds"),
    ],
)
def test_a_bad_fault_is_one_clear_error(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^fault .*{message}"):
        parse(text)


@pytest.mark.parametrize("url", ["localhost:80", "https://a:1", "http://a", "http://a:1/b"])
def test_a_bad_url_is_one_clear_error(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--base-url=.*expected a URL such as"):
        address_of(url, "--base-url")


def test_a_process_uses_cpu_time_and_memory_with_its_children() -> None:
    burn = "import time\nwhile time.process_time() < 30: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    with subprocess.Popen([sys.executable, "-c", parent]) as process:
        try:
            deadline = time.monotonic() + 20
            used = 0.0
            while used < 0.2 and time.monotonic() < deadline:
                seen = ProcessTree(process.pid)
                before = seen.cpu_seconds() or 0.0
                time.sleep(0.3)
                used = (seen.cpu_seconds() or 0.0) - before
            assert used >= 0.05
            assert (seen.resident() or 0) > 5_000_000
        finally:
            for pid in seen.pids[1:]:
                os.kill(pid, signal.SIGKILL)
            process.kill()
    deadline = time.monotonic() + 10
    while seen.resident() is not None and time.monotonic() < deadline:
        time.sleep(0.01)  # the kernel takes a moment over each end
    assert seen.resident() is None
    assert seen.cpu_seconds() is None


def test_processes_that_come_and_go_leave_their_cpu_time_behind() -> None:
    """As a server's do that replaces its workers: three that work one after the other, and end."""
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    parent = (
        f"import subprocess, sys, time\nfor _ in range(3): subprocess.run([sys.executable, '-c',"
        f" {burn!r}])\nprint('done', flush=True)\ntime.sleep(60)"
    )
    command = [sys.executable, "-c", parent]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            tree = ProcessTree(process.pid)
            before = tree.cpu_seconds() or 0.0
            readings = [before]
            assert process.stdout is not None
            waiting = threading.Thread(target=process.stdout.readline)
            waiting.start()
            while waiting.is_alive():
                readings.append(tree.cpu_seconds() or 0.0)
                time.sleep(0.01)
            readings.append(tree.cpu_seconds() or 0.0)
        finally:
            process.kill()
    assert readings == sorted(readings)
    assert 0.5 <= readings[-1] - before <= 3.0


@pytest.mark.skipif(sys.platform != "linux", reason="cores are confined on Linux alone")
def test_a_process_that_is_started_while_confined_is_let_go_again() -> None:
    cores = usable_cores()
    parent = (
        "import subprocess, sys, time\ninput()\nsubprocess.Popen([sys.executable, '-c',"
        " 'import time; time.sleep(60)'])\nprint('done', flush=True)\ntime.sleep(60)"
    )
    command = [sys.executable, "-c", parent]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        tree = ProcessTree(process.pid)
        try:
            tree.confine(frozenset({min(cores)}))
            process.stdin.write(b"\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            process.stdout.readline()  # type: ignore[union-attr]
            tree.confine(cores)
            assert len(tree.pids) == 2
            assert {frozenset(os.sched_getaffinity(pid)) for pid in tree.pids} == {cores}
        finally:
            for pid in tree.pids[1:]:
                os.kill(pid, signal.SIGKILL)
            process.kill()
