"""The judges of an open and a half-open breaker rule on records alone."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.conformance.hand_made import OPENING, Call, Part, failed, kept, part, real, recording
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties import (
    calls_in_flight_survive,
    cancelled_callers_leak_nothing,
    good_probes_close,
    late_failures_are_void,
    open_answer_is_fast,
    others_left_alone,
    recovery_time,
    several_workers,
    silent_while_open,
    wall_clock_plays_no_part,
)
from windtunnel.conformance.time_bounds import TimeBounds
from windtunnel.criteria import Ruling
from windtunnel.errors import NotTestable


def turned_away(at: float, callers: int = silent_while_open.AT_ONCE) -> list[Call]:
    """Return a crowd that is kept from the dependency."""
    return [kept(at + n * 0.0001) for n in range(callers)]


def silence(*crowds: Call, alone: Sequence[Call] | None = None, dropped: int = 0) -> Recording:
    """Return what is recorded of these crowds and of the single callers between them."""
    single = [kept(0.08 + n * 0.05) for n in range(6)] if alone is None else alone
    return recording(
        OPENING,
        part(silent_while_open.CROWDS, *crowds, concurrency=silent_while_open.AT_ONCE),
        part(silent_while_open.ALONE, *single),
        dropped=dropped,
    )


@pytest.mark.parametrize("step", ["crowds", "one at a time"])
@pytest.mark.parametrize(
    ("call_at", "ruling"), [(None, "PASS"), (0.21, "FAIL"), (0.379, "FAIL"), (0.45, "PASS")]
)
def test_no_call_may_start_in_the_open_time(step: str, call_at: float | None, ruling: str) -> None:
    crowds, alone = turned_away(0.07), [kept(0.09)]
    if call_at is not None:
        (crowds if step == silent_while_open.CROWDS else alone).append(real(call_at))
    verdict = silent_while_open.judge(silence(*crowds, alone=alone))
    assert verdict.ruling == ruling
    assert verdict.statement.startswith(f"{int(ruling == 'FAIL')} calls of")
    assert any(each.counted for each in verdict.timeline) == (ruling == "FAIL")


def test_a_call_between_two_crowds_is_one_and_shown_with_the_caller_who_made_it() -> None:
    """Crowds and single callers alternate, so the time of the ones is the time of the others."""
    crowds = [*turned_away(0.07), *turned_away(0.2), *turned_away(0.3)]
    verdict = silent_while_open.judge(silence(*crowds, alone=[kept(0.1), real(0.12), kept(0.31)]))
    assert verdict.statement.startswith("1 calls of 63 requests, 60 of them in crowds of 20")
    marked = next(n for n, each in enumerate(verdict.timeline) if each.counted)
    before = verdict.timeline[marked - 1]
    assert (before.place, before.at) == ("caller", 0.12)
    assert sum(each.counted for each in verdict.timeline) == 1


@pytest.mark.parametrize(
    ("crowds", "alone"),
    [
        (turned_away(0.07, silent_while_open.AT_ONCE - 1), None),
        (turned_away(0.5), None),
        (turned_away(0.07), [kept(0.5)]),
    ],
    ids=["half a crowd", "a late crowd", "alone too late"],
)
def test_silence_that_no_crowd_or_no_single_caller_tried_is_no_pass(
    crowds: list[Call], alone: list[Call] | None
) -> None:
    verdict = silent_while_open.judge(silence(*crowds, alone=alone))
    assert (verdict.ruling, "20 at once" in verdict.needs) == ("INCONCLUSIVE", True)


def test_records_that_the_tap_dropped_turn_a_pass_into_doubt() -> None:
    seen = silence(*turned_away(0.07), dropped=1)
    assert silent_while_open.judge(seen).ruling is Ruling.INCONCLUSIVE


@pytest.mark.parametrize(("takes", "ruling"), [(0.001, "PASS"), (0.2, "FAIL")])
def test_the_open_answer_must_be_fast(takes: float, ruling: str) -> None:
    calls = [kept(0.1 + n * 0.3, takes) for n in range(30)]
    assert open_answer_is_fast.judge(recording(OPENING, part("open", *calls))).ruling == ruling


def test_a_few_slow_answers_of_a_loaded_machine_are_no_fault() -> None:
    calls = [kept(0.1 + n * 0.3, 0.2 if n % 5 == 0 else 0.001) for n in range(30)]
    assert open_answer_is_fast.judge(recording(OPENING, part("open", *calls))).ruling is Ruling.PASS


@pytest.mark.parametrize(
    ("slow", "ruling"), [(7, "PASS"), (8, "INCONCLUSIVE"), (22, "INCONCLUSIVE"), (23, "FAIL")]
)
def test_the_median_open_answer_is_judged_by_its_interval(slow: int, ruling: str) -> None:
    """Of 30 answers the 8th and the 23rd are its ends (binomial, 99 %)."""
    calls = [kept(0.1 + n * 0.3, 0.2 if n < slow else 0.001) for n in range(30)]
    assert open_answer_is_fast.judge(recording(OPENING, part("open", *calls))).ruling == ruling


def test_a_caller_that_waits_in_vain_fails_the_open_answer() -> None:
    calls = [kept(0.1 + n * 0.01) for n in range(29)]
    calls.append(Call(0.5, 10.0, status=None, reached=False))
    assert open_answer_is_fast.judge(recording(OPENING, part("open", *calls))).ruling is Ruling.FAIL


def test_too_few_open_answers_are_inconclusive() -> None:
    calls = part("open", *(kept(0.1 + n * 0.01) for n in range(7)))
    assert open_answer_is_fast.judge(recording(OPENING, calls)).ruling is Ruling.INCONCLUSIVE


def waiting(until: float, *, every: float = 0.01) -> list[Call]:
    count = int((until - 0.06) / every)
    return [*(kept(0.06 + n * every) for n in range(count)), failed(until)]


@pytest.mark.parametrize(
    ("probe_at", "ruling"),
    [(0.42, "PASS"), (0.39, "PASS"), (0.45, "PASS"), (0.3, "FAIL"), (0.6, "FAIL")],
)
def test_it_stays_open_for_its_recovery_time(probe_at: float, ruling: str) -> None:
    seen = recording(OPENING, part("waiting", *waiting(probe_at)))
    assert recovery_time.judge(seen).ruling == ruling


def test_a_probe_that_came_late_because_nobody_asked_is_inconclusive() -> None:
    seen = recording(OPENING, part("waiting", kept(0.1), failed(0.6)))
    assert recovery_time.judge(seen).ruling is Ruling.INCONCLUSIVE


def test_a_breaker_that_never_probes_fails_its_claim() -> None:
    calls = [kept(0.06 + n * 0.01) for n in range(100)]
    assert recovery_time.judge(recording(OPENING, part("waiting", *calls))).ruling is Ruling.FAIL


def test_without_a_claim_the_open_time_is_reported() -> None:
    seen = recording(
        OPENING, part("waiting", *waiting(0.42)), claims=Claims(), recovery=TimeBounds(0.38, 0.41)
    )
    verdict = recovery_time.judge(seen)
    assert verdict.ruling is Ruling.PASS
    assert "it stayed open for 0.39 to 0.40 s; none is claimed" in verdict.statement


def callers(name: str, at: float, through: int) -> Part:
    """Return ten callers at once, of whom so many reach the dependency."""
    calls = [
        real(at + n * 0.0001, 0.1) if n < through else kept(at + n * 0.0001) for n in range(10)
    ]
    return part(name, *calls, concurrency=10)


@pytest.mark.parametrize(
    ("before", "after", "ruling"),
    [(10, 10, "PASS"), (10, 2, "FAIL"), (4, 4, "INCONCLUSIVE")],
)
def test_good_probes_close_it_for_a_crowd_too(before: int, after: int, ruling: str) -> None:
    seen = recording(
        callers("healthy, a crowd", -0.5, before),
        OPENING,
        part("probing", real(0.5), real(0.51)),
        part("closed", *(real(0.52 + n * 0.01) for n in range(10))),
        callers("closed, a crowd", 0.8, after),
    )
    assert good_probes_close.judge(seen).ruling == ruling


def test_good_probes_close_it() -> None:
    probing = part("probing", real(0.5), real(0.51))
    stuck = part("closed", *(kept(0.52 + n * 0.01) for n in range(10)))
    assert good_probes_close.judge(recording(OPENING, probing, stuck)).ruling is Ruling.FAIL
    # It stayed open for longer than claimed: another property's matter.
    late = part("probing", kept(0.5), kept(0.51))
    assert good_probes_close.judge(recording(OPENING, late, stuck)).ruling is Ruling.INCONCLUSIVE


def in_flight(**changed: object) -> list[Call]:
    calls = [real(-0.1 + n * 0.001, 0.5) for n in range(5)]
    return [*calls[:4], replace(calls[4], **changed)]  # type: ignore[arg-type]


def test_calls_in_flight_are_answered_once_each() -> None:
    judge = calls_in_flight_survive.judge
    whole = part("in flight", *in_flight(), concurrency=5)
    assert judge(recording(whole, OPENING)).ruling is Ruling.PASS
    lost = part("in flight", *in_flight(status=502), concurrency=5)
    assert judge(recording(lost, OPENING)).ruling is Ruling.FAIL
    over = part("in flight", *in_flight(takes=0.05), concurrency=5)
    assert judge(recording(over, OPENING)).ruling is Ruling.INCONCLUSIVE


@pytest.mark.parametrize(
    ("late", "after", "ruling"),
    [
        (failed(-0.1, 1.0), real, "PASS"),
        (failed(-0.1, 1.0), kept, "FAIL"),
        (failed(-0.1, 0.3), kept, "INCONCLUSIVE"),
        (real(-0.1, 1.0), real, "INCONCLUSIVE"),
    ],
)
def test_late_failures_change_nothing(late: Call, after: object, ruling: str) -> None:
    assert callable(after)
    seen = recording(
        part("hanging", late, late, late, concurrency=3),
        OPENING,
        part("probing", real(0.5), real(0.51)),
        part("closed", *(real(0.52 + n * 0.01) for n in range(3))),
        part("after", *(after(1.0 + n * 0.01) for n in range(6))),
    )
    assert late_failures_are_void.judge(seen).ruling == ruling


@pytest.mark.parametrize(
    ("lasts", "closed", "ruling"),
    [(0.4, real, "PASS"), (0.15, kept, "FAIL"), (0.05, real, "INCONCLUSIVE")],
)
def test_a_cancelled_caller_leaks_no_place(lasts: float, closed: object, ruling: str) -> None:
    assert callable(closed)
    leaving = [Call(0.5, 0.15, status=None, lasts=lasts) for _ in range(2)]
    seen = recording(
        OPENING,
        part("leaving", *leaving, *(kept(0.5) for _ in range(3)), concurrency=5),
        part("closed", *(closed(1.5 + n * 0.01) for n in range(5))),
    )
    assert cancelled_callers_leak_nothing.judge(seen).ruling == ruling


def test_another_dependencys_calls_go_on() -> None:
    def others(make: object, at: float) -> Ruling:
        assert callable(make)
        calls = part("other: catalog", *(make(at + n * 0.005) for n in range(10)))
        return others_left_alone.judge(recording(OPENING, calls)).ruling

    assert others(real, 0.1) is Ruling.PASS
    assert others(kept, 0.1) is Ruling.FAIL
    assert others(real, 0.41) is Ruling.INCONCLUSIVE  # it may have been open no more


HEALTHY = part("healthy", real(-0.2), real(-0.1))


@pytest.mark.parametrize(
    ("known", "through", "ruling"),
    [(None, 3, "PASS"), (None, 6, "INCONCLUSIVE"), (2, 6, "PASS"), (2, 7, "FAIL"), (1, 4, "FAIL")],
)
def test_what_all_workers_let_through(known: int | None, through: int, ruling: str) -> None:
    calls = [failed(n * 0.01) if n < through else kept(n * 0.01) for n in range(25)]
    claims = Claims(threshold=3, recovery=0.4, workers=known)
    seen = recording(HEALTHY, part("spread", *calls), claims=claims)
    assert several_workers.judge(seen).ruling == ruling


def test_what_a_worker_calls_of_its_own_accord_is_no_failure_let_through() -> None:
    of_its_own = replace(failed(0.03), request="GET /health")
    calls = [failed(0.0), failed(0.01), failed(0.02), of_its_own]
    spread = part("spread", *calls, *(kept(0.04 + n * 0.01) for n in range(20)))
    claims = Claims(threshold=3, recovery=0.4, workers=1)
    verdict = several_workers.judge(recording(HEALTHY, spread, claims=claims))
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert "like those of healthy requests" in verdict.needs


def test_a_worker_may_probe_though_its_failures_were_noted_late() -> None:
    # Each failed at once, and the tap and the caller learned of it after 0.1 s.
    noted = [failed(n * 0.11, 0.1) for n in range(3)]
    waiting = [kept(0.33 + n * 0.01) for n in range(26)]
    claims = Claims(threshold=3, recovery=0.4, workers=1)
    spread = part("spread", *noted, *waiting, failed(0.63))
    assert several_workers.judge(recording(HEALTHY, spread, claims=claims)).ruling is Ruling.PASS


@pytest.mark.parametrize(
    ("forward", "back", "ruling"),
    [
        (kept(0.1), real(0.45), "PASS"),
        (failed(0.1), real(0.45), "FAIL"),
        (kept(0.1), kept(0.6), "FAIL"),
        (failed(0.5), kept(0.6), "INCONCLUSIVE"),
    ],
)
def test_the_wall_clock_plays_no_part(forward: Call, back: Call, ruling: str) -> None:
    seen = recording(OPENING, part("stepped forward", forward), part("stepped back", back))
    assert wall_clock_plays_no_part.judge(seen).ruling == ruling


def test_a_breaker_that_did_not_open_is_not_testable() -> None:
    with pytest.raises(NotTestable, match="did not open"):
        silent_while_open.judge(recording(part("opening", failed(0.0), failed(0.01))))
