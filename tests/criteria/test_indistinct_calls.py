"""Where calls cannot be told apart, only that no byte came proves that none was made."""

import math
from dataclasses import replace

import pytest

from tests.criteria.recorded import AT, STEP, evidence, exchange, refused, responses, run
from windtunnel import (
    Ruling,
    breaker_half_opens,
    breaker_opens,
    calls_per_request,
    fault_touched,
    touches_nothing,
)
from windtunnel.criteria.completeness import between
from windtunnel.records import (
    Arrival,
    Connection,
    Evidence,
    Exchange,
    ExchangeOutcome,
    FaultWindow,
    UnaskedCalls,
)

WHY = "calls cannot be told apart"


def turn(at: float, *, answered: bool = True) -> Exchange:
    whole = replace(exchange(at), request="bytes", status="")
    if answered:
        return whole
    return replace(whole, outcome=ExchangeOutcome.PENDING, ended=None)


def turns(*exchanges: Exchange, more: tuple[float, ...] = ()) -> Evidence:
    return replace(
        evidence(*exchanges),
        tells_calls_apart=False,
        arrivals=tuple(Arrival(connection=1, at=at) for at in more),
    )


ANSWERS = responses(20, fallback="catalog")


def test_a_multiplexed_service_without_a_breaker_does_not_pass() -> None:
    """Each of its calls goes into the one turn that the fault holds."""
    held = turns(turn(AT[0], answered=False), more=tuple(AT[1:]))
    verdict = breaker_opens(run(ANSWERS, held), "catalog")
    assert verdict.ruling is Ruling.FAIL
    assert any(WHY in condition for condition in verdict.conditions)


def test_bytes_while_a_fault_holds_a_connection_are_no_silence() -> None:
    held = turns(turn(AT[0], answered=False), more=(AT[1], AT[2], AT[9]))
    verdict = breaker_opens(run(ANSWERS, held), "catalog")
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert verdict.upper == math.inf
    assert WHY in verdict.needs


def test_no_byte_at_all_proves_that_nothing_was_called() -> None:
    held = turns(turn(AT[0], answered=False), more=(AT[1], AT[2]))
    assert breaker_opens(run(ANSWERS, held), "catalog").ruling is Ruling.PASS


def test_requests_at_once_and_calls_of_the_target_s_own_fail_nothing() -> None:
    held = turns(turn(AT[0], answered=False), more=tuple(AT[1:]))
    several = run(ANSWERS, held, concurrency=5)
    assert breaker_opens(several, "catalog").ruling is Ruling.INCONCLUSIVE


def test_turns_that_the_target_makes_unasked_take_nothing_from_no_calls() -> None:
    own = UnaskedCalls(request="bytes", left_out=0, rate=1.0)
    seen = replace(turns(turn(0.1), turn(0.2)), unasked=(own,))
    assert between(seen, 0.0, 1.0).least == 0


@pytest.mark.parametrize("reached", [[*AT[:3]], AT])
def test_refused_connections_prove_calls_and_silence_after_them_proves_nothing(
    reached: list[float],
) -> None:
    seen = replace(evidence(refusals=[refused(reached)]), tells_calls_apart=False)
    verdict = breaker_opens(run(ANSWERS, seen), "catalog")
    # A client that shares a connection among calls, as gRPC's do, backs off by itself.
    assert verdict.ruling is (Ruling.FAIL if len(reached) > 3 else Ruling.INCONCLUSIVE)


def test_turns_are_not_counted_as_calls() -> None:
    several = turns(*(turn(0.001 + n * 0.0004) for n in range(9)))
    verdict = calls_per_request(run(responses(1), several), "catalog", at_most=1)
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert WHY in verdict.needs
    burst = run(responses(20, seconds=0.5), turns(turn(0.001), turn(0.0015)), concurrency=20)
    assert breaker_half_opens(burst, "catalog", at_most=1).ruling is Ruling.INCONCLUSIVE


def test_an_endpoint_that_sends_bytes_with_every_request_touches_its_dependency() -> None:
    control = run(responses(5), turns(turn(0.001)))
    silent = run(responses(5), turns())
    assert touches_nothing(silent, control).ruling is Ruling.PASS
    every = run(responses(5), turns(*(turn(at) for at in AT[:5])))
    assert touches_nothing(every, control).ruling is Ruling.FAIL
    ping = run(responses(5), turns(turn(AT[2])))
    assert touches_nothing(ping, control).ruling is Ruling.INCONCLUSIVE


WINDOW = FaultWindow(fault="Pause('catalog')", dependency="catalog", began=1.0, ended=2.0)


def connection(opened: float, closed: float | None = None, *, sent: int = 0) -> Connection:
    return Connection(dependency="catalog", number=1, opened=opened, closed=closed, sent=sent)


@pytest.mark.parametrize(
    ("held", "ruling"),
    [
        (connection(1.2), Ruling.PASS),
        (connection(1.2, 1.3), Ruling.PASS),
        (connection(0.5), Ruling.PASS),
        (connection(0.5, sent=70), Ruling.FAIL),
        (connection(0.5, 0.9), Ruling.FAIL),
        (connection(2.5), Ruling.FAIL),
    ],
)
def test_a_connection_that_waits_for_the_server_s_first_words_was_touched(
    held: Connection, ruling: Ruling
) -> None:
    seen = replace(evidence(connections=[held]), tells_calls_apart=False)
    assert fault_touched(WINDOW, seen).ruling is ruling


def test_bytes_within_a_turn_are_traffic_that_a_fault_touches() -> None:
    seen = turns(turn(0.5, answered=True), more=(1.0 + STEP,))
    assert fault_touched(WINDOW, seen).ruling is Ruling.PASS


@pytest.mark.parametrize("reached", [(AT[0],), (AT[0], AT[5], AT[10])])
def test_silence_of_a_client_that_lost_its_connection_may_be_its_own(
    reached: tuple[float, ...],
) -> None:
    """A gRPC channel whose connection is reset connects again after 1 s, then 1.6 s, and so on."""
    reset = turns(more=reached)
    verdict = breaker_opens(run(ANSWERS, reset), "catalog")
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert "may wait by itself" in verdict.needs


def test_silence_on_a_connection_that_stays_open_is_a_breakers() -> None:
    """Here it opens at the first failure; the connection could have carried the later calls."""
    kept = replace(turns(more=(AT[0],)), connections=(replace(connection(0.0), reached=True),))
    assert breaker_opens(run(ANSWERS, kept), "catalog").ruling is Ruling.PASS
