"""Timers call at their time and never before, in order, and stop when they are closed."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from windtunnel.timers import Timers

LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])


def run(
    loop: Callable[[], asyncio.AbstractEventLoop], main: Callable[[Timers], Awaitable[None]]
) -> None:
    async def body() -> None:
        timers = Timers()
        try:
            async with asyncio.timeout(10):
                await main(timers)
        finally:
            timers.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(body())


@LOOPS
def test_calls_come_in_the_order_of_their_times_and_never_early(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    called: list[tuple[float, float]] = []

    async def main(timers: Timers) -> None:
        done = asyncio.Event()
        begun = time.monotonic()
        for milliseconds in (30, 10, 20, 10):
            at = begun + milliseconds / 1000
            timers.call_at(at, lambda at=at: called.append((at, time.monotonic())))  # type: ignore[misc]
        timers.call_at(begun + 0.04, done.set)
        await done.wait()

    run(loop, main)
    assert len(called) == 4
    assert [at for at, _ in called] == sorted(at for at, _ in called)
    assert all(now >= at for at, now in called)


@LOOPS
def test_what_is_cancelled_is_never_called(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    called: list[str] = []

    async def main(timers: Timers) -> None:
        done = asyncio.Event()
        now = time.monotonic()
        timers.call_at(now + 0.01, lambda: called.append("cancelled")).cancel()
        timers.call_at(now + 0.02, done.set)
        await done.wait()

    run(loop, main)
    assert not called


@LOOPS
def test_a_call_may_ask_for_the_next_one(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    called: list[int] = []

    async def main(timers: Timers) -> None:
        done = asyncio.Event()

        def again() -> None:
            called.append(len(called))
            if len(called) == 50:
                done.set()
            else:
                timers.call_at(time.monotonic(), again)

        again()
        await done.wait()

    run(loop, main)
    assert called == list(range(50))


@LOOPS
def test_a_call_that_fails_takes_no_other_with_it(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    failures: list[str] = []

    async def main(timers: Timers) -> None:
        done = asyncio.Event()
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: failures.append(str(context.get("exception")))
        )

        def fail() -> None:
            raise RuntimeError("a mistake")

        timers.call_at(time.monotonic() + 0.01, fail)
        timers.call_at(time.monotonic() + 0.02, done.set)
        await done.wait()

    run(loop, main)
    assert failures == ["a mistake"]


@LOOPS
def test_an_earlier_call_is_not_held_up_by_a_later_one(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def main(timers: Timers) -> None:
        done = asyncio.Event()
        timers.call_at(time.monotonic() + 3600, lambda: None)
        timers.call_at(time.monotonic() + 0.01, done.set)
        await done.wait()

    run(loop, main)


@LOOPS
def test_a_call_that_asks_for_a_past_time_for_ever_holds_up_nothing_else(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    called: list[int] = []

    async def main(timers: Timers) -> None:
        begun = time.monotonic()
        enough = 100_000  # or the test itself would never end

        def again() -> None:
            called.append(len(called))
            if len(called) < enough:
                timers.call_at(begun, again)

        again()
        await asyncio.sleep(0.01)
        assert len(called) < enough

    run(loop, main)
    assert len(called) > 1
