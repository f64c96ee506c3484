"""What the runner puts in force in our proxy heals by itself when the runner is gone or frozen."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contracts.proxy.servers import (
    DEADLINE,
    OURS,
    Server,
    connect,
    echo_server,
    echoed,
    ending,
)
from windtunnel.address import Address
from windtunnel.backends.lease_renewal import LeaseRenewal
from windtunnel.backends.own_control import OwnControl
from windtunnel.errors import ControlCode, ControlError
from windtunnel.proxy.api_errors import ErrorCode
from windtunnel_faults import Toxic, Toxics

LATE = Toxics((Toxic("latency", (("latency", 1),)), Toxic("noop", stream="upstream")))
LEASE = 0.8


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(OURS)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def echo() -> Iterator[int]:
    with echo_server() as port:
        yield port


@pytest.fixture
def control(server: Server) -> Iterator[OwnControl]:
    control = OwnControl(Address("127.0.0.1", server.port), lease=LEASE)
    yield control
    control.close()


def toxics(server: Server) -> list[str]:
    return [toxic["name"] for toxic in server.call("GET", "/proxies/p/toxics").json]


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"waited {DEADLINE} s for {what}"
        time.sleep(0.01)


def test_a_fault_stays_as_long_as_the_heartbeat_goes_on_and_goes_when_it_is_healed(
    server: Server, control: OwnControl, echo: int
) -> None:
    server.proxy(echo)
    control.add("p", LATE, prefix="fault")
    time.sleep(2 * LEASE)
    assert toxics(server) == ["fault-1", "fault-0"]
    control.remove("p", prefix="fault")
    assert toxics(server) == []
    assert control.lapses == 0


def test_a_fault_whose_heartbeat_ends_heals_and_the_rest_stays_and_the_runner_is_told(
    server: Server, control: OwnControl, echo: int
) -> None:
    server.proxy(echo)
    profile = server.toxic("latency", latency=1)
    control.add("p", LATE, prefix="fault")
    control.close()
    until(lambda: toxics(server) == [profile], "the fault to heal")
    control.remove("p", prefix="fault")
    assert control.lapses == 1


def test_disabling_refuses_and_cuts_and_heals_with_its_lease(
    server: Server, control: OwnControl, echo: int
) -> None:
    port = server.proxy(echo)
    profile = server.toxic("latency", latency=1)
    with connect(port) as live:
        echoed(live, b"live")
        control.disable("p")
        assert ending(live) in {"end", "reset"}
    with pytest.raises(ConnectionRefusedError):
        connect(port)
    (outage,) = server.call("GET", "/proxies/p/evidence/records").json["refusals"]
    assert outage["cut"] == 1
    control.close()
    until(lambda: toxics(server) == [profile], "the outage to heal")
    with connect(port) as again:
        echoed(again, b"again")
    control.enable("p")
    assert control.lapses == 1


def test_enabling_ends_the_outage_at_once(server: Server, control: OwnControl, echo: int) -> None:
    port = server.proxy(echo)
    control.disable("p")
    control.enable("p")
    with connect(port) as client:
        echoed(client, b"again")
    assert control.lapses == 0


def test_what_the_proxy_refuses_is_a_clear_error(control: OwnControl) -> None:
    with pytest.raises(ControlError, match="proxy not found") as raised:
        control.add("nobody", LATE, prefix="fault")
    assert raised.value.code is ControlCode.PROXY_NOT_FOUND


def test_codes_that_are_acted_on_are_the_proxys_own_and_others_are_other() -> None:
    assert {ControlCode.PROXY_NOT_FOUND, ControlCode.TOXIC_NOT_FOUND} <= set(ErrorCode)
    assert ControlCode.of("toxic_not_found") is ControlCode.TOXIC_NOT_FOUND
    assert ControlCode.of(ErrorCode.INVALID_STREAM) is ControlCode.OTHER


def test_a_toxic_that_heals_between_the_list_and_its_removal_is_a_lapse_and_no_error(
    control: OwnControl, server: Server, echo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.proxy(echo)
    control.add("p", LATE, prefix="fault")
    own = control._call

    def beaten(method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        if method == "DELETE":
            own(method, path)  # its lease ran out a moment earlier
        return own(method, path, body)

    monkeypatch.setattr(control, "_call", beaten)
    control.remove("p", prefix="fault")
    assert control.lapses == 2
    assert toxics(server) == []


RUNNER = """
import sys, time
from windtunnel_faults import Toxic, Toxics
from windtunnel.address import Address
from windtunnel.backends.own_control import OwnControl
control = OwnControl(Address("127.0.0.1", int(sys.argv[1])), lease=float(sys.argv[2]))
control.add("p", Toxics((Toxic("noop"),)), prefix="fault")
control.disable("p")
print("in force", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_the_faults_of_a_killed_or_frozen_runner_heal_without_anybodys_help(
    server: Server, echo: int, number: signal.Signals
) -> None:
    server.proxy(echo)
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(server.port), "2"], stdout=subprocess.PIPE
    )
    try:
        assert runner.stdout is not None
        assert runner.stdout.readline() == b"in force\n"
        assert toxics(server) == ["fault-0", "disabled-0"]
        os.kill(runner.pid, number)
        until(lambda: toxics(server) == [], "the faults to heal")
    finally:
        runner.kill()
        runner.communicate()


def test_a_proxy_that_is_stopped_for_longer_than_the_lease_keeps_the_faults_of_a_living_runner(
    server: Server, control: OwnControl, echo: int
) -> None:
    server.proxy(echo)
    control.add("p", LATE, prefix="fault")
    os.kill(server.process.pid, signal.SIGSTOP)
    time.sleep(2 * LEASE)
    os.kill(server.process.pid, signal.SIGCONT)
    time.sleep(2 * LEASE)
    assert toxics(server) == ["fault-1", "fault-0"]


def test_a_heartbeat_goes_on_after_one_that_fails_and_ends_when_it_is_closed() -> None:
    beats = 0
    enough = threading.Event()

    def beat() -> None:
        nonlocal beats
        beats += 1
        if beats == 3:
            enough.set()
        raise ControlError("the proxy was stopped for a while")

    heartbeat = LeaseRenewal(beat, 0.001)
    assert enough.wait(DEADLINE)
    heartbeat.close()
    beats = 0
    time.sleep(0.02)
    assert beats == 0
