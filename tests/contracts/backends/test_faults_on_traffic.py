"""One suite for every backend: each fault's effect on real traffic, and its end.

Delays are asserted from below only (never shorter than asked for); that they end is asserted by
comparison with the fault's own delay.
"""

import pytest

from windtunnel import faults
from windtunnel.errors import UnsupportedFault, VacuousFault
from windtunnel.records import Certainty, ExchangeOutcome, Run
from windtunnel.stack import Stack
from windtunnel_faults import Capability, Fault

AGENTS = "/api/agents"


def all_real(run: Run) -> bool:
    return all(response.succeeded and not response.fallback for response in run.responses)


def all_fallbacks(run: Run) -> bool:
    return all(response.succeeded and response.fallback for response in run.responses)


def sent(stack: Stack) -> int:
    """Return how many bytes the catalog's open connections have answered with."""
    evidence = stack.evidence("catalog")
    return sum(each.sent for each in evidence.connections if each.closed is None)


def healed(stack: Stack, endpoint: str = AGENTS) -> bool:
    """Whether the dependency answers again; the first request may meet a broken connection."""
    stack.drive(endpoint, requests=1)
    return all_real(stack.drive(endpoint, requests=3))


def test_latency_delays_every_answer(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=3)
    with backend_stack.inject(faults.Latency("catalog", 0.3)):
        run = backend_stack.drive(AGENTS, requests=3)
    assert all_real(run)
    assert all(response.duration >= 0.3 for response in run.responses)
    after = backend_stack.drive(AGENTS, requests=3)
    assert min(response.duration for response in after.responses) < 0.3


def test_jitter_varies_the_delay_within_its_bounds(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=3)
    with backend_stack.inject(faults.Latency("catalog", 0.1, jitter=0.08)):
        run = backend_stack.drive(AGENTS, requests=15)
    durations = [response.duration for response in run.responses]
    assert min(durations) >= 0.02
    assert max(durations) - min(durations) > 0.02


def test_bandwidth_takes_as_long_as_the_bytes_need(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=1)
    before = sent(backend_stack)
    backend_stack.drive(AGENTS, requests=1)
    size = sent(backend_stack) - before
    with backend_stack.inject(faults.Bandwidth("catalog", 1000)):
        run = backend_stack.drive(AGENTS, requests=2)
    assert all_real(run)
    # Toxiproxy lets one slice of a tenth of a second through at once.
    least = size / 1000 - 0.1
    assert least > 0.1, "the answer is too short for this test to mean anything"
    assert all(response.duration >= least for response in run.responses)


def test_a_black_hole_swallows_answers_until_the_target_gives_up(backend_stack: Stack) -> None:
    with (
        backend_stack.target(HTTP_REQUEST_TIMEOUT="0.3") as target,
        backend_stack.inject(faults.Timeout("catalog")),
    ):
        run = target.drive(AGENTS, requests=2)
        assert all_fallbacks(run)
        assert all(response.duration >= 0.3 for response in run.responses)
        assert all(attempt.failed for attempt in run.at("catalog").attempts if attempt.ended)
    assert healed(backend_stack)


def test_a_reset_fails_calls_after_they_were_accepted(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(faults.ConnectionReset("catalog")):
        run = backend_stack.drive(AGENTS, requests=5)
    assert all_fallbacks(run)
    exchanges = run.at("catalog").exchanges
    assert len(exchanges) >= 5
    assert all(exchange.outcome is ExchangeOutcome.FAILED for exchange in exchanges)
    assert healed(backend_stack)


def test_an_outage_refuses_and_each_refused_attempt_is_counted(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(faults.Outage("catalog")):
        run = backend_stack.drive(AGENTS, requests=7)
    assert all_fallbacks(run)
    evidence = run.at("catalog")
    assert not evidence.exchanges
    (refusals,) = evidence.refusals
    if refusals.certainty is Certainty.PACKETS:
        assert len(refusals.times) == 7
    else:
        assert refusals.certainty is Certainty.COUNTERS
        assert refusals.samples[-1][1] >= 7
    assert healed(backend_stack)


def test_a_data_limit_ends_connections_in_the_middle_of_an_answer(backend_stack: Stack) -> None:
    with backend_stack.inject(faults.DataLimit("catalog", 40)):
        run = backend_stack.drive(AGENTS, requests=3)
    assert all_fallbacks(run)
    evidence = run.at("catalog")
    assert [e.outcome for e in evidence.exchanges] == [ExchangeOutcome.FAILED] * len(
        evidence.exchanges
    )
    assert evidence.exchanges
    opened = [each for each in evidence.connections if each.opened >= run.began]
    assert opened
    assert all(connection.sent <= 40 for connection in opened)
    assert healed(backend_stack)


def test_a_slow_close_delays_the_end_of_a_connection(backend_stack: Stack) -> None:
    """The answer itself is not late; the connection stays behind it."""
    with backend_stack.target(ENABLE_CONNECTION_REUSE="false") as target:
        with backend_stack.inject(faults.SlowClose("catalog", 0.4)):
            run = target.drive(AGENTS, requests=3)
            lingering = [
                connection
                for connection in run.at("catalog").connections
                if connection.closed is None or connection.closed - connection.opened >= 0.4
            ]
        assert all_real(run)
        assert len(lingering) >= 3
        after = target.drive(AGENTS, requests=3)
    assert all_real(after)


@pytest.mark.parametrize("kind", [faults.Pause, faults.Kill, faults.Stop])
def test_a_struck_process_fails_calls_and_comes_back(
    backend_stack: Stack, kind: type[faults.Pause] | type[faults.Kill] | type[faults.Stop]
) -> None:
    backend_stack.drive("/api/workflows", requests=2)
    with backend_stack.inject(kind("redis")):
        run = backend_stack.drive("/api/workflows", requests=3)
    assert all_fallbacks(run)
    assert healed(backend_stack, "/api/workflows")


def test_a_restarted_dependency_is_back_at_once(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=2)
    before = backend_stack.evidence("catalog")
    with backend_stack.inject(faults.Restart("catalog")):
        assert healed(backend_stack)
    open_before = {each.number for each in before.connections if each.closed is None}
    still = {
        each.number for each in backend_stack.evidence("catalog").connections if not each.closed
    }
    assert not open_before & still


def test_a_fault_of_the_target_itself_ends_it_and_brings_it_back(backend_stack: Stack) -> None:
    assert all_real(backend_stack.drive(AGENTS, requests=2))
    with backend_stack.inject(faults.Kill("target")):
        run = backend_stack.drive(AGENTS, requests=2)
    assert not any(response.succeeded for response in run.responses)
    assert healed(backend_stack)


def test_a_disconnected_dependency_fails_calls_and_comes_back(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=2)
    fault = faults.Disconnect("catalog")
    if not backend_stack.can(Capability.NETWORK):
        with pytest.raises(UnsupportedFault, match="needs the capability 'network'"):
            backend_stack.inject(fault).__enter__()
        return
    with backend_stack.target(HTTP_REQUEST_TIMEOUT="0.5") as target:
        with backend_stack.inject(fault):
            assert all_fallbacks(target.drive(AGENTS, requests=2))
        assert healed(backend_stack)


@pytest.mark.parametrize(
    "fault",
    [
        faults.Latency("catalog", 0.1),
        faults.ConnectionReset("redis"),
        faults.Timeout("catalog"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_fault_that_touches_no_traffic_is_refused(backend_stack: Stack, fault: Fault) -> None:
    backend_stack.drive("/healthz", requests=1)
    with pytest.raises(VacuousFault, match="0 calls started"), backend_stack.inject(fault):
        backend_stack.drive("/healthz", requests=5)


def test_an_unknown_dependency_is_one_clear_error(backend_stack: Stack) -> None:
    with pytest.raises(UnsupportedFault, match=r"no dependency is named 'catalogue'; did you mean"):
        backend_stack.inject(faults.Outage("catalogue")).__enter__()


def test_exchanges_tell_opened_from_reused_connections(backend_stack: Stack) -> None:
    run = backend_stack.drive(AGENTS, requests=10)
    numbers = {exchange.connection for exchange in run.at("catalog").exchanges}
    assert len(run.at("catalog").exchanges) == 10
    assert len(numbers) == 1
    with backend_stack.target(ENABLE_CONNECTION_REUSE="false") as target:
        run = target.drive(AGENTS, requests=10)
    numbers = {exchange.connection for exchange in run.at("catalog").exchanges}
    assert len(numbers) == 10
    assert all(exchange.index == 0 for exchange in run.at("catalog").exchanges)


def test_a_profile_is_paid_by_exchanges_and_by_new_connections(backend_stack: Stack) -> None:
    with (
        backend_stack.target(ENABLE_CONNECTION_REUSE="false") as target,
        backend_stack.network("region"),
    ):
        run = target.drive(AGENTS, requests=3)
    assert run.profile.startswith("region, 20 ms round trip added by ")
    assert all(response.duration >= 0.040 for response in run.responses)
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.network("region"):
        run = backend_stack.drive(AGENTS, requests=3)
    assert all(response.duration >= 0.020 for response in run.responses)
    assert min(response.duration for response in run.responses) < 0.040
