"""Locust runs the same mix, and its results are the same records: real masters and workers."""

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace

import msgspec
import psutil
import pytest

from tests.load.conftest import wait_for
from windtunnel.address import Address
from windtunnel.criteria.generator_kept_up import generator_kept_up
from windtunnel.criteria.objective import parse
from windtunnel.criteria.objective_held import objective_held
from windtunnel.criteria.verdict import Ruling
from windtunnel.errors import BackendUnavailable, ConfigurationError, ControlError
from windtunnel.load import arrivals
from windtunnel.load.destination import locate
from windtunnel.load.locust import swarm as locust
from windtunnel.load.locust.batches import Batch, Ended, load_run
from windtunnel.load.mix import Mix
from windtunnel.load.plan import LoadPlan
from windtunnel.load.recorder import PACK, LoadRecorder
from windtunnel.records.load_run import LoadRun
from windtunnel.records.request_failure import RequestFailure
from windtunnel.requests.request_value import Request

needs_locust = pytest.mark.skipif(
    not locust.available(), reason="Locust is not installed: pip install 'windtunnel[locust]'"
)


def plan(
    url: str, seconds: float = 2.0, rate: str | None = "100", connections: int = 8
) -> LoadPlan:
    destination, _ = locate(url)
    return LoadPlan(
        destination=destination,
        mix=Mix(
            (
                Request(path="/a", weight=3),
                Request(path="/b", method="POST", body="{}"),
            )
        ),
        connections=connections,
        seconds=seconds,
        arrivals=arrivals.parse(rate, seconds) if rate else None,
        seed=5,
    )


@needs_locust
@pytest.mark.slow
@pytest.mark.busy
def test_one_master_and_two_workers_offer_the_rate_and_face_the_same_criteria(
    server_url: str,
) -> None:
    run = locust.swarm(plan(server_url), 2)
    assert run.engine == "Locust"
    assert run.lost == ()
    # Each of eight users begins at a point of its own within its gap of 80 ms.
    assert len(run.samples) == pytest.approx(200, abs=8)
    assert run.samples.statuses() == {200: len(run.samples)}
    assert set(run.samples.request.tolist()) == {0, 1}
    assert len(set((run.samples.connection >> 16).tolist())) == 2
    [objective] = parse("errors<5%")
    verdict = objective_held(run, objective)
    assert verdict.ruling is not Ruling.FAIL
    assert verdict.value == 0


@needs_locust
@pytest.mark.slow
@pytest.mark.busy
def test_a_worker_killed_in_the_middle_is_survived_and_said(server_url: str) -> None:
    found: list[LoadRun] = []
    runner = threading.Thread(
        target=lambda: found.append(locust.swarm(plan(server_url, seconds=4.0), 2))
    )
    before = set(psutil.Process().children(recursive=True))
    runner.start()
    killed = threading.Event()

    port = locate(server_url)[0].port
    while runner.is_alive() and not killed.wait(0.2):
        for program in set(psutil.Process().children(recursive=True)) - before:
            if "--worker" in program.cmdline() and is_loading(program, port):
                killed.wait(1.0)  # so that a batch of its records has been handed over
                program.kill()
                killed.set()
                break
    runner.join()
    assert killed.is_set()
    [run] = found
    [lost] = run.lost
    assert "was lost after" in lost
    assert "status -9" in lost
    # The survivor went on to the end: half of the rate, for all of the time.
    assert run.samples.intended.max() - run.began > 3.0
    assert 200 - 8 <= len(run.samples) < 400 - 8
    assert generator_kept_up(run).ruling is Ruling.INCONCLUSIVE


_RUNNER = """
import sys
from windtunnel.load.locust.swarm import swarm
from windtunnel.load.plan import LoadPlan
import msgspec
swarm(msgspec.json.decode(sys.stdin.read(), type=LoadPlan), 1)
"""


@pytest.mark.slow
@pytest.mark.busy
@needs_locust
def test_nothing_of_locust_outlives_a_killed_runner_by_more_than_seconds(server_url: str) -> None:
    runner = subprocess.Popen([sys.executable, "-c", _RUNNER], stdin=subprocess.PIPE)
    assert runner.stdin is not None
    with runner.stdin:
        runner.stdin.write(msgspec.json.encode(plan(server_url, seconds=60.0)))
    own, port = psutil.Process(runner.pid), locate(server_url)[0].port
    wait_for(lambda: any(is_loading(p, port) for p in locust_programs(own)), "Locust's load")
    started = locust_programs(own)
    assert len(started) == 2
    runner.kill()
    runner.wait()
    wait_for(lambda: not any(p.is_running() for p in started), "their end", seconds=10.0)


def locust_programs(runner: psutil.Process) -> list[psutil.Process]:
    """Return Locust's processes below `runner`."""
    return [p for p in runner.children(recursive=True) if "locust" in p.cmdline()]


def is_loading(program: psutil.Process, port: int) -> bool:
    return any(c.raddr and c.raddr.port == port for c in program.net_connections("tcp"))


@pytest.mark.slow
@pytest.mark.busy
@needs_locust
def test_a_closed_port_is_refused_in_its_records(free_port: int) -> None:
    run = locust.swarm(plan(f"http://127.0.0.1:{free_port}/", 1.0, rate="20", connections=2), 1)
    assert set(run.samples.failures()) == {RequestFailure.REFUSED}


@pytest.mark.slow
@pytest.mark.busy
@needs_locust
def test_workers_that_never_come_are_waited_for_only_so_long(
    server_url: str, free_port: int
) -> None:
    with pytest.raises(ControlError, match="handed over no records"):
        locust.swarm(
            plan(server_url, 1.0), 1, bind=Address("127.0.0.1", free_port), wait_for_workers=1.0
        )


def test_a_schedule_that_locust_cannot_follow_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="expected one rate"):
        locust.swarm(plan("http://127.0.0.1:1/", rate="ramp:1-100"), 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda own: replace(own, most=9), "--requests"),
        (lambda own: replace(own, keep=5000), "--keep"),
        (lambda own: replace(own, destination=replace(own.destination, http2=True)), "--http2"),
        (lambda own: replace(own, destination=replace(own.destination, port=0)), "unix sockets"),
    ],
    ids=["requests", "keep", "http2", "unix socket"],
)
def test_what_locust_would_ignore_is_refused(
    change: Callable[[LoadPlan], LoadPlan], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        locust.swarm(change(plan("http://127.0.0.1:1/")), 2)


def test_a_missing_locust_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locust, "available", lambda: False)
    with pytest.raises(BackendUnavailable, match=r"pip install 'windtunnel\[locust\]'"):
        locust.swarm(plan("http://127.0.0.1:1/"), 2)


def batch(worker: str, *, sent: float, received: float, same: bool, final: bool = True) -> Batch:
    recorder = LoadRecorder()
    recorder.write(PACK(sent - 1, sent - 1, sent - 0.9, sent - 0.9, 1, 200, 0, 0, 0))
    return Batch(
        worker=worker,
        rows=recorder.drain(),
        began=sent - 2,
        sent=sent,
        received=received,
        same_clock=same,
        busy=0.1,
        lag=0.001,
        final=final,
    )


def test_another_machines_times_are_put_on_the_masters_clock() -> None:
    there = [
        batch("far", sent=1000.0, received=50.3, same=False, final=False),
        batch("far", sent=1001.0, received=51.1, same=False),
    ]
    here = [batch("near", sent=51.0, received=51.2, same=True)]
    run = load_run(plan("http://127.0.0.1:1/"), 2, [*there, *here], Ended())
    # The faster of the two messages bounds the difference of the clocks: 51.1 - 1001.
    assert run.samples.intended.tolist() == pytest.approx([49.1, 50.0, 50.1])
    assert run.lost == ()


def test_a_worker_that_sent_nothing_is_said_too() -> None:
    run = load_run(
        plan("http://127.0.0.1:1/"), 2, [batch("a", sent=9.0, received=9.0, same=True)], Ended()
    )
    assert run.lost == ("1 of 2 Locust workers sent no record",)
