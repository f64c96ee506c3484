"""Connections are ready before the first request, and a pool that runs out costs no request."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from windtunnel import Latency, Stack, Verdict, all_answered, opens_no_connection

Judge = Callable[[Verdict], Verdict]

DEPENDENCIES = pytest.mark.parametrize("dependency", ["catalog", "redis"])

TIMEOUT = 0.5
"""Seconds that a call may take, its wait for a connection included."""


@pytest.mark.target(CACHE_TTL=0)
def test_the_first_request_opens_no_connection(stack: Stack, judge: Judge) -> None:
    for dependency in stack.dependencies:
        first = stack.drive(stack.endpoint_of(dependency), requests=1)
        judge(opens_no_connection(first, dependency))


@DEPENDENCIES
@pytest.mark.target(
    CACHE_TTL=0,
    HTTP_POOL_SIZE=2,
    HTTP_REQUEST_TIMEOUT=TIMEOUT,
    REDIS_POOL_SIZE=2,
    REDIS_TIMEOUT=TIMEOUT,
)
def test_an_exhausted_pool_shows_and_its_requests_are_answered_in_time(
    stack: Stack, judge: Judge, dependency: str
) -> None:
    """Thirty callers, two connections, and a dependency that takes 0.3 s of the 0.5 s allowed."""
    endpoint = stack.endpoint_of(dependency)
    stack.drive(endpoint, requests=2)
    seen: list[tuple[float, float]] = []
    with stack.inject(Latency(dependency, 0.3)), ThreadPoolExecutor(1) as background:
        burst = background.submit(stack.drive, endpoint, 30, concurrency=30)
        while not burst.done():
            seen.append(pool(stack, dependency))
            time.sleep(0.02)
        run = burst.result()
    judge(all_answered(run, within=2 * TIMEOUT))
    assert sum(not each.fallback for each in run.responses) >= 2, "nobody got a connection"
    in_use, waiting = max(seen)
    assert in_use == 2
    assert waiting >= 1
    assert pool(stack, dependency) == (0, 0), "a connection or a waiter was lost"


def pool(stack: Stack, dependency: str) -> tuple[float, float]:
    """Return the pool's connections in use, and the calls that wait for one."""
    text = stack.get("/metrics")[1].decode()
    figures = []
    for name, more in (("connections", ',state="in_use"'), ("waiting", "")):
        sample = rf'connection_pool_{name}{{dependency="{dependency}"{more}}} ([0-9.]+)'
        found = re.search(sample, text)
        assert found, f"{sample} is not in:\n{text}"
        figures.append(float(found[1]))
    return figures[0], figures[1]
