"""The judges of a half-open breaker rule on records alone."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.conformance.hand_made import OPENING, Call, Part, failed, kept, part, real, recording
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.properties import (
    client_errors_free_their_probe,
    failed_probe_reopens,
    half_open_probes,
    reopens_under_concurrency,
    second_open_time,
)
from windtunnel.criteria import Category, Ruling
from windtunnel.errors import NotTestable

CLOSED_AGAIN = part("closed", *(real(1.1 + n * 0.01) for n in range(5)))
STUCK = part("closed", *(kept(1.1 + n * 0.01) for n in range(5)))


def crowd(probes: int) -> list[Call]:
    return [
        *(real(0.5 + n * 0.0001, 0.2) for n in range(probes)),
        *(kept(0.51 + n * 0.0001) for n in range(100 - probes)),
    ]


@pytest.mark.parametrize(("probes", "ruling"), [(1, "PASS"), (2, "PASS"), (3, "FAIL")])
def test_half_open_admits_its_probes_only(probes: int, ruling: str) -> None:
    seen = recording(OPENING, part("crowd", *crowd(probes), concurrency=100), CLOSED_AGAIN)
    verdict = half_open_probes.judge(seen)
    assert verdict.ruling == ruling
    assert verdict.category is Category.UNSCORED


def test_callers_that_did_not_reach_the_breaker_in_time_show_nothing() -> None:
    """On a busy machine the first probe may be over before the second caller is heard."""
    calls = [real(0.5, 0.2), *(kept(0.5 + n * 0.0001, 0.6) for n in range(1, 100))]
    seen = recording(OPENING, part("crowd", *calls, concurrency=100), CLOSED_AGAIN)
    assert half_open_probes.judge(seen).ruling is Ruling.INCONCLUSIVE


def reopening(probes: int) -> Part:
    """Return requests of which the first fail as probes, and the rest are kept back."""
    calls = [failed(0.5 + n * 0.01) if n < probes else kept(0.5 + n * 0.01) for n in range(11)]
    return part("reopening", *calls)


@pytest.mark.parametrize(
    ("claimed", "probes", "ruling"),
    [
        ({"bad_probes": 1}, 1, "PASS"),
        ({"bad_probes": 1}, 2, "FAIL"),
        ({"bad_probes": 2}, 2, "PASS"),
        ({"bad_probes": 2}, 1, "FAIL"),
        ({"probes": 2}, 2, "PASS"),
        ({"probes": 2}, 1, "PASS"),
        ({"probes": 2}, 3, "FAIL"),
        ({}, 3, "PASS"),
        ({}, 11, "FAIL"),
        ({}, 0, "INCONCLUSIVE"),
    ],
)
def test_failed_probes_open_it_again(claimed: dict[str, int], probes: int, ruling: str) -> None:
    claims = Claims(threshold=3, recovery=0.4, **claimed)  # type: ignore[arg-type]
    seen = recording(OPENING, reopening(probes), CLOSED_AGAIN, claims=claims)
    assert failed_probe_reopens.judge(seen).ruling == ruling


def test_a_breaker_that_a_failed_probe_blocks_for_ever_fails() -> None:
    verdict = failed_probe_reopens.judge(recording(OPENING, reopening(1), STUCK))
    assert verdict.ruling is Ruling.FAIL
    assert "0 of 5" in verdict.statement


def test_a_breaker_that_a_client_error_blocks_for_ever_fails() -> None:
    judge = client_errors_free_their_probe.judge
    probes = [
        part("client errors", real(0.5)),
        part("client errors at once", real(0.51), concurrency=5),
    ]
    assert judge(recording(OPENING, *probes, CLOSED_AGAIN)).ruling is Ruling.PASS
    assert judge(recording(OPENING, *probes, STUCK)).ruling is Ruling.FAIL
    none = [part(each.name, kept(0.5)) for each in probes]
    assert judge(recording(OPENING, *none, STUCK)).ruling is Ruling.INCONCLUSIVE


def test_a_breaker_that_a_crowd_at_its_probes_blocks_for_ever_fails() -> None:
    seen = recording(OPENING, part("crowd", *crowd(2), concurrency=100), STUCK)
    verdict = half_open_probes.judge(seen)
    assert verdict.ruling is Ruling.FAIL
    assert "0 of 5 requests were answered" in verdict.statement


def failing_crowd(probes: int, *, lasts: float = 0.1, used: bool = True) -> Part:
    """Return twenty callers at once, of whom the first are let through, and fail."""
    calls = [
        failed(0.5 + n * 0.0001, lasts) if n < probes else kept(0.5 + n * 0.0001) for n in range(20)
    ]
    calls = [replace(each, lasts=each.takes) for each in calls]
    if not used:
        # A body that the service could not use: a good answer to the tap.
        calls = [replace(each, failed=False) for each in calls]
    return part("crowd", *calls, concurrency=20)


def reopened(*calls: Call, at: float = 0.62, requests: int = 8) -> Part:
    """Return what follows the crowd: these calls, and then requests that are kept back."""
    later = [kept(at + n * 0.01) for n in range(len(calls), requests)]
    return part("reopened", *calls, *later)


ALONE = part("a failure alone", failed(-0.1))


@pytest.mark.parametrize(
    ("claimed", "let_through", "calls", "ruling"),
    [
        ({"probes": 2}, 2, (), "PASS"),
        ({"probes": 2}, 1, (failed(0.62),), "PASS"),
        ({"probes": 2}, 2, (failed(0.62),), "FAIL"),
        # How many it admits at once is another property's matter.
        ({"probes": 2}, 20, (), "PASS"),
        ({"probes": 2, "bad_probes": 2}, 2, (failed(0.62),), "PASS"),
        ({"probes": 2}, 0, (), "INCONCLUSIVE"),
        ({}, 2, (failed(0.62), failed(0.63)), "PASS"),
        ({}, 2, [failed(0.62 + n * 0.01) for n in range(8)], "FAIL"),
    ],
)
def test_failed_probes_open_it_again_for_a_crowd(
    claimed: dict[str, int], let_through: int, calls: Iterable[Call], ruling: str
) -> None:
    claims = Claims(threshold=3, recovery=0.4, **claimed)  # type: ignore[arg-type]
    parts = (ALONE, OPENING, failing_crowd(let_through), reopened(*calls), CLOSED_AGAIN)
    assert reopens_under_concurrency.judge(recording(*parts, claims=claims)).ruling == ruling


def test_a_probe_of_a_crowd_that_keeps_its_place_fails_it() -> None:
    parts = (ALONE, OPENING, failing_crowd(2), reopened(), STUCK)
    verdict = reopens_under_concurrency.judge(recording(*parts))
    assert verdict.ruling is Ruling.FAIL
    assert "0 of 5 requests were answered" in verdict.statement


def test_a_client_that_repeats_what_fails_blames_no_breaker() -> None:
    twice = part("a failure alone", failed(-0.1, 0.02), Call(-0.09, 0.001, status=None))
    later = reopened(failed(0.62), failed(0.63))
    seen = recording(twice, OPENING, failing_crowd(2), later, CLOSED_AGAIN)
    verdict = reopens_under_concurrency.judge(seen)
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert "no-hidden-retries" in verdict.statement


@pytest.mark.parametrize(("timeout", "ruling"), [(None, "INCONCLUSIVE"), (0.8, "PASS")])
def test_a_probe_that_times_out_has_surely_not_failed_before(
    timeout: float | None, ruling: str
) -> None:
    """The open time begins again when it ends: nothing else shows when that was."""
    closed = part("closed", *(real(1.8 + n * 0.01) for n in range(5)))
    parts = (ALONE, OPENING, failing_crowd(2, lasts=0.81), reopened(at=1.32), closed)
    seen = replace(recording(*parts), timeout=timeout)
    assert reopens_under_concurrency.judge(seen).ruling == ruling


def test_a_body_that_nobody_could_use_is_a_failure() -> None:
    parts = (ALONE, OPENING, failing_crowd(2, used=False), reopened(), CLOSED_AGAIN)
    assert reopens_under_concurrency.judge(recording(*parts)).ruling is Ruling.PASS


@pytest.mark.parametrize(("apart", "ruling"), [(0.01, "FAIL"), (1.1, "INCONCLUSIVE")])
def test_failed_probes_that_do_not_fit_into_the_window_need_not_open_it_again(
    apart: float, ruling: str
) -> None:
    """Without a half-open state they count as any failures do."""
    claims = Claims(threshold=3, recovery=0.4, window=1.0)
    probes = part("reopening", *(failed(5.0 + n * apart) for n in range(4)))
    closed = part("closed", *(real(9.1 + n * 0.01) for n in range(5)))
    seen = recording(OPENING, probes, closed, claims=claims)
    assert failed_probe_reopens.judge(seen).ruling == ruling


@pytest.mark.parametrize(
    ("growth", "probe_at", "ruling"),
    [
        (2.0, 1.31, "PASS"),
        (2.0, 0.9, "FAIL"),
        (2.0, 1.6, "FAIL"),
        (1.0, 0.91, "PASS"),
        (1.0, 1.31, "FAIL"),
        (None, 1.31, "PASS"),
        (None, 0.9, "PASS"),
    ],
)
def test_the_second_open_time_grows_as_claimed(
    growth: float | None, probe_at: float, ruling: str
) -> None:
    """Its probe fails at 0.5 s."""
    again = part("reopening", failed(0.5), *(kept(0.51 + n * 0.01) for n in range(3)))
    asked = [kept(0.55 + n * 0.01) for n in range(round((probe_at - 0.55) / 0.01))]
    waiting = part("waiting", *asked, failed(probe_at))
    claims = Claims(threshold=3, recovery=0.4, backoff=growth)
    seen = recording(OPENING, again, waiting, claims=claims)
    verdict = second_open_time.judge(seen)
    assert verdict.ruling == ruling, verdict.statement
    if growth:
        assert f"{0.4 * growth:g} to {0.4 * growth:g} s are claimed" in verdict.statement


def test_a_second_open_time_that_nobody_ended_is_not_shorter_than_claimed() -> None:
    again = part("reopening", failed(0.5), *(kept(0.51 + n * 0.01) for n in range(3)))
    waiting = part("waiting", *(kept(0.55 + n * 0.01) for n in range(40)))
    claims = Claims(threshold=3, recovery=0.4, backoff=1.0)
    seen = recording(OPENING, again, waiting, claims=claims)
    assert second_open_time.judge(seen).ruling is Ruling.INCONCLUSIVE
    with pytest.raises(NotTestable, match="did not open it again"):
        second_open_time.judge(recording(OPENING, part("reopening", failed(0.5)), waiting))
