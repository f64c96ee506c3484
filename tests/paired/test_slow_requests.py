"""More slow requests fail where they are many more, or where they raise the mean."""

import numpy as np
import pytest

from windtunnel.criteria.compared_times import Thresholds, Times
from windtunnel.criteria.slow_requests import slow_requests
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Ruling, Verdict

THRESHOLDS = Thresholds(slow=0.004, cap=0.004, high_caps=(0.008, 0.04, 0.2), blocks=0)
NOTHING = Verdict(
    criterion="slow requests",
    criterion_id="regression_slow_requests",
    subject="/",
    ruling=Ruling.INCONCLUSIVE,
    statement="",
)


def with_slow(one_in: int, seconds: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return blocks of 20,000 requests of 2 ms, of which one in so many takes longer."""
    times = np.full(20_000, 0.002)
    times[::one_in] = seconds
    return times.reshape(-1, 2)


@pytest.mark.parametrize(
    ("one_in", "seconds", "ruling"),
    [
        (30_000, 0.002, Ruling.PASS),
        # 0.4 % more, within the tolerance of 1 %, take 2.5 times as long: 0.6 % of the mean.
        (250, 0.005, Ruling.PASS),
        # As many take a hundred times as long, and raise the mean by 40 %.
        (250, 0.2, Ruling.FAIL),
        # 5 % more, which is beyond the tolerance.
        (20, 0.005, Ruling.FAIL),
        # 1 % more is at the limit.
        (100, 0.0041, Ruling.INCONCLUSIVE),
    ],
)
def test_slow_requests_are_held_to_their_share_and_to_what_they_add(
    one_in: int, seconds: float, ruling: Ruling
) -> None:
    times = Times(with_slow(30_000, 0.002), with_slow(one_in, seconds))
    found = slow_requests(times, THRESHOLDS, Tolerances(), 0.99, NOTHING)
    assert found.ruling is ruling, found.statement
    assert ("they raise the mean" in found.statement) is (ruling is Ruling.FAIL)


def test_without_a_pair_it_stays_open() -> None:
    none = np.empty((0, 2))
    found = slow_requests(Times(none, none), THRESHOLDS, Tolerances(), 0.99, NOTHING)
    assert found is NOTHING
