"""What the quotes service promises when its rate service fails, judged at the rate service."""

import time

import pytest

from windtunnel import (
    HttpStatus,
    Latency,
    Outage,
    breaker_closes,
    breaker_half_opens,
    breaker_opens,
    fallbacks_served,
)


@pytest.mark.parametrize("fault", [Outage("rates"), HttpStatus("rates", 503)], ids=repr)
def test_breaker_opens_within_three_failures(stack, judge, fault):
    stack.drive("/quote", requests=3)
    with stack.inject(fault):
        run = stack.drive("/quote", requests=20)
    judge(breaker_opens(run, "rates", within=3))
    judge(fallbacks_served(run, "rates"))


@pytest.mark.target(BREAKER_RECOVERY="500ms")
def test_breaker_lets_two_try_and_closes(stack, judge):
    with stack.inject(Outage("rates")):
        stack.drive("/quote", requests=5)
    time.sleep(0.6)
    with stack.inject(Latency("rates", 0.2)):
        burst = stack.drive("/quote", requests=100, concurrency=20)
    judge(breaker_half_opens(burst, "rates", at_most=2))
    judge(breaker_closes(stack.drive("/quote", requests=10), "rates"))
