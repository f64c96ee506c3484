"""Every endpoint answers, with under 5 % errors and a mean under 50 ms."""

from collections.abc import Callable

import pytest

from windtunnel import Stack, Verdict, error_rate, looks, mean_response

Judge = Callable[[Verdict], Verdict]

# Every request goes through to the dependencies, so that their calls are in the figures.
pytestmark = pytest.mark.target(CACHE_TTL=0)


def test_32_callers_get_under_five_percent_errors_and_a_mean_under_50_ms(
    stack: Stack, judge: Judge
) -> None:
    """A first look at all endpoints; what it leaves open gets a longer look of its own."""
    # First calls compile and connect: their answers count, and their times do not.
    warm_up = stack.load(requests=400 * len(stack.endpoints))
    for endpoint in stack.endpoints:

        def errors(requests: int, confidence: float, endpoint: str = endpoint) -> Verdict:
            run = warm_up if requests == 400 else stack.load([endpoint], requests=requests)
            return error_rate(run, endpoint, confidence=confidence)

        judge(looks(errors, [400, 8000]))

    def times(requests: int, confidence: float) -> Verdict:
        return mean_response(stack.load(requests=requests), confidence=confidence)

    judge(looks(times, [1000, 16000]))


def test_mean_response_of_one_caller_is_under_50_ms(stack: Stack, judge: Judge) -> None:
    stack.load(requests=40)

    def look(requests: int, confidence: float) -> Verdict:
        run = stack.load(requests=requests, connections=1)
        return mean_response(run, confidence=confidence)

    judge(looks(look, [400, 4000]))
