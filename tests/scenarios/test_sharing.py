"""Caching and batching save calls, and a kept answer outlives its dependency: seen on the wire."""

import time
from collections.abc import Callable

import msgspec
import pytest

from windtunnel import (
    Latency,
    Outage,
    Stack,
    Verdict,
    breaker_opens,
    calls_per_request,
    fallbacks_served,
)

Judge = Callable[[Verdict], Verdict]

LOOK_UPS = "/api/agents?ids=agent-1,agent-2,agent-3,agent-4,agent-5"


def test_two_hundred_requests_of_a_hundred_callers_make_one_call(
    stack: Stack, judge: Judge
) -> None:
    """All hundred ask before the first is answered, and again while the answer is fresh."""
    for dependency in stack.dependencies:
        with stack.inject(Latency(dependency, 0.3)):
            run = stack.drive(stack.endpoint_of(dependency), requests=200, concurrency=100)
        judge(calls_per_request(run, dependency, at_most=0.005))


@pytest.mark.target(CACHE_TTL=0.1)
def test_an_expired_answer_stands_in_for_a_dead_dependency(stack: Stack, judge: Judge) -> None:
    """Callers get the old answer, marked; the breaker opens behind it as it would without."""
    for dependency in stack.dependencies:
        endpoint = stack.endpoint_of(dependency)
        key = endpoint.rpartition("/")[2]
        _, fresh = stack.get(endpoint)
        time.sleep(0.15)
        with stack.inject(Outage(dependency)):
            run = stack.drive(endpoint, requests=20)
            _, old = stack.get(endpoint)
        judge(fallbacks_served(run, dependency))
        judge(breaker_opens(run, dependency, within=3, recovery=30))
        before, after = msgspec.json.decode(fresh), msgspec.json.decode(old)
        assert before[key]
        assert (before["stale"], after["stale"]) == (False, True)
        assert after[key] == before[key]
        assert after["age_seconds"] >= 0.15


def test_concurrent_look_ups_share_their_calls(stack: Stack, judge: Judge) -> None:
    """Five agents each for 32 callers: 160 look-ups, and a second call only for stragglers."""
    with stack.inject(Latency("catalog", 0.5)):
        burst = stack.drive(LOOK_UPS, requests=32, concurrency=32)
    judge(calls_per_request(burst, "catalog", at_most=2 / 32))
