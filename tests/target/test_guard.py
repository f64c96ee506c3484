"""A guarded dependency: its fallback for its failures, and nothing hidden besides."""

import asyncio

import pytest

from tests.target.support import Clock
from windtunnel_sample.breaker import Rejected, State
from windtunnel_sample.cache import cache
from windtunnel_sample.clients import Declined, DependencyError
from windtunnel_sample.guard import UNAVAILABLE, Answer, Guard, ask_cache
from windtunnel_sample.settings import CircuitBreakerConfig

pytestmark = pytest.mark.asyncio


async def down() -> str:
    raise DependencyError("refused")


async def up() -> str:
    return "real"


def guard(clock: Clock) -> Guard:
    return Guard("db", CircuitBreakerConfig(failure_threshold=3), clock)


async def test_a_real_answer_is_not_marked() -> None:
    assert await guard(Clock()).ask(up, "fallback") == Answer("real", fallback=False)


async def test_a_failure_is_answered_by_the_marked_fallback() -> None:
    assert await guard(Clock()).ask(down, "fallback") == Answer("fallback", fallback=True)


async def test_an_answer_that_the_request_was_wrong_opens_no_breaker() -> None:
    async def declined() -> str:
        raise Declined("the catalog answered 404")

    guarded = guard(Clock())
    for _ in range(10):
        assert await guarded.ask(declined, "fallback") == Answer("fallback", fallback=True)
    assert guarded.breaker.state is State.CLOSED
    assert guarded.breaker.counters.succeeded == 10


async def test_an_open_breaker_answers_with_the_fallback_without_a_call() -> None:
    guarded = guard(Clock())
    for _ in range(3):
        await guarded.ask(down, None)
    assert guarded.breaker.state is State.OPEN

    async def never() -> str:
        pytest.fail("the call was made")

    assert await guarded.ask(never, "fallback") == Answer("fallback", fallback=True)
    with pytest.raises(Rejected):
        await guarded.call(never)


async def test_a_mistake_in_the_service_is_not_passed_off_as_a_fallback() -> None:
    async def mistaken() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await guard(Clock()).ask(mistaken, "fallback")


async def test_a_cancelled_caller_stays_cancelled() -> None:
    async def cancelled() -> str:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await guard(Clock()).ask(cancelled, "fallback")


async def test_a_kept_answer_stands_in_for_an_open_breaker_and_then_the_fallback() -> None:
    clock = Clock()
    guarded = guard(clock)
    works = True

    async def fetch() -> str:
        return await guarded.call(up if works else down)

    kept = cache(60, stale_if_error=300, errors=UNAVAILABLE, clock=clock)(fetch)
    assert await ask_cache(kept, "fallback") == Answer("real", fallback=False)
    works = False
    clock.turn(61)
    for _ in range(5):
        answer = await ask_cache(kept, "fallback")
        assert answer == Answer("real", fallback=True, age=61.0, stale=True)
    assert guarded.breaker.counters.failed == 3
    assert guarded.breaker.counters.rejected == 2
    clock.turn(300)
    assert await ask_cache(kept, "fallback") == Answer("fallback", fallback=True)
