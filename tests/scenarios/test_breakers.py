"""Each dependency's breaker opens, serves fallbacks, probes and closes: proved from the wire."""

import time
from collections.abc import Callable

import pytest

from windtunnel import (
    ConnectionReset,
    Latency,
    Outage,
    Stack,
    Verdict,
    breaker_closes,
    breaker_half_opens,
    breaker_opens,
    fallbacks_served,
)

Judge = Callable[[Verdict], Verdict]

RECOVERY = 0.5
"""Seconds, instead of the target's 30: set through its own configuration, shown in the output."""

without_cache = pytest.mark.target(CACHE_TTL=0)
DEPENDENCIES = pytest.mark.parametrize("dependency", ["catalog", "redis"])


@DEPENDENCIES
@pytest.mark.parametrize("fault", [Outage, ConnectionReset])
@without_cache
def test_breaker_opens_within_three_failures(
    stack: Stack, judge: Judge, dependency: str, fault: type[Outage] | type[ConnectionReset]
) -> None:
    """Refused connections and reset ones are failures alike; callers get the fallback."""
    endpoint = stack.endpoint_of(dependency)
    stack.drive(endpoint, requests=5)
    with stack.inject(fault(dependency)):
        run = stack.drive(endpoint, requests=20)
    judge(breaker_opens(run, dependency, within=3, recovery=30))
    judge(fallbacks_served(run, dependency))


@DEPENDENCIES
@pytest.mark.target(CACHE_TTL=0, RECOVERY_TIMEOUT=RECOVERY)
def test_half_open_breaker_admits_two_probes_and_closes(
    stack: Stack, judge: Judge, dependency: str
) -> None:
    """Twenty callers keep asking a recovered but slow dependency; two may try it.

    Those who ask again do so while a probe is under way, however fast the first were sent away.
    """
    endpoint = stack.endpoint_of(dependency)
    stack.drive(endpoint, requests=5)
    with stack.inject(Outage(dependency)):
        stack.drive(endpoint, requests=10)
    time.sleep(RECOVERY + 0.2)
    with stack.inject(Latency(dependency, 0.4)):
        burst = stack.drive(endpoint, requests=100, concurrency=20)
    judge(breaker_half_opens(burst, dependency, at_most=2))
    judge(breaker_closes(stack.drive(endpoint, requests=10), dependency))


@DEPENDENCIES
@without_cache
@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.timeout(120)
def test_breaker_recovers_after_its_real_thirty_seconds(
    stack: Stack, judge: Judge, dependency: str
) -> None:
    """With the default RECOVERY_TIMEOUT nothing is tried before 30 s, and all is well after."""
    endpoint = stack.endpoint_of(dependency)
    stack.drive(endpoint, requests=5)
    with stack.inject(Outage(dependency)):
        opened = stack.drive(endpoint, requests=10)
        judge(breaker_opens(opened, dependency, within=3, recovery=30))
    until = time.monotonic() + 28
    while time.monotonic() < until:
        early = stack.drive(endpoint, requests=1)
        judge(fallbacks_served(early, dependency))
        time.sleep(2)
    time.sleep(4)
    stack.drive(endpoint, requests=2)
    judge(breaker_closes(stack.drive(endpoint, requests=10), dependency))
