"""The breaking point of a fault, and open-loop load, on a real stack."""

import numpy as np
import pytest

from faults import Latency
from harness.breaking_point import BreakingPoint, breaking_point
from harness.criteria import mean_response
from harness.errors import ConfigurationError
from harness.load.level_search import Bracket
from harness.reports.latency_plot import svg
from harness.stack import Stack

LIMIT = 0.060


@pytest.mark.target(CACHE_TTL=0)
def test_the_delay_at_which_the_mean_breaks_is_found(stack: Stack) -> None:
    endpoint = stack.endpoint_of("catalog")
    found = breaking_point(
        stack,
        lambda seconds: Latency("catalog", seconds),
        lambda target: target.drive(endpoint, 80, concurrency=8),
        lambda run: mean_response(run, below=LIMIT),
        lowest=0.010,
        highest=0.300,
        resolution=0.2,
    )
    assert found.held is not None
    assert found.broke is not None
    # The response holds the delay once, and some time of the service's own.
    assert found.held < LIMIT
    assert found.broke <= found.held * 1.2
    assert "holds to" in str(found)
    assert "breaks at" in str(found)


def test_a_breaking_point_says_what_was_seen_in_its_unit() -> None:
    def point(held: float | None, failed: float | None) -> str:
        return str(BreakingPoint(Bracket(held, failed), (), "ms", 1000))

    assert point(0.18, 0.2) == "holds to 180 ms, breaks at 200 ms"
    assert point(None, 0.01) == "breaks at 10 ms, the least that was tried"
    assert point(0.3, None) == "holds to 300 ms, the most that was tried"


def test_a_wrong_range_is_refused_before_anything_is_injected(stack: Stack) -> None:
    with pytest.raises(ConfigurationError, match="expected 0 < lowest < highest"):
        breaking_point(
            stack,
            lambda seconds: Latency("catalog", seconds),
            lambda target: target.drive("/"),
            mean_response,
            lowest=0.2,
            highest=0.1,
        )


@pytest.mark.target(CACHE_TTL=0)
def test_an_open_loop_shows_a_fault_in_its_own_time(stack: Stack) -> None:
    target = stack.default_target
    endpoint = stack.endpoint_of("catalog")
    target.offer(50, duration=0.5, requests=[endpoint])  # first calls compile and connect
    with stack.inject(Latency("catalog", 0.1)):
        run = target.offer(50, duration=1.0, requests=[endpoint], poisson=False)
    assert len(run.samples) == 50
    assert run.samples.errors == 0
    assert np.all(run.samples.latencies >= 0.1)
    assert [window.fault for window in run.faults] == [repr(Latency("catalog", 0.1))]
    assert 'class="fault"' in svg(run)
