"""The account of a run: what this process started is the run's own, and all else is others'."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from windtunnel.address import Address
from windtunnel.machine import machine_meter
from windtunnel.machine.listening_processes import carrying_processes, listening_processes
from windtunnel.machine.machine_meter import MachineMeter

LOOP = "import sys, time; end = time.monotonic() + 20\nwhile time.monotonic() < end: pass"


@contextmanager
def computing(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def test_what_this_process_started_is_not_others_work() -> None:
    """Whatever else runs here: a child's work is in the account of all, and not in the others'."""
    own, everything = MachineMeter(), MachineMeter()
    everything._trees.clear()  # as if nothing were the run's own
    with computing([sys.executable, "-c", LOOP]) as child:
        first, second = own.read(), everything.read()
        clock = (~child.pid << 3) | 2
        began = time.clock_gettime(clock)
        time.sleep(1.0)
        spent = time.clock_gettime(clock) - began
        with_it, without = everything.since(second), own.since(first)
    assert with_it is not None
    assert without is not None
    assert with_it.others - without.others == pytest.approx(spent, abs=0.1 + 0.1 * spent)
    assert without.available == pytest.approx(len(os.sched_getaffinity(0)), rel=0.2)


def test_a_process_that_is_named_is_the_runs_own() -> None:
    """As a container's first process is, which the engine started."""
    script = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {LOOP!r}],"
    script += " start_new_session=True); print(p.pid, flush=True)"
    # Its parent has ended: nothing leads from here to it.
    with computing([sys.executable, "-c", script]) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.wait()
    try:
        stranger, named = MachineMeter(), MachineMeter(lambda: (pid,))
        before = stranger.read(), named.read()
        time.sleep(1.0)
        as_stranger, as_own = stranger.since(before[0]), named.since(before[1])
    finally:
        os.kill(pid, 9)
    assert as_stranger is not None
    assert as_own is not None
    assert as_stranger.others > as_own.others + 0.2


def test_without_an_account_there_is_no_reading(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine_meter, "STATISTICS", tmp_path / "stat")
    meter = MachineMeter()
    assert meter.read() is None
    assert meter.since(None) is None


def test_who_listens_at_an_address_of_this_machine_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert listening_processes([Address("127.0.0.1", port)]) == (os.getpid(),)
        # On another machine, as far as one can tell.
        assert listening_processes([Address("192.0.2.1", port)]) is None
    assert listening_processes([Address("127.0.0.1", port)]) is None
    assert listening_processes([]) == ()
    assert carrying_processes([port]) == ()


def test_where_not_all_of_the_run_is_known_nothing_is() -> None:
    assert MachineMeter(lambda: None).read() is None


def test_what_descends_from_the_run_counts_once() -> None:
    """As a service does that a fixture started, and that the configuration names by its address."""
    with computing([sys.executable, "-c", LOOP]) as child:
        once, twice = MachineMeter(), MachineMeter(lambda: (child.pid,))
        before = once.read(), twice.read()
        time.sleep(0.5)
        after = once.read(), twice.read()
    own = [
        now.own - then.own
        for then, now in zip(before, after, strict=True)
        if now is not None and then is not None
    ]
    assert own[1] == pytest.approx(own[0], rel=0.1, abs=0.05)


def test_waiting_for_a_core_is_counted() -> None:
    """Two loops on one core: each waits about half of the time for the other."""
    core = min(os.sched_getaffinity(0))
    loop = f"import os; os.sched_setaffinity(0, {{{core}}})\n{LOOP}"
    with computing([sys.executable, "-c", loop]), computing([sys.executable, "-c", loop]):
        time.sleep(0.3)
        meter = MachineMeter()
        before = meter.read()
        time.sleep(1.0)
        found = meter.since(before)
    assert found is not None
    assert found.waited > 0.4
