"""What the tap may have missed turns a PASS into doubt, and never takes back what it saw."""

import math
from dataclasses import replace
from typing import Any

import pytest

from tests.criteria.recorded import (
    AT,
    after_opening,
    counted,
    crowd,
    evidence,
    exchange,
    refused,
    responses,
    run,
    warmed,
)
from windtunnel import (
    Ruling,
    Verdict,
    breaker_closes,
    breaker_half_opens,
    breaker_opens,
    calls_per_request,
    fault_touched,
    opens_no_connection,
    touches_nothing,
)
from windtunnel.records import Certainty, Ending, Evidence, FaultWindow, Handshake, Refusals, Touch

BEFORE = replace(warmed(), opened=-1.0)
CONTROL = run(responses(5), evidence(exchange(0.001)))
PROBES = (exchange(0.001, seconds=0.2), exchange(0.002, seconds=0.2))


def nothing_touched(**unseen: Any) -> Verdict:  # noqa: ANN401 - evidence's own arguments
    return touches_nothing(run(responses(5), evidence(**unseen)), CONTROL)


def opens(**unseen: Any) -> Verdict:  # noqa: ANN401 - the same
    seen = evidence(*(exchange(at, status="") for at in AT[:3]), **unseen)
    return breaker_opens(run(responses(20), seen), "catalog")


def half_opens(**unseen: Any) -> Verdict:  # noqa: ANN401 - the same
    burst = run(crowd(20, probes=2), evidence(*PROBES, **unseen), concurrency=20)
    return breaker_half_opens(burst, "catalog")


def shared(**unseen: Any) -> Verdict:  # noqa: ANN401 - the same
    seen = evidence(exchange(0.001), **unseen)
    return calls_per_request(run(responses(10), seen), "catalog", at_most=0.1)


def none_opened(**unseen: Any) -> Verdict:  # noqa: ANN401 - the same
    seen = evidence(exchange(0.001), connections=[BEFORE], **unseen)
    return opens_no_connection(run(responses(1), seen), "catalog")


@pytest.mark.parametrize("judge", [nothing_touched, opens, half_opens, shared, none_opened])
@pytest.mark.parametrize(
    ("unseen", "reason"),
    [
        ({"dropped": 500}, "500 records were discarded by the tap"),
        ({"blind_spots": ["a request could not be parsed"]}, "a request could not be parsed"),
    ],
)
def test_silence_that_the_tap_could_not_hear_is_no_pass(
    judge: Any,  # noqa: ANN401 - one of the functions above
    unseen: dict[str, Any],
    reason: str,
) -> None:
    assert judge().ruling is Ruling.PASS
    verdict = judge(**unseen)
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert reason in verdict.needs
    assert verdict.upper == math.inf


def test_refusals_that_only_the_kernel_counted_may_be_calls_of_an_endpoint_that_makes_none() -> (
    None
):
    verdict = nothing_touched(refusals=[counted([(0.0, 0), (0.5, 20)])])
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert (verdict.lower, verdict.upper) == (0, 20)
    assert "kernel counters" in verdict.needs
    assert nothing_touched(refusals=[counted([(0.0, 0), (0.5, 0)])])


def test_refusals_that_only_the_kernel_counted_may_be_probes() -> None:
    blind = Refusals(dependency="catalog", since=0.0, until=1.0, certainty=Certainty.NONE)
    assert half_opens(refusals=[blind]).ruling is Ruling.INCONCLUSIVE


@pytest.mark.parametrize("unseen", [{"dropped": 1}, {"blind_spots": ["not HTTP"]}])
def test_what_was_seen_fails_whatever_was_missed(unseen: dict[str, Any]) -> None:
    calls = evidence(*(exchange(at, status="") for at in AT), connections=[warmed(2)], **unseen)
    seen = run(responses(20), calls)
    assert touches_nothing(seen, CONTROL).ruling is Ruling.FAIL
    assert breaker_opens(seen, "catalog").ruling is Ruling.FAIL
    assert calls_per_request(seen, "catalog", at_most=0.1).ruling is Ruling.FAIL
    assert opens_no_connection(seen, "catalog").ruling is Ruling.FAIL


@pytest.mark.parametrize("unseen", [{"dropped": 1}, {"blind_spots": ["not HTTP"]}])
def test_calls_that_were_missed_are_no_proof_that_the_breaker_stayed_open(
    unseen: dict[str, Any],
) -> None:
    some = after_opening(responses(20), evidence(*(exchange(at) for at in AT[:10]), **unseen))
    assert breaker_closes(some, "catalog").ruling is Ruling.INCONCLUSIVE
    every = after_opening(responses(20), evidence(*(exchange(at) for at in AT), **unseen))
    assert breaker_closes(every, "catalog").ruling is Ruling.PASS


@pytest.mark.parametrize("unseen", [{"dropped": 1}, {"blind_spots": ["not HTTP"]}])
def test_a_fault_that_touched_nothing_seen_may_have_touched_what_was_missed(
    unseen: dict[str, Any],
) -> None:
    window = FaultWindow(fault="Outage('catalog')", dependency="catalog", began=1.0, ended=2.0)
    assert fault_touched(window, evidence(**unseen)).ruling is Ruling.INCONCLUSIVE
    assert fault_touched(window, evidence(refusals=[refused([1.5])], **unseen))


def test_what_a_toxic_counted_itself_is_complete_whatever_records_were_discarded() -> None:
    window = FaultWindow(
        fault="Latency('catalog', 0.1)", dependency="catalog", began=1.0, ended=2.0, toxic="a"
    )
    seen: Evidence = replace(
        evidence(exchange(1.5), dropped=1),
        touches=(Touch(dependency="catalog", toxic="a-0", connections=0),),
    )
    assert fault_touched(window, seen).ruling is Ruling.FAIL


@pytest.mark.parametrize(
    ("changed", "calls"),
    [
        ({}, 0),
        ({"received": 1}, 1),
        ({"ended_by": Ending.DEPENDENCY}, 1),
        ({"ended_by": Ending.TARGET}, 1),
        ({"handshake": Handshake()}, 0),
        ({"handshake": Handshake(began=0.0)}, 1),
    ],
)
def test_a_connection_that_was_cut_before_it_was_made_and_used_is_no_call(
    changed: dict[str, Any], calls: int
) -> None:
    """Outages cut it while the tap dials; one that carries a call, or cannot be made, is one."""
    cut = replace(warmed(), reached=False, **changed)
    assert len(evidence(connections=[cut]).attempts) == calls
