"""Redis is killed, paused or restarted in the middle of traffic: callers hardly notice."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from windtunnel import Kill, Pause, Stack, Verdict, all_answered, breaker_closes

Judge = Callable[[Verdict], Verdict]

TIMEOUT = 0.5
"""Seconds that one call to Redis may take."""

RECOVERY = 0.3
"""Seconds, instead of the target's 30: set through its own configuration, shown in the output."""

pytestmark = [
    pytest.mark.needs("process"),
    pytest.mark.target(CACHE_TTL=0, REDIS_TIMEOUT=TIMEOUT, RECOVERY_TIMEOUT=RECOVERY),
]


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        pytest.param(Kill("redis"), 0.4, id="killed"),
        # Twice as long as anybody may wait: who does is late by more than a busy machine explains.
        pytest.param(Pause("redis"), 2.0, id="paused"),
        # Killed, and started again as soon as traffic has met its absence.
        pytest.param(Kill("redis"), 0.1, id="restarted"),
    ],
)
def test_no_request_fails_or_waits_beyond_its_timeout_and_all_recovers(
    stack: Stack, judge: Judge, fault: Kill | Pause, seconds: float
) -> None:
    endpoint = stack.endpoint_of("redis")
    _, before = stack.get("/metrics")
    with ThreadPoolExecutor(1) as background:
        traffic = background.submit(
            stack.load, [endpoint, "/api/metrics"], connections=8, duration=seconds + 0.5
        )
        time.sleep(0.3)
        with stack.inject(fault):
            time.sleep(seconds)
        run = traffic.result()
    judge(all_answered(run, within=2 * TIMEOUT))
    assert any(each.fallback for each in run.responses), "the fault was never felt"
    time.sleep(RECOVERY)
    stack.drive(endpoint, requests=2)
    judge(breaker_closes(stack.drive(endpoint, requests=10), "redis"))
    _, after = stack.get("/metrics")
    assert started(after) == started(before), "the target itself was restarted"


def started(metrics: bytes) -> str:
    """Return when the target's process began, as it tells Prometheus."""
    (line,) = [
        line
        for line in metrics.decode().splitlines()
        if line.startswith("process_start_time_seconds ")
    ]
    return line
