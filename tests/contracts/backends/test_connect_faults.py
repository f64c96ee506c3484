"""One suite for every backend: faults that strike new connections, or idle ones, alone."""

from collections.abc import Iterator

import msgspec
import pytest

from windtunnel import faults
from windtunnel.backends.http_control import call
from windtunnel.errors import VacuousFault
from windtunnel.records import Ending
from windtunnel.stack import Stack
from windtunnel.target import Target
from windtunnel_faults import Fault

AGENTS = "/api/agents"


@pytest.fixture
def connecting(backend_stack: Stack) -> Iterator[Target]:
    """Give a target that opens a connection for each request, and soon gives up."""
    with backend_stack.target(ENABLE_CONNECTION_REUSE="false", HTTP_REQUEST_TIMEOUT="1") as target:
        target.drive(AGENTS, requests=1)
        yield target


def test_a_delayed_connection_makes_its_first_request_late(
    backend_stack: Stack, connecting: Target
) -> None:
    with backend_stack.inject(faults.ConnectDelay("catalog", 0.2)):
        run = connecting.drive(AGENTS, requests=3)
    assert not any(response.fallback for response in run.responses)
    assert all(response.duration >= 0.2 for response in run.responses)


@pytest.mark.parametrize(
    "fault",
    [faults.ConnectRefused("catalog"), faults.ConnectBlackHole("catalog")],
    ids=lambda fault: type(fault).__name__,
)
def test_new_connections_fail_while_open_ones_go_on(
    backend_stack: Stack, connecting: Target, fault: Fault
) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(fault):
        pooled = backend_stack.drive(AGENTS, requests=3)
        run = connecting.drive(AGENTS, requests=2)
    assert not any(response.fallback for response in pooled.responses)
    assert all(response.fallback for response in run.responses)
    after = connecting.drive(AGENTS, requests=3)
    assert not after.responses[-1].fallback


def test_an_idle_connection_is_reset_when_it_is_used_again(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(faults.ConnectStale("catalog")):
        run = backend_stack.drive(AGENTS, requests=4)
    evidence = run.at("catalog")
    reset = [each for each in evidence.connections if each.ended_by is Ending.FAULT]
    assert reset
    # Every connection carried its first request; the next one on it met the reset.
    assert all(
        exchange.index == 0
        for exchange in evidence.exchanges
        if exchange.started >= run.began and exchange.status == "200"
    )


@pytest.mark.parametrize(
    "fault",
    [
        faults.ConnectDelay("catalog", 0.2),
        faults.ConnectRefused("catalog"),
        faults.ConnectStale("catalog", idle=60.0),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_fault_that_meets_only_open_connections_in_use_is_refused(
    backend_stack: Stack, fault: Fault
) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with (
        pytest.raises(VacuousFault, match="altered 0 exchanges or connections"),
        backend_stack.inject(fault),
    ):
        backend_stack.drive(AGENTS, requests=3)


@pytest.mark.parametrize(
    "fault",
    [faults.ConnectDelay("catalog", 0.2), faults.Outage("catalog")],
    ids=lambda fault: type(fault).__name__,
)
def test_what_our_own_proxy_does_for_a_fault_is_leased(
    backend_stack: Stack, connecting: Target, fault: Fault
) -> None:
    """On every backend: Outage is brought about by our proxy as well, before any other."""
    backend = backend_stack.backend

    def leased() -> int:
        return len(msgspec.json.decode(call(backend.tap.address, "GET", "/leases"))["running"])

    with backend_stack.inject(fault):
        assert leased() == 1
        connecting.drive(AGENTS, requests=1)
    assert leased() == 0
    assert backend.lapses == 0
