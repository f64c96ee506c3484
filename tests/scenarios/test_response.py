"""Every endpoint answers, with under 5 % errors and a mean under 50 ms."""

from collections.abc import Callable

import msgspec
import pytest

from windtunnel import Stack, Verdict, error_rate, looks, mean_response, touches_nothing

Judge = Callable[[Verdict], Verdict]

# Every request goes through to the dependencies, so that their calls are in the figures.
pytestmark = pytest.mark.target(CACHE_TTL=0)


def test_every_endpoint_answers_with_under_five_percent_errors(stack: Stack, judge: Judge) -> None:
    """A first look at all endpoints; one that it leaves open gets a longer look of its own."""
    first = stack.load(requests=400 * len(stack.endpoints), connections=32)
    for endpoint in stack.endpoints:

        def look(requests: int, confidence: float, endpoint: str = endpoint) -> Verdict:
            run = first if requests == 400 else stack.load([endpoint], requests=requests)
            return error_rate(run, endpoint, confidence=confidence)

        judge(looks(look, [400, 8000]))


def test_mean_response_of_32_callers_is_under_50_ms(stack: Stack, judge: Judge) -> None:
    stack.load(requests=400)  # first calls compile and connect; the criterion is about service

    def look(requests: int, confidence: float) -> Verdict:
        return mean_response(stack.load(requests=requests), confidence=confidence)

    judge(looks(look, [4000, 16000]))


def test_mean_response_of_one_caller_is_under_50_ms(stack: Stack, judge: Judge) -> None:
    stack.load(requests=40)

    def look(requests: int, confidence: float) -> Verdict:
        run = stack.load(requests=requests, connections=1)
        return mean_response(run, confidence=confidence)

    judge(looks(look, [400, 4000]))


def test_metrics_have_their_documented_shape(stack: Stack) -> None:
    response, body = stack.get("/api/metrics")
    assert response.status == 200
    metrics = msgspec.json.decode(body)
    assert set(metrics) == {"status", "timestamp", "metrics"}
    assert metrics["timestamp"][-6:] == "+00:00" or metrics["timestamp"].endswith("Z")


def test_healthz_touches_no_dependency(stack: Stack, judge: Judge) -> None:
    control = stack.load([stack.endpoint_of(name) for name in stack.dependencies], requests=40)
    judge(touches_nothing(stack.drive("/healthz", requests=100), control))
