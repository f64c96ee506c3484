"""The breaker criteria rule on what reached the dependency, within the evidence's bounds."""

from dataclasses import replace

import pytest

from tests.criteria.recorded import (
    AT,
    STEP,
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
from windtunnel import Ruling, breaker_closes, breaker_half_opens, breaker_opens, fallbacks_served
from windtunnel.criteria.wire_answers import with_unmarked_fallbacks
from windtunnel.records import Certainty, Refusals, Run


def test_three_refused_attempts_and_then_silence_pass() -> None:
    verdict = breaker_opens(
        run(responses(20), evidence(refusals=[refused(AT[:3])])), "catalog", within=3
    )
    assert verdict.ruling is Ruling.PASS
    assert "after 3 failures had ended, 0 attempts of 17 later requests" in verdict.statement


def test_an_earlier_opening_passes() -> None:
    seen = evidence(refusals=[refused(AT[:2])])
    assert breaker_opens(run(responses(20), seen), "catalog").ruling is Ruling.PASS


@pytest.mark.parametrize("reached", [4, 5, 20])
def test_a_fourth_attempt_fails(reached: int) -> None:
    seen = evidence(refusals=[refused(AT[:reached])])
    verdict = breaker_opens(run(responses(20), seen), "catalog", within=3)
    assert verdict.ruling is Ruling.FAIL
    assert verdict.lower == reached - 3
    assert sum(moment.counted for moment in verdict.timeline) == reached - 3


def test_failed_exchanges_count_like_refusals() -> None:
    seen = evidence(*(exchange(at, status="") for at in AT[:5]))
    assert breaker_opens(run(responses(20), seen), "catalog").ruling is Ruling.FAIL
    seen = evidence(*(exchange(at, status="503") for at in AT[:3]))
    assert breaker_opens(run(responses(20), seen), "catalog").ruling is Ruling.PASS


def test_a_call_that_succeeds_after_the_failures_counts_too() -> None:
    """A service that still calls is not open, whatever the calls bring."""
    seen = evidence(*(exchange(at, status="") for at in AT[:3]), *(exchange(at) for at in AT[3:]))
    assert breaker_opens(run(responses(20), seen), "catalog").ruling is Ruling.FAIL


def test_attempts_after_the_recovery_time_are_probes_and_do_not_count() -> None:
    seen = evidence(refusals=[refused([*AT[:3], AT[12]])])
    assert breaker_opens(run(responses(20), seen), "catalog").ruling is Ruling.FAIL
    verdict = breaker_opens(run(responses(20), seen), "catalog", recovery=8 * STEP)
    assert verdict.ruling is Ruling.PASS


def test_no_failure_is_inconclusive_not_a_pass() -> None:
    verdict = breaker_opens(run(responses(20), evidence()), "catalog")
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert "a fault that makes the dependency's calls fail" in verdict.needs


def test_too_few_later_requests_are_inconclusive() -> None:
    seen = evidence(refusals=[refused(AT[:3])])
    assert breaker_opens(run(responses(5), seen), "catalog").ruling is Ruling.INCONCLUSIVE


def test_cutting_an_idle_connection_is_not_an_attempt() -> None:
    seen = evidence(connections=[warmed()], refusals=[refused(AT[:3])])
    verdict = breaker_opens(run(responses(20), seen), "catalog")
    assert "after 3 failures had ended, 0 attempts" in verdict.statement


def test_counters_that_stand_still_prove_that_it_opened() -> None:
    samples = [(number * STEP + 0.006, min(number + 1, 3)) for number in range(20)]
    seen = evidence(refusals=[counted([(0.0, 0), *samples])])
    verdict = breaker_opens(run(responses(20), seen), "catalog", within=3)
    assert verdict.ruling is Ruling.PASS
    assert any("upper bound" in condition for condition in verdict.conditions)


def test_counters_that_go_on_are_inconclusive_because_others_may_have_moved_them() -> None:
    samples = [(number * STEP + 0.006, number + 1) for number in range(20)]
    seen = evidence(refusals=[counted([(0.0, 0), *samples])])
    verdict = breaker_opens(run(responses(20), seen), "catalog", within=3)
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert "CAP_NET_RAW" in verdict.needs


def test_uncounted_refusals_are_inconclusive() -> None:
    blind = Refusals(dependency="catalog", since=0.0, until=1.0, certainty=Certainty.NONE)
    verdict = breaker_opens(run(responses(20), evidence(refusals=[blind])), "catalog")
    assert verdict.ruling is Ruling.INCONCLUSIVE


def test_calls_in_flight_at_the_third_failure_belong_to_the_failures() -> None:
    """Request 4 started before failure 3 had ended: its attempt is exposure, not a fault."""
    concurrent = responses(20, seconds=STEP * 1.5)
    seen = evidence(*(exchange(at, status="", seconds=STEP * 1.2) for at in AT[:4]))
    verdict = breaker_opens(run(concurrent, seen, concurrency=2), "catalog")
    assert verdict.ruling is not Ruling.FAIL


PROBES = (exchange(0.001, seconds=0.2), exchange(0.002, seconds=0.2))


def test_two_probes_with_twenty_callers_waiting_pass() -> None:
    seen = run(crowd(20, probes=2), evidence(*PROBES), concurrency=20)
    verdict = breaker_half_opens(seen, "catalog", at_most=2)
    assert verdict.ruling is Ruling.PASS
    assert "of 20 requests that had come by then, 18 were sent away" in verdict.statement


def test_three_probes_at_once_fail() -> None:
    seen = evidence(*(exchange(0.001 * n, seconds=0.2) for n in range(1, 4)))
    for waiting in (0, 17):
        burst = crowd(20, probes=3, waiting=waiting)
        verdict = breaker_half_opens(run(burst, seen, concurrency=20), "catalog", at_most=2)
        assert verdict.ruling is Ruling.FAIL


@pytest.mark.parametrize(("waiting", "ruling"), [(15, "PASS"), (16, "INCONCLUSIVE")])
def test_callers_who_wait_may_not_have_reached_the_breaker_in_time(
    waiting: int, ruling: str
) -> None:
    """On a busy machine the first probe may be over before the third caller is heard."""
    seen = run(crowd(20, probes=2, waiting=waiting), evidence(*PROBES), concurrency=20)
    verdict = breaker_half_opens(seen, "catalog", at_most=2)
    assert verdict.ruling == ruling
    assert not verdict.needs or "more than 2 callers that are kept back" in verdict.needs


@pytest.mark.parametrize(("probing", "ruling"), [((4, 20), "PASS"), ((19, 20), "INCONCLUSIVE")])
def test_the_probes_callers_need_not_be_the_first_to_come(
    probing: tuple[int, int], ruling: str
) -> None:
    """Who comes between them is sent away while the probe is under way, as they are in Go."""
    everyone = tuple(
        replace(each, ended=each.started + 0.5, fallback="") if each.number in probing else each
        for each in crowd(20, probes=0)
    )
    probes = (exchange(0.003, seconds=0.2), exchange(0.004, seconds=0.2))
    seen = run(everyone, evidence(*probes), concurrency=20)
    assert breaker_half_opens(seen, "catalog", at_most=2).ruling == ruling


def test_callers_who_came_before_the_probes_may_have_met_an_open_breaker() -> None:
    early, late = crowd(20, probes=0), crowd(2, probes=2)
    late = tuple(replace(each, started=each.started + 0.003) for each in late)
    probes = (exchange(0.004, seconds=0.2), exchange(0.0045, seconds=0.2))
    seen = run((*early, *late), evidence(*probes), concurrency=22)
    verdict = breaker_half_opens(seen, "catalog", at_most=2)
    assert verdict.ruling is Ruling.INCONCLUSIVE


def test_calls_after_the_probes_ended_are_no_probes() -> None:
    later = tuple(exchange(0.3 + 0.001 * n) for n in range(10))
    seen = run(crowd(20, probes=2), evidence(*PROBES, *later), concurrency=20)
    assert breaker_half_opens(seen, "catalog").ruling is Ruling.PASS


def test_half_open_without_a_probe_or_without_callers_is_inconclusive() -> None:
    assert breaker_half_opens(run(responses(20), evidence()), "catalog").ruling is (
        Ruling.INCONCLUSIVE
    )
    seen = evidence(exchange(0.001, seconds=0.002))
    assert breaker_half_opens(run(responses(20), seen), "catalog").ruling is Ruling.INCONCLUSIVE


def test_a_closed_breaker_lets_every_request_through() -> None:
    seen = evidence(*(exchange(at) for at in AT))
    assert breaker_closes(after_opening(responses(20), seen), "catalog").ruling is Ruling.PASS


def test_a_breaker_that_was_never_open_has_not_closed() -> None:
    """Whether no run came before, or one whose calls failed and were never kept back."""
    seen = evidence(*(exchange(at) for at in AT))
    alone = run(responses(20), seen)
    failing = run(
        responses(20, fallback="catalog"), evidence(*(exchange(at, status="") for at in AT))
    )
    for each in (alone, replace(alone, earlier=(failing,))):
        verdict = breaker_closes(each, "catalog")
        assert verdict.ruling is Ruling.INCONCLUSIVE
        assert "requests" in verdict.statement
        assert "kept back" in verdict.needs


def test_a_request_that_was_kept_back_without_a_mark_shows_the_opening_too() -> None:
    failing = run(responses(20), evidence(*(exchange(at, status="") for at in AT[:3])))
    closed = run(responses(20), evidence(*(exchange(at) for at in AT)))
    assert breaker_closes(replace(closed, earlier=(failing,)), "catalog").ruling is Ruling.PASS


def test_silence_that_the_tap_could_not_hear_shows_no_opening() -> None:
    failing = run(
        responses(20, fallback="catalog"),
        evidence(*(exchange(at, status="") for at in AT[:3]), dropped=1),
    )
    closed = run(responses(20), evidence(*(exchange(at) for at in AT)))
    verdict = breaker_closes(replace(closed, earlier=(failing,)), "catalog")
    assert verdict.ruling is Ruling.INCONCLUSIVE


def test_answers_without_a_call_and_without_a_mark_are_none_of_the_dependency() -> None:
    """A breaker stuck open whose fallback looks like an answer."""
    stuck = after_opening(responses(20), evidence())
    verdict = breaker_closes(stuck, "catalog")
    assert verdict.ruling is Ruling.FAIL
    assert "0 callers got an answer that rests on one" in verdict.statement
    assert any(
        "20 of 20 requests got a good answer without a call" in c for c in verdict.conditions
    )
    assert "without a call" in fallbacks_served(stuck, "catalog").statement


def test_a_call_serves_one_answer_only() -> None:
    """Twenty calls within one request show nothing of the nineteen others."""
    seen = evidence(*(exchange(0.0001 * n, seconds=0.0001) for n in range(20)))
    assert breaker_closes(after_opening(responses(20), seen), "catalog").ruling is Ruling.FAIL


@pytest.mark.parametrize("reached", [0, 10, 19])
def test_a_breaker_that_keeps_requests_back_has_not_closed(reached: int) -> None:
    seen = evidence(*(exchange(at) for at in AT[:reached]))
    assert breaker_closes(after_opening(responses(20), seen), "catalog").ruling is Ruling.FAIL


def test_fallbacks_must_answer_every_request() -> None:
    assert fallbacks_served(run(responses(9, fallback="catalog"), evidence()), "catalog")
    some = responses(9, fallback="catalog") + responses(1, at=1.0)
    assert fallbacks_served(run(some, evidence()), "catalog").ruling is Ruling.FAIL
    errors = responses(9, fallback="catalog", status=503)
    assert fallbacks_served(run(errors, evidence()), "catalog").ruling is Ruling.FAIL
    assert fallbacks_served(run((), evidence()), "catalog").ruling is Ruling.INCONCLUSIVE


def test_another_dependency_s_fallback_is_no_failure_of_this_one() -> None:
    seen = evidence(*(exchange(at) for at in AT))
    verdict = breaker_opens(run(responses(20, fallback="workflows"), seen), "catalog")
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert "none of them failed" in verdict.statement


@pytest.mark.parametrize("fallback", ["catalog", "redis,catalog", "redis, catalog"])
def test_a_fallback_is_this_dependency_s_also_among_others(fallback: str) -> None:
    answers = responses(20, fallback=fallback)
    seen = evidence(*(exchange(at) for at in AT))
    assert breaker_opens(run(answers, seen), "catalog").ruling is Ruling.FAIL
    assert fallbacks_served(run(answers, seen), "catalog").ruling is Ruling.PASS
    assert fallbacks_served(run(answers, seen), "cat").ruling is Ruling.FAIL


def answered_late(probe: float) -> Run:
    """Three failures, each answered 0.3 s after it, twenty quick answers, and one call."""
    slow = tuple(
        replace(each, started=number * 0.4, ended=number * 0.4 + 0.302)
        for number, each in enumerate(responses(3, fallback="catalog"))
    )
    failed = [exchange(each.started + 0.001, seconds=0.001, status="") for each in slow]
    quick = responses(20, at=1.2, fallback="catalog")
    return run((*slow, *quick), evidence(*failed, exchange(probe)))


def test_the_recovery_time_counts_from_the_failure_not_from_its_answer() -> None:
    """The third call failed at 0.802, its answer came at 1.102: from 1.302 a probe is lawful."""
    verdict = breaker_opens(answered_late(1.303), "catalog", recovery=0.5)
    assert verdict.ruling is Ruling.PASS
    assert breaker_opens(answered_late(1.293), "catalog", recovery=0.5).ruling is Ruling.FAIL


def test_a_probe_by_a_request_from_before_the_recovery_time_does_not_count() -> None:
    """The tenth of the quick requests starts at 1.29, and calls at 1.294."""
    verdict = breaker_opens(answered_late(1.294), "catalog", recovery=0.4915)
    assert verdict.ruling is Ruling.PASS


def test_a_good_answer_without_any_call_is_a_fallback_though_unmarked() -> None:
    some = run(responses(20), evidence(*(exchange(at) for at in AT[:5])))
    found = with_unmarked_fallbacks(some, "catalog").responses
    assert [each.fallback for each in found] == [""] * 5 + ["catalog"] * 15
    blind = replace(some, evidence=(evidence(dropped=1),))
    assert with_unmarked_fallbacks(blind, "catalog") is blind
