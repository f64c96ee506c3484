"""What is planned, whether targets are shared, and how much time is left."""

from dataclasses import replace

import pytest

from windtunnel.conformance.claims import Claims
from windtunnel.conformance.run_plan import RunProgress, run_plan, spoken
from windtunnel.conformance.subject import Subject
from windtunnel.conformance.time_bounds import TimeBounds

SUBJECT = Subject(dependency="catalog", endpoint="/", claims=Claims(), deadline=60.0)


@pytest.mark.parametrize(
    ("start", "recovery", "shared"), [(5.0, 1.5, True), (0.5, 1.5, False), (5.0, None, False)]
)
def test_targets_are_shared_where_a_start_takes_longer_than_putting_the_breaker_back(
    start: float, recovery: float | None, *, shared: bool
) -> None:
    known = None if recovery is None else TimeBounds(recovery, recovery)
    observed = replace(SUBJECT.observed, start=start, recovery=known)
    assert run_plan(replace(SUBJECT, observed=observed), 20, 2).shared is shared


def test_the_time_that_is_left_is_said_now_and_then() -> None:
    now = 100.0
    progress = RunProgress(clock=lambda: now)
    progress.begin(run_plan(SUBJECT, 10, 1))
    now = 105.0
    assert progress.after_one() == ""
    now = 120.0
    assert progress.after_one() == "2 of 10 done, about 1 min 20 s left"
    now = 121.0
    assert progress.after_one() == ""


def test_a_time_is_said_in_minutes_and_seconds() -> None:
    assert (spoken(59.4), spoken(60), spoken(125)) == ("59 s", "1 min 0 s", "2 min 5 s")
