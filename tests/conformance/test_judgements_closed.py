"""The judges of a closed breaker rule on records alone: what passes, fails, and shows nothing."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from tests.conformance.hand_made import Call, failed, kept, part, real, recording
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties import (
    PROPERTIES,
    cancelled_callers_do_not_count,
    client_errors_do_not_count,
    no_hidden_retries,
    opens,
    opens_under_concurrency,
    slow_calls_count,
    success_resets_count,
)
from windtunnel.conformance.properties.failure_counts import almost
from windtunnel.criteria import Category, Ruling, Verdict
from windtunnel.errors import NotTestable
from windtunnel.records import Certainty, Refusals


def test_every_property_says_what_it_promises_and_who_asks_for_it() -> None:
    assert len({each.name for each in PROPERTIES}) == len(PROPERTIES)
    assert all(each.promise and each.source for each in PROPERTIES)
    assert {each.name for each in PROPERTIES if each.each_failure} == {
        "opens",
        "opens-under-concurrency",
        "no-hidden-retries",
        "failed-probe-reopens",
        "reopens-under-concurrency",
    }


@pytest.mark.parametrize(
    ("failures", "ruling"), [(1, "FAIL"), (2, "FAIL"), (3, "PASS"), (4, "FAIL")]
)
def test_it_opens_at_the_claimed_failures_neither_sooner_nor_later(
    failures: int, ruling: str
) -> None:
    calls = [failed(n * 0.01) if n < failures else kept(n * 0.01) for n in range(11)]
    verdict = opens.judge(recording(part("failing", *calls)))
    assert verdict.ruling == ruling
    assert verdict.category is Category.UNSCORED


def test_slow_failures_end_with_their_callers_answer_not_when_the_tap_learns_of_it() -> None:
    slow = [replace(failed(n * 0.5, 0.4), lasts=5.0) for n in range(3)]
    later = [kept(1.41 + n * 0.01) for n in range(8)]
    assert opens.judge(recording(part("failing", *slow, *later))).ruling is Ruling.PASS


def test_one_call_too_many_fails_it_however_few_requests_there_were() -> None:
    slow = [failed(n * 0.5, 0.4) for n in range(11)]
    seen = recording(part("failing", *slow), claims=Claims(threshold=3, recovery=0.4))
    assert opens.judge(seen).ruling is Ruling.FAIL


@pytest.mark.parametrize("judge", [opens.judge, slow_calls_count.judge])
@pytest.mark.parametrize(
    ("window", "ruling"), [(1.0, "INCONCLUSIVE"), (10.0, "FAIL"), (None, "FAIL")]
)
def test_slow_calls_that_do_not_fit_into_the_window_show_nothing(
    window: float | None, ruling: str, judge: Callable[[Recording], Verdict]
) -> None:
    slow = [failed(n * 0.81, 0.8) for n in range(11)]
    claims = Claims(threshold=3, recovery=0.4, window=window)
    assert judge(recording(part("failing", *slow), claims=claims)).ruling == ruling


def test_slow_calls_are_held_against_the_failures_that_were_seen_to_open_it() -> None:
    calls = [failed(n * 0.01) if n < 4 else kept(n * 0.01) for n in range(14)]
    seen = replace(recording(part("failing", *calls)), observed=4)
    assert slow_calls_count.judge(seen).ruling is Ruling.PASS
    assert opens.judge(seen).ruling is Ruling.FAIL


def burst(*, at: float = 0.0, callers: int = 100) -> list[Call]:
    return [failed(at + n * 0.0001, 0.1) for n in range(callers)]


def test_concurrent_failures_are_exposure_not_a_fault() -> None:
    after = part("after", *(kept(0.2 + n * 0.002) for n in range(8)))
    verdict = opens_under_concurrency.judge(
        recording(part("burst", *burst(), concurrency=100), after)
    )
    assert verdict.ruling is Ruling.PASS
    assert [finding.value for finding in verdict.findings] == [97, 0]


def test_a_call_begun_once_the_dependency_was_known_to_be_dead_is_counted() -> None:
    late = part("burst", *burst(), failed(0.15, 0.01), concurrency=100)
    after = part("after", *(kept(0.2 + n * 0.002) for n in range(8)))
    verdict = opens_under_concurrency.judge(recording(late, after))
    assert verdict.ruling is Ruling.PASS
    assert verdict.findings[1].value == 1


def test_a_breaker_that_concurrent_failures_leave_closed_fails() -> None:
    after = part("after", *(failed(0.2 + n * 0.005) for n in range(8)))
    verdict = opens_under_concurrency.judge(
        recording(part("burst", *burst(), concurrency=100), after)
    )
    assert verdict.ruling is Ruling.FAIL


def test_a_probe_is_no_fault_though_a_busy_tap_noted_the_failures_late() -> None:
    # It opened shortly after 0.0 s, and its recovery time of 0.4 s was over at 0.4 s.
    noted = (replace(each, takes=0.3, lasts=0.3) for each in burst())
    after = part("after", *(kept(0.31 + n * 0.01) for n in range(8)), failed(0.42))
    seen = recording(part("burst", *noted, concurrency=100), after)
    assert opens_under_concurrency.judge(seen).ruling is Ruling.PASS


@pytest.mark.parametrize(("timeout", "ruling"), [(None, "INCONCLUSIVE"), (0.8, "PASS")])
def test_it_cannot_have_opened_before_time_outs_were_over(
    timeout: float | None, ruling: str
) -> None:
    """Its recovery time begins then: what is asked after so long is asked while it is open."""
    held = (replace(each, takes=0.81, lasts=0.81) for each in burst())
    after = part("after", *(kept(0.82 + n * 0.002) for n in range(8)))
    seen = replace(recording(part("burst", *held, concurrency=100), after), timeout=timeout)
    assert opens_under_concurrency.judge(seen).ruling == ruling


def test_bodies_that_nobody_could_use_are_failures_in_a_crowd_too() -> None:
    """They look good to the tap, and a crowd's calls can't be told whose they are."""
    crowd = [replace(each, failed=False) for each in burst()]
    after = part("after", *(kept(0.2 + n * 0.002) for n in range(8)))
    unused = recording(part("burst", *crowd, concurrency=100), after)
    assert opens_under_concurrency.judge(unused).ruling is Ruling.PASS
    one = [replace(crowd[0], fallback=False), *crowd[1:]]
    used = recording(part("burst", *one, concurrency=100), after)
    assert opens_under_concurrency.judge(used).ruling is Ruling.INCONCLUSIVE


@pytest.mark.parametrize(
    ("check", "ruling"), [(real(0.2), "PASS"), (kept(0.2), "FAIL"), (failed(0.2), "FAIL")]
)
def test_a_success_sets_the_count_back(check: Call, ruling: str) -> None:
    verdict = success_resets_count.judge(
        recording(
            part("failures", failed(0.0), failed(0.01)),
            part("success", real(0.05)),
            part("failures again", failed(0.1), failed(0.11)),
            part("check", check),
        )
    )
    assert verdict.ruling == ruling


def test_retries_leave_the_count_untested() -> None:
    twice = [failed(0.1), Call(0.1005, 0.001, fallback=True, failed=True)]
    verdict = success_resets_count.judge(
        recording(
            part("failures", *twice),
            part("success", real(0.05), kept(0.06)),
            part("failures again", *twice),
            part("check", kept(0.2)),
        )
    )
    assert verdict.ruling is Ruling.INCONCLUSIVE


@pytest.mark.parametrize("let_through", [7, 3])
def test_client_errors_do_not_count(let_through: int) -> None:
    calls = [
        Call(0.1 + n * 0.01, status=500, answer="404")
        if n < let_through
        else replace(kept(0.1 + n * 0.01), status=503)
        for n in range(7)
    ]
    verdict = client_errors_do_not_count.judge(
        recording(
            part("healthy", real(0.0), real(0.01)),
            part("client errors", *calls),
            part("check", real(0.3)),
        )
    )
    assert verdict.ruling is (Ruling.PASS if let_through == 7 else Ruling.FAIL)


def test_a_request_on_a_connection_that_the_service_was_closing_is_nobodys_fault() -> None:
    lost = Call(0.12, 0.0005, status=None, reached=False)
    verdict = client_errors_do_not_count.judge(
        recording(
            part("healthy", real(0.0), real(0.01)),
            part("client errors", Call(0.1, status=500, answer="404"), lost),
            part("check", real(0.3)),
        )
    )
    assert verdict.ruling is Ruling.PASS


def test_a_hidden_retry_is_a_call_too_many() -> None:
    honest = part("failing", failed(0.0), failed(0.01))
    assert no_hidden_retries.judge(recording(honest)).ruling is Ruling.PASS
    retried = part("failing", failed(0.0), failed(0.01, 0.008), failed(0.013, 0.002))
    # The third call belongs to the second request.
    seen = recording(retried)
    two = replace(seen.steps[0].run, responses=seen.steps[0].run.responses[:2])
    assert (
        no_hidden_retries.judge(replace(seen, steps=(replace(seen.steps[0], run=two),))).ruling
        is Ruling.FAIL
    )


def test_a_call_whose_caller_got_the_fallback_failed_whatever_the_tap_saw_of_its_answer() -> None:
    """An answer that drips on after the service gave up is a whole answer to the tap."""
    given_up = [Call(n * 0.01, fallback=True) for n in range(3)]
    later = [kept(0.1 + n * 0.01) for n in range(8)]
    verdict = opens.judge(recording(part("failing", failed(-0.01), *given_up[1:], *later)))
    assert verdict.ruling is Ruling.PASS
    assert "after 3 failures had ended" in verdict.statement


def test_fewer_failures_than_the_claim_are_no_reason_to_be_open() -> None:
    calls = [failed(0.0), failed(0.01), *(real(0.02 + n * 0.01) for n in range(8))]
    assert opens.judge(recording(part("failing", *calls))).ruling is Ruling.INCONCLUSIVE


def test_a_probe_is_no_fault_though_the_failure_before_it_was_noted_late() -> None:
    # The third call failed after 0.8 s, as the others did, and was noted 0.3 s later.
    slow = [failed(0.0, 0.8), failed(0.81, 0.8), replace(failed(1.62, 1.1), lasts=1.1)]
    later = [kept(2.73 + n * 0.01) for n in range(8)]
    seen = recording(part("failing", *slow, *later, failed(2.83)))
    assert opens.judge(seen).ruling is Ruling.PASS


def test_refused_calls_that_were_not_seen_one_by_one_are_no_early_opening() -> None:
    """A packet that was counted late leaves a request without a call."""
    calls = [failed(0.0), kept(0.01), failed(0.02), *(kept(0.05 + n * 0.01) for n in range(8))]
    seen = recording(part("failing", *calls))
    step = seen.steps[0]
    refused = Refusals(dependency="catalog", since=0.0, until=0.03, certainty=Certainty.PACKETS)
    evidence = replace(step.run.evidence[0], refusals=(refused,))
    counted = replace(step, run=replace(step.run, evidence=(evidence,)))
    assert opens.judge(replace(seen, steps=(counted,))).ruling is not Ruling.FAIL


def left(at: float, *, reached: bool = True) -> Call:
    """Return a caller who went away before the answer to a call of 0.3 s."""
    return Call(at, 0.12, status=None, reached=reached, lasts=0.3)


@pytest.mark.parametrize(
    ("alone", "crowd", "check", "ruling"),
    [
        ([left(0.0), left(0.5)], [left(1.0), left(1.0001)], real, "PASS"),
        ([left(0.0), left(0.5)], [left(1.0), left(1.0001)], kept, "FAIL"),
        ([left(0.0), kept(0.5)], [left(1.0), left(1.0001)], real, "FAIL"),
        ([left(0.0), left(0.5)], [left(1.0), kept(1.0001)], real, "FAIL"),
        # Who leaves before its call was made was kept back by nobody.
        ([left(0.0), left(0.5)], [left(1.0), left(1.0001, reached=False)], real, "PASS"),
        # An answer that rests on a call came in time.
        ([left(0.0), left(0.5)], [left(1.0), real(1.0001)], real, "PASS"),
        ([left(0.0)], [left(1.0), real(1.0001)], real, "INCONCLUSIVE"),
        ([left(0.0)], [left(1.0), real(1.0001)], kept, "INCONCLUSIVE"),
    ],
)
def test_callers_that_go_away_open_nothing(
    alone: list[Call], crowd: list[Call], check: Callable[[float], Call], ruling: str
) -> None:
    seen = recording(
        part("leaving", *alone),
        part("leaving at once", *crowd, concurrency=2),
        part("check", *(check(2.0 + n * 0.01) for n in range(5))),
    )
    verdict = cancelled_callers_do_not_count.judge(seen)
    assert verdict.ruling == ruling, verdict.statement


@pytest.mark.parametrize(("apart", "ruling"), [(0.01, "FAIL"), (0.2, "INCONCLUSIVE")])
def test_of_several_workers_the_first_may_probe_before_the_last_has_opened(
    apart: float, ruling: str
) -> None:
    """Half of its recovery time of 0.4 s is allowed between them."""
    calls = [*(failed(n * apart) for n in range(4)), failed(3.05 * apart + 0.01)]
    waiting = [kept(3.1 * apart + 0.02 + n * 0.001) for n in range(9)]
    seen = replace(recording(part("failing", *calls, *waiting)), workers_met=2)
    assert opens.within(seen, 4).ruling == ruling


def test_workers_that_opened_slowly_and_let_nothing_through_pass() -> None:
    calls = [failed(n * 0.2) for n in range(4)]
    waiting = [kept(0.65 + n * 0.001) for n in range(9)]
    seen = replace(recording(part("failing", *calls, *waiting)), workers_met=2)
    assert opens.within(seen, 4).ruling is Ruling.PASS


@pytest.mark.parametrize(("fewest", "failures"), [(2, 1), (3, 2)])
def test_one_failure_fewer_than_may_open_it_is_tried(fewest: int, failures: int) -> None:
    assert almost(cast("Experiment", SimpleNamespace(fewest=fewest))) == failures


def test_a_breaker_that_the_first_failure_opens_leaves_none_to_try() -> None:
    with pytest.raises(NotTestable, match="first failure opens it"):
        almost(cast("Experiment", SimpleNamespace(fewest=1)))
