"""The request log's figures: exact counts, nearest-rank quantiles, bounded memory."""

import pytest

from windtunnel_sample.request_log import BOUNDS, KEPT, Endpoint


def logged(*durations: float) -> Endpoint:
    endpoint = Endpoint()
    for seconds in durations:
        endpoint.record(200, seconds)
    return endpoint


def test_quantiles_are_the_nearest_ranks_of_the_durations_in_milliseconds() -> None:
    # Of 1 to 100 ms, the share p of the values lies at or below the value p.
    endpoint = logged(*(number / 1000 for number in range(100, 0, -1)))
    assert endpoint.quantiles() == {"p50_ms": 50.0, "p95_ms": 95.0, "p99_ms": 99.0}


@pytest.mark.parametrize(
    ("count", "expected"), [(1, (1, 1, 1)), (2, (1, 2, 2)), (3, (2, 3, 3)), (20, (10, 19, 20))]
)
def test_quantiles_of_few_durations_are_values_that_occurred(
    count: int, expected: tuple[int, int, int]
) -> None:
    endpoint = logged(*(number / 1000 for number in range(1, count + 1)))
    assert tuple(endpoint.quantiles().values()) == expected


def test_without_a_request_there_are_no_quantiles() -> None:
    assert Endpoint().quantiles() == {}


def test_quantiles_follow_the_latest_requests_and_the_counts_all() -> None:
    endpoint = logged(*[1.0] * 50, *[0.002] * KEPT)
    assert endpoint.quantiles()["p99_ms"] == 2.0
    assert len(endpoint.durations) == KEPT
    assert endpoint.requests == KEPT + 50


def test_statuses_of_400_and_above_are_errors() -> None:
    endpoint = Endpoint()
    for status in (200, 304, 399, 400, 404, 500):
        endpoint.record(status, 0.001)
    assert (endpoint.requests, endpoint.errors) == (6, 3)


def test_a_duration_on_a_bound_belongs_to_its_bucket() -> None:
    endpoint = logged(0.05, 0.0500001, 100.0)
    at = BOUNDS.index(0.05)
    assert endpoint.buckets[at] == 1
    assert endpoint.buckets[at + 1] == 1
    assert endpoint.buckets[-1] == 1
    assert endpoint.total == pytest.approx(100.1, abs=1e-3)
