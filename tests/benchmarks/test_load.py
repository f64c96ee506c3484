"""The load benchmark reads what each load generator prints, and judges each target."""

import math

import pytest

from tests.benchmarks.load import TARGETS, _line
from tests.benchmarks.load_peers import PEERS, Said

PRINTED = {
    "bare": ("300 100.0\n", Said(300, 100.0, math.nan, math.nan)),
    "wrk": (
        (
            "     50%  339.00us\n     99%    1.20ms\n  4000 requests in 1.00s, 1MB read\n"
            "Requests/sec:   3990.10\n"
        ),
        Said(4000, 3990.1, 339e-6, 1.2e-3),
    ),
    "hey": (
        (
            "  Requests/sec:\t8339.9\n  50%% in 0.0010 secs\n  99%% in 0.0040 secs\n"
            "  [200]\t25020 responses\n"
        ),
        Said(25020, 8339.9, 0.001, 0.004),
    ),
    "oha": (
        (
            '{"summary": {"requestsPerSec": 200.0, "total": 2.0},'
            ' "latencyPercentiles": {"p50": 0.001, "p99": 0.002}}'
        ),
        Said(400, 200.0, 0.001, 0.002),
    ),
    "k6": (
        "http_req_duration....: med=257.37µs p(99)=10.47ms\n  http_reqs....: 5044   5023.8/s\n",
        Said(5044, 5023.8, 257.37e-6, 10.47e-3),
    ),
    "locust": (
        (
            'x\n[{"num_requests": 4, "start_time": 1.0, "last_request_timestamp": 3.0,'
            ' "response_times": {"9": 1, "2": 3}}]'
        ),
        Said(4, 2.0, 0.002, 0.009),
    ),
    "windtunnel": (
        '{"requests": 9, "requests_per_second": 3.0, "latency_seconds": {"p50": 1.0, "p99": 2.0}}',
        Said(9, 3.0, 1.0, 2.0),
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_what_a_load_generator_prints_is_read(name: str) -> None:
    text, said = PRINTED[name]
    found = PEERS[name].read(text)
    for part in ("requests", "rate", "p50", "p99"):
        assert getattr(found, part) == pytest.approx(getattr(said, part), nan_ok=True)


def test_a_target_is_judged_by_the_median_of_the_rounds() -> None:
    line = _line("throughput", "ours / wrk", [0.5, 0.95, 1.2], ">= 0.9", lambda found: found >= 0.9)
    assert (line.found, line.lowest, line.highest, line.passed) == (0.95, 0.5, 1.2, True)
    assert "PASS" in str(line)
    assert set(TARGETS) <= set(PEERS)
