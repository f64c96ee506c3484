"""Processes of their own: merged exactly, and one that dies is named rather than fatal."""

import signal
import threading
import time

import psutil
import pytest

from windtunnel.criteria.generator_kept_up import generator_kept_up
from windtunnel.criteria.verdict import Ruling
from windtunnel.errors import ConfigurationError, StartError
from windtunnel.load import arrivals
from windtunnel.load.destination import locate
from windtunnel.load.mix import Mix
from windtunnel.load.plan import LoadPlan
from windtunnel.load.processes import drive
from windtunnel.load.worker import Progress
from windtunnel.requests.request_value import Request


def plan(url: str, **changes: object) -> LoadPlan:
    destination, path = locate(url)
    given: dict[str, object] = {
        "destination": destination,
        "mix": Mix((Request(path=path),)),
        "connections": 4,
        "seconds": 1.0,
    }
    return LoadPlan(**(given | changes))  # type: ignore[arg-type]


def test_the_parts_of_a_schedule_make_the_whole(server_url: str) -> None:
    whole = arrivals.constant(300, 1.0, poisson=True)
    run = drive(plan(server_url, arrivals=whole, seed=9), processes=2)
    due = sorted((run.samples.intended - run.began).tolist())
    assert due == pytest.approx(whole.times(9).tolist(), abs=1e-6)
    assert run.connections == 4
    assert run.processes == 2
    assert set(run.samples.connection.tolist()) == {0, 1, 2, 3}


def test_a_number_of_requests_is_shared_out_exactly(server_url: str) -> None:
    run = drive(plan(server_url, most=101, seconds=20.0), processes=3)
    assert len(run.samples) == 101
    assert run.samples.errors == 0


def test_progress_is_reported_while_it_runs(server_url: str) -> None:
    reports: list[tuple[tuple[Progress, ...], float]] = []
    slow = arrivals.constant(50, 1.5)
    drive(plan(server_url, arrivals=slow), on_progress=lambda r, s: reports.append((r, s)))
    counts = [sum(report.requests for report in each) for each, _ in reports]
    assert counts == sorted(counts)
    assert counts[-1] > 0


def kill_children_once(count: int, *, number: int = signal.SIGKILL) -> threading.Thread:
    """Signal so many load workers as soon as they load."""
    own = psutil.Process()

    def go() -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            workers = [
                child
                for child in own.children()
                if "spawn_main" in " ".join(child.cmdline()) and child.net_connections("tcp")
            ]
            if len(workers) >= count:
                for worker in workers[:count]:
                    worker.send_signal(number)
                return
            time.sleep(0.05)

    thread = threading.Thread(target=go)
    thread.start()
    return thread


def test_a_killed_worker_is_named_and_the_others_results_are_kept(server_url: str) -> None:
    killer = kill_children_once(1)
    steady = arrivals.constant(200, 3.0)
    run = drive(plan(server_url, arrivals=steady), processes=2)
    killer.join()
    [lost] = run.lost
    assert "ended with status -9" in lost
    assert len(run.samples) == 300
    assert generator_kept_up(run).ruling is Ruling.INCONCLUSIVE


def test_no_survivor_is_an_error(server_url: str) -> None:
    killer = kill_children_once(1)
    with pytest.raises(StartError, match="load worker 1 of 1 ended with status -9"):
        drive(plan(server_url, seconds=10.0))
    killer.join()


def test_more_processes_than_connections_are_refused(server_url: str) -> None:
    with pytest.raises(ConfigurationError, match="expected 1 to 4, one connection for each"):
        drive(plan(server_url), processes=5)


def test_fewer_requests_than_processes_are_refused(server_url: str) -> None:
    with pytest.raises(ConfigurationError, match="expected one for each of 3 processes"):
        drive(plan(server_url, most=2), processes=3)


def test_no_worker_is_left_behind(server_url: str) -> None:
    drive(plan(server_url, most=10), processes=2)
    children = [" ".join(child.cmdline()) for child in psutil.Process().children()]
    assert not [command for command in children if "spawn_main" in command]
