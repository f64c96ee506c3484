"""Drives journeys in a closed loop: so many, some at a time, each within its own time."""

import asyncio
import math
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from typing import Any

from windtunnel.errors import ConfigurationError, MissingExtra
from windtunnel.extras import install_command
from windtunnel.load.call_cancellation import CURRENT
from windtunnel.load.journeys.function_time import FunctionTime
from windtunnel.load.journeys.journey_function import JourneyFunction
from windtunnel.load.journeys.kept_journeys import JourneyPlan, KeptJourneys
from windtunnel.load.journeys.step_sender import (
    JourneySteps,
    StepConnections,
    TookTooLong,
)
from windtunnel.load.loop_thread import LoopThread, bounded
from windtunnel.load.own_limits import check_own_limits
from windtunnel.records import Response

PATIENCE = 30.0
"""Seconds that a journey may take where nobody says otherwise."""
GRACE = 0.2
"""Seconds after its deadline in which an async journey hears of its last step's failure."""
OVERTIME = 1.0
"""Seconds after its deadline in which a plain function may still return by itself."""
LOOK = 0.1
"""Seconds between two looks at what is overdue."""
LEFT = "its function has not returned, and its thread was left behind"
ENDING = 5.0
"""Seconds in which threads that were given up may end."""


def drive_journeys(plan: JourneyPlan, connections: StepConnections) -> list[Response]:
    """Return the record of each journey.

    What a journey raises is its failure. Through go what is no Exception, such as pytest's own
    outcomes, and windtunnel's own errors. MissingExtra where it wants a client and httpx is not
    installed; NotTestable where this machine's own limits let a step not be sent.
    """
    if plan.journey.takes_client:
        _check_client()
    driven = _Journeys(plan, connections)
    try:
        if plan.journey.is_async:
            driven.run_async()
        elif plan.concurrency == 1 and FunctionTime.is_at_hand():
            driven.follow_call()
            driven.work_here()
        else:
            driven.follow_call()
            driven.run_threads()
        driven.check()
    finally:
        connections.close()
    check_own_limits(step for each in driven.responses for step in each.steps or ())
    return driven.responses


def _check_client() -> None:
    """Raise MissingExtra where no client can be had."""
    try:
        import httpx  # noqa: F401, PLC0415 - an extra, which only such a journey needs
    except ImportError:
        raise MissingExtra(
            f"a journey's client needs httpx: {install_command('journeys')}"
        ) from None


class _Journeys(KeptJourneys):
    """Makes the journeys of a run, by the means that their function needs."""

    # A plain function, in this thread or in several.

    def work_here(self) -> None:
        """Make one journey after another in the caller's thread, which is the main one."""
        with FunctionTime(self._plan.journey.name) as limit:
            self._work(lambda steps: limit.until(steps.deadline + OVERTIME))

    def _work(self, bounded: Callable[[JourneySteps], AbstractContextManager[None]]) -> None:
        while (number := self._next()) is not None:
            steps, chance = self._begun(number)
            began, error = time.monotonic(), None
            try:
                with bounded(steps):
                    self._call(steps, number, chance)
            except BaseException as raised:  # noqa: BLE001 - sorted by what it is
                error = raised
            if not self._ended(number, began, steps, error):
                return  # another thread is in this one's place
            if self._plan.between is not None:
                self._plan.between()

    def _call(self, steps: JourneySteps, number: int, chance: random.Random) -> None:
        journey = self._plan.journey
        if not journey.takes_client:
            with self._connections.noted.one():
                _check_plain(journey, journey.called(None, number, chance))
            return
        from windtunnel.load.journeys.httpx_client import (  # noqa: PLC0415 - as above
            sync_client,
        )

        with sync_client(steps, self._connections.origin) as client:
            _check_plain(journey, journey.called(client, number, chance))

    def run_threads(self) -> None:
        """Work in threads of their own, which are given up with this call.

        One whose journey does not return is left behind, and another takes its place.
        """
        threads = {self._thread() for _ in range(min(self._plan.concurrency, self._plan.requests))}
        try:
            while threads:
                next(iter(threads)).join(LOOK)
                for late in self._overdue(OVERTIME):
                    if self._ended(late.number, late.began, late.steps, TookTooLong(LEFT)):
                        threads.discard(late.thread)
                        threads.add(self._thread())
                threads = {each for each in threads if each.is_alive()}
        except BaseException as error:
            self._stop(error)
            over = time.monotonic() + ENDING
            for thread in threads:
                thread.join(max(0.0, over - time.monotonic()))
            raise

    def _thread(self) -> threading.Thread:
        context = copy_context()
        thread = threading.Thread(
            target=context.run,
            args=(self._work, lambda steps: nullcontext()),
            name="windtunnel journey",
            daemon=True,
        )
        thread.start()
        return thread

    # An async function, on a loop of its own: one that blocks its loop stops nothing of ours.

    def run_async(self) -> None:
        """Make the journeys on a loop of their own. ConfigurationError where they block it."""
        loop = LoopThread()
        running: Future[None] = loop.submit(bounded(self._all(), self._plan.until))
        cancellation = CURRENT.get()
        if cancellation is not None:
            cancellation.follow(running)
        try:
            while not running.done():
                wait([running], timeout=LOOK)
                if self._overdue(ENDING) and not running.done():
                    raise ConfigurationError(
                        f"journey {self._plan.journey.name}: it has not returned {ENDING:g} s"
                        " after its time; expected an async function that blocks its loop nowhere"
                        " (`await asyncio.sleep(1)`), and ends when it is cancelled"
                    )
            running.result()
        finally:
            running.cancel()
            self._connections.give_up()
            if loop.settle(ENDING):
                loop.close()

    async def _all(self) -> None:
        workers = min(self._plan.concurrency, self._plan.requests)
        await asyncio.gather(*(self._work_async() for _ in range(workers)))

    async def _work_async(self) -> None:
        while (number := self._next()) is not None:
            steps, chance = self._begun(number)
            began = time.monotonic()
            error: BaseException | None = None
            try:
                await self._awaited(steps, number, chance)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
                error = _Cancelled("by itself")
            except BaseException as raised:  # noqa: BLE001 - it would end the loop's thread
                error = raised
            self._ended(number, began, steps, error)
            if self._plan.between is not None:
                await asyncio.to_thread(self._plan.between)

    async def _awaited(self, steps: JourneySteps, number: int, chance: random.Random) -> None:
        journey, left = self._plan.journey, steps.deadline - time.monotonic()
        try:
            async with asyncio.timeout(None if left == math.inf else left + GRACE) as limit:
                if not journey.takes_client:
                    with self._connections.noted.one():
                        await _awaitable(journey.called(None, number, chance))
                    return
                from windtunnel.load.journeys.httpx_client import (  # noqa: PLC0415 - as above
                    async_client,
                )

                async with async_client(steps, self._connections.origin) as client:
                    await _awaitable(journey.called(client, number, chance))
        except TimeoutError:
            if limit.expired():
                raise TookTooLong from None
            raise


class _Cancelled(Exception):
    """A journey's task was cancelled, and not by us."""


def _check_plain(journey: JourneyFunction, returned: object) -> None:
    """Refuse what a plain function returned unawaited: nothing of it was done."""
    if asyncio.iscoroutine(returned):
        returned.close()
        raise ConfigurationError(
            f"journey {journey.name}: it returned a coroutine: expected `async def`"
        )


async def _awaitable(returned: Any) -> None:  # noqa: ANN401 - whatever an async function gives
    await returned
