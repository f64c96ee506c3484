"""An open loop of a scenario: its records, and its faults on the same clock."""

import numpy as np
import pytest

from windtunnel.reports.latency_plot import svg
from windtunnel.stack import Stack
from windtunnel_faults import Latency


@pytest.mark.target(CACHE_TTL=0)
def test_an_open_loop_shows_a_fault_in_its_own_time(stack: Stack) -> None:
    endpoint = stack.endpoint_of("catalog")
    stack.offer(50, duration=0.5, requests=[endpoint])  # first calls compile and connect
    with stack.inject(Latency("catalog", 0.1)):
        run = stack.offer(50, duration=1.0, requests=[endpoint], poisson=False)
    assert len(run.samples) == 50
    assert run.samples.errors == 0
    assert np.all(run.samples.latencies >= 0.1)
    [window] = run.faults
    assert window.fault == repr(Latency("catalog", 0.1))
    assert window.began <= run.samples.intended.min()
    assert 'class="fault"' in svg(run)
