"""Drives journeys in a closed loop: so many, some at a time, each within its own time."""

import asyncio
import itertools
import math
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from windtunnel.errors import ConfigurationError, MissingExtra, WindtunnelError
from windtunnel.extras import install_command
from windtunnel.load.call_cancellation import CURRENT
from windtunnel.load.journeys.journey_function import JourneyFunction
from windtunnel.load.journeys.journey_outcome import AskedNothing, outcome
from windtunnel.load.journeys.step_sender import (
    GivenUp,
    JourneySteps,
    StepConnections,
    TookTooLong,
)
from windtunnel.load.loop_thread import LoopThread
from windtunnel.load.own_limits import check_own_limits
from windtunnel.records import Response

PATIENCE = 30.0
"""Seconds that a journey may take where nobody says otherwise."""
GRACE = 0.2
"""Seconds after its deadline in which an async journey hears of its last step's failure."""
ENDING = 5.0
"""Seconds in which threads that were given up may end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyPlan:
    """What is to be driven. Times are in seconds on the clock of `time.monotonic`."""

    journey: JourneyFunction
    requests: int
    concurrency: int
    patience: float
    until: float
    """By when all must be over, or TimeoutError."""
    seed: str
    between: Callable[[], object] | None = None
    """What is done after each journey."""


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
        elif plan.concurrency == 1:
            driven.follow_call()
            driven.work()
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


class _Journeys:
    """One run of journeys."""

    def __init__(self, plan: JourneyPlan, connections: StepConnections) -> None:
        self.responses: list[Response] = []
        self._plan = plan
        self._connections = connections
        self._numbers = itertools.count(1)
        self._stopped_by: BaseException | None = None

    def follow_call(self) -> None:
        """Give up where the async call that this is made for is cancelled."""
        cancellation = CURRENT.get()
        if cancellation is not None:
            followed: Future[Any] = Future()
            followed.add_done_callback(lambda _: self._connections.give_up())
            cancellation.follow(followed)

    def check(self) -> None:
        """Raise what went through, or what stopped the run."""
        if self._stopped_by is not None:
            raise self._stopped_by
        if self._connections.is_given_up and len(self.responses) < self._plan.requests:
            raise CancelledError
        if time.monotonic() >= self._plan.until:
            raise TimeoutError("it was not over by the moment that it was to end by")

    def _next(self) -> int | None:
        """Return the next journey's number; None where there is to be none."""
        if self._stopped_by is not None or self._connections.is_given_up:
            return None
        if time.monotonic() >= self._plan.until:
            return None
        number = next(self._numbers)
        return number if number <= self._plan.requests else None

    def _begun(self, number: int) -> tuple[JourneySteps, random.Random]:
        deadline = min(time.monotonic() + self._plan.patience, self._plan.until)
        steps = JourneySteps(self._plan.journey.name, self._connections, deadline)
        chance = random.Random(f"{self._plan.seed} {number}")  # noqa: S311 - replayable, not secret
        return steps, chance

    def _ended(
        self, number: int, began: float, steps: JourneySteps, error: BaseException | None
    ) -> None:
        """Record a journey; what is no failure of it stops the run."""
        ended = time.monotonic()
        steps.leave()
        if steps.refusal is not None:
            self._stop(steps.refusal)
            return
        if isinstance(error, GivenUp):
            return
        if error is not None and not isinstance(error, TookTooLong) and _goes_through(error):
            self._stop(error)
            return
        if ended >= steps.deadline:
            error = TookTooLong(f"the journey took longer than {self._plan.patience:g} s")
        elif error is None and self._plan.journey.takes_client and not steps.made:
            error = AskedNothing(
                "it made no request by its client; expected one at least, or a function without a"
                " client"
            )
        self.responses.append(
            outcome(self._plan.journey.name, number, (began, ended), steps, error)
        )

    def _stop(self, error: BaseException) -> None:
        if self._stopped_by is None:
            self._stopped_by = error
        self._connections.give_up()

    # A plain function, in this thread or in several.

    def work(self) -> None:
        """Make one journey after another."""
        while (number := self._next()) is not None:
            steps, chance = self._begun(number)
            began, error = time.monotonic(), None
            try:
                self._call(steps, number, chance)
            except BaseException as raised:  # noqa: BLE001 - sorted by what it is
                error = raised
            self._ended(number, began, steps, error)
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
        """Work in threads of their own, which are given up with this call."""
        threads = [
            threading.Thread(
                target=copy_context().run, args=(self.work,), name="windtunnel journey", daemon=True
            )
            for _ in range(min(self._plan.concurrency, self._plan.requests))
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException as error:
            self._stop(error)
            over = time.monotonic() + ENDING
            for thread in threads:
                thread.join(max(0.0, over - time.monotonic()))
            raise

    # An async function, on a loop of its own: one that blocks its loop stops nothing of ours.

    def run_async(self) -> None:
        """Make the journeys on a loop of their own."""
        loop = LoopThread()
        try:
            loop.run(self._all(), until=self._plan.until)
        finally:
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


def _goes_through(error: BaseException) -> bool:
    """Whether an error is none of a journey's outcomes: ours, or pytest's, or an interrupt."""
    return isinstance(error, WindtunnelError) or not isinstance(error, Exception)


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
