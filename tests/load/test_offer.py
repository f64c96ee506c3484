"""An open loop of a scenario: its records, and its faults on the same clock."""

from concurrent.futures import ThreadPoolExecutor

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


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.target(CACHE_TTL=0)
def test_a_fault_may_come_and_go_while_an_open_loop_is_offered(stack: Stack) -> None:
    endpoint = stack.endpoint_of("catalog")
    stack.drive(endpoint, 5)

    def another_call() -> None:
        seen = len(stack.evidence("catalog").exchanges)
        stack.wait_until(lambda: len(stack.evidence("catalog").exchanges) > seen, within=60)

    with ThreadPoolExecutor() as pool:
        offered = pool.submit(stack.offer, 50, duration=4, requests=[endpoint], poisson=False)
        another_call()
        with stack.inject(Latency("catalog", 0.1)):
            another_call()
        run = offered.result()
    [window] = run.faults
    assert window.ended is not None
    assert run.began < window.began < window.ended < run.ended
    assert run.samples.errors == 0
    assert len(run.at("catalog").exchanges) >= 200
