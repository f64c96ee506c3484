"""When a breaker opens, as claimed: simulated over calls, from both sides."""

import pytest

from tests.conformance.hand_made import failed, kept, part, real, recording
from windtunnel.conformance.claims import Claims, Counting
from windtunnel.conformance.expected_opening import (
    EndedCall,
    ExpectedOpening,
    expected_opening,
    failures_needed,
    fewest_failures,
)
from windtunnel.conformance.experiment_recording import HEALTHY_BEFORE
from windtunnel.conformance.properties import opens


def calls(pattern: str, *, every: float = 0.01) -> list[EndedCall]:
    """Return calls one after another: "." is a good one, "x" a failure."""
    return [
        EndedCall(n * every, n * every + every / 2, failed=each == "x")
        for n, each in enumerate(pattern, 1)
    ]


CONSECUTIVE = Claims(threshold=3)
IN_WINDOW = Claims(threshold=3, counting=Counting.WINDOW, window=10.0)
LAST_CALLS = Claims(threshold=3, window_calls=5)
RESILIENCE4J = Claims(share=0.5, minimum=3, window_calls=6)
RATIO = Claims(share=0.6, minimum=3)


@pytest.mark.parametrize(
    ("claims", "pattern", "earliest", "latest"),
    [
        (CONSECUTIVE, "...xxx", 3, 3),
        (CONSECUTIVE, "xx.xx", None, None),
        (CONSECUTIVE, "xx.xxx", 5, 5),
        (IN_WINDOW, "xx.x", 3, 3),
        (LAST_CALLS, "xx.....xx", None, None),
        (LAST_CALLS, "x.x.x", 3, 3),
        (LAST_CALLS, "x.x..x", None, None),
        # "At 50 %" may mean from it on, or above it.
        (RESILIENCE4J, "..xx", 2, None),
        (RESILIENCE4J, "..xxx", 2, 3),
        (RESILIENCE4J, "xx", None, None),
        (RESILIENCE4J, "xxx", 3, 3),
        # Healthy calls before count.
        (RESILIENCE4J, "...xxx", 3, None),
        (RATIO, ".xx", 2, 2),
        (Claims(), "xxxxxxxxxxxx", None, None),
    ],
)
def test_it_opens_as_claimed(
    claims: Claims, pattern: str, earliest: int | None, latest: int | None
) -> None:
    assert expected_opening(claims, calls(pattern)) == ExpectedOpening(earliest, latest)


def test_failures_that_hardly_fit_into_a_window_may_open_it_and_need_not() -> None:
    slow = calls("xxx", every=0.8)
    short = Claims(threshold=3, window=2.0)
    assert expected_opening(short, slow) == ExpectedOpening(3, None)
    assert expected_opening(Claims(threshold=3, window=0.5), slow) == ExpectedOpening(None, None)
    assert expected_opening(Claims(threshold=3, window=9.0), slow) == ExpectedOpening(3, 3)


def test_what_came_before_the_series_counts_without_being_of_it() -> None:
    before, series = calls("xx"), calls("...x")[3:]
    found = expected_opening(CONSECUTIVE, [*before, *series], since=before[-1].ended)
    assert found == ExpectedOpening(1, 1)


def test_how_many_failures_are_enough_and_how_many_are_too_few() -> None:
    default = Claims(share=0.5, minimum=100, window_calls=100)
    assert failures_needed(default, 3) == 97
    assert fewest_failures(default) == 50
    assert fewest_failures(Claims(share=0.5, minimum=3)) == 2
    assert (failures_needed(CONSECUTIVE, 3), fewest_failures(CONSECUTIVE)) == (3, 3)
    assert failures_needed(Claims(), 3) is None
    # Good calls before them are within the window of time, too.
    assert failures_needed(Claims(share=0.5, minimum=6, window=1.0), 3) == 4


@pytest.mark.parametrize(("health_checks", "ruling"), [(False, "FAIL"), (True, "INCONCLUSIVE")])
def test_who_opens_before_its_callers_failures_may_have_been_opened_by_its_health_checks(
    *, health_checks: bool, ruling: str
) -> None:
    """They meet the fault too: HAProxy opens after two calls into a black hole."""
    calls = [*(failed(n * 0.01) for n in range(2)), *(kept(n * 0.01) for n in range(2, 20))]
    healthy = part("healthy", *(real(-1 + n * 0.01) for n in range(HEALTHY_BEFORE)))
    seen = recording(
        healthy,
        part("failing", *calls),
        claims=Claims(threshold=3, recovery=0.4, health_checks=health_checks),
    )
    verdict = opens.judge(seen)
    assert verdict.ruling == ruling
    assert verdict.statement.startswith("it opened after 2 failures; as claimed it takes more.")
