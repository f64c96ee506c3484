"""What the target says is read under the agreed names, and nothing is made up."""

import pytest

from windtunnel.dashboard.exposition import (
    BreakerReading,
    CacheReading,
    EndpointReading,
    PoolReading,
    Reading,
    read,
)
from windtunnel.dashboard.rates import quantile, served

AGREED = """
# TYPE circuit_breaker_state gauge
circuit_breaker_state{dependency="catalog",state="closed"} 0
circuit_breaker_state{dependency="catalog",state="open"} 1
circuit_breaker_state{dependency="catalog",state="half_open"} 0
# TYPE circuit_breaker_openings_total counter
circuit_breaker_openings_total{dependency="catalog"} 2
# TYPE circuit_breaker_calls_total counter
circuit_breaker_calls_total{dependency="catalog",outcome="failed"} 6
circuit_breaker_calls_total{dependency="catalog",outcome="rejected"} 40
# TYPE connection_pool_connections gauge
connection_pool_connections{dependency="redis",state="in_use"} 3
connection_pool_connections{dependency="redis",state="idle"} 2
# TYPE connection_pool_limit gauge
connection_pool_limit{dependency="redis"} 50
# TYPE connection_pool_connections_created_total counter
connection_pool_connections_created_total{dependency="redis"} 5
# TYPE connection_pool_requests_total counter
connection_pool_requests_total{dependency="redis"} 105
# TYPE cache_requests_total counter
cache_requests_total{cache="agents",result="hit"} 90
cache_requests_total{cache="agents",result="miss"} 10
# TYPE http_requests_total counter
http_requests_total{endpoint="/a",status="200"} 8
http_requests_total{endpoint="/a",status="404"} 1
http_requests_total{endpoint="/a",status="503"} 1
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{endpoint="/a",le="0.01"} 9
http_request_duration_seconds_bucket{endpoint="/a",le="+Inf"} 10
http_request_duration_seconds_sum{endpoint="/a"} 0.2
http_request_duration_seconds_count{endpoint="/a"} 10
# TYPE python_info gauge
python_info{implementation="CPython"} 1
"""


def test_the_agreed_metrics_are_read() -> None:
    assert read(AGREED) == Reading(
        breakers={
            "catalog": BreakerReading(state="open", openings=2, calls={"failed": 6, "rejected": 40})
        },
        pools={"redis": PoolReading(in_use=3, idle=2, limit=50, created=5, reused=100)},
        caches={"agents": CacheReading(hit=90, miss=10)},
        endpoints={
            "/a": EndpointReading(requests=10, errors=1, buckets=((0.01, 9), (float("inf"), 10)))
        },
    )


def test_other_metrics_say_nothing() -> None:
    assert read("# TYPE up gauge\nup 1\ncircuit_breaker_state 1\n") == Reading()


def test_what_is_no_exposition_is_refused() -> None:
    with pytest.raises(ValueError, match=r".+"):
        read("<html>not found</html>")


def test_a_rate_is_what_happened_between_two_readings() -> None:
    before = EndpointReading(requests=10, errors=1, buckets=((0.1, 10), (float("inf"), 10)))
    after = EndpointReading(requests=30, errors=6, buckets=((0.1, 20), (float("inf"), 30)))
    figures = served(before, after, seconds=5)
    assert figures.per_second == 4
    assert figures.error_share == 0.25
    assert figures.p50 == pytest.approx(0.1)


def test_a_target_that_was_started_again_counts_from_zero() -> None:
    figures = served(
        EndpointReading(requests=1000), EndpointReading(requests=20, errors=1), seconds=10
    )
    assert (figures.per_second, figures.error_share) == (2, 0.05)


def test_without_requests_there_is_no_quantile_and_no_share() -> None:
    figures = served(EndpointReading(requests=5), EndpointReading(requests=5), seconds=10)
    assert (figures.per_second, figures.error_share, figures.p99) == (0, None, None)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.25, 0.05), (0.5, 0.1), (0.75, 0.55), (0.99, 1.0)]
)
def test_a_quantile_is_interpolated_as_prometheus_does(share: float, expected: float) -> None:
    buckets = [(0.1, 50.0), (1.0, 100.0 - 1e-9), (float("inf"), 100.0)]
    assert quantile(buckets, share) == pytest.approx(expected, rel=0.02)


def test_the_last_bucket_answers_with_its_finite_bound() -> None:
    assert quantile([(0.1, 1.0), (float("inf"), 100.0)], 0.99) == 0.1


def test_what_is_no_exposition_is_refused_in_a_line() -> None:
    """The parser's own words held the whole of what it had read, and stood on the page."""
    for text in ("R" * 9000, 'a{b"a":{' + '"a":{' * 3000, "a{", '{"' * 100):
        with pytest.raises(ValueError) as raised:  # noqa: PT011 - its length is what matters
            read(text)
        assert len(str(raised.value)) <= 300
