"""The journeys of one run: which are under way, and the record of each that is over."""

import itertools
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any

from windtunnel.errors import WindtunnelError
from windtunnel.load.call_cancellation import CURRENT
from windtunnel.load.journeys.journey_function import JourneyFunction
from windtunnel.load.journeys.journey_outcome import AskedNothing, outcome
from windtunnel.load.journeys.step_sender import (
    GivenUp,
    JourneySteps,
    StepConnections,
    TookTooLong,
)
from windtunnel.records import Response


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


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A journey that has begun and has no record."""

    number: int
    steps: JourneySteps
    began: float
    thread: threading.Thread


class KeptJourneys:
    """One run of journeys, and how each ended."""

    def __init__(self, plan: JourneyPlan, connections: StepConnections) -> None:
        self.responses: list[Response] = []
        self._plan = plan
        self._connections = connections
        self._numbers = itertools.count(1)
        self._stopped_by: BaseException | None = None
        self._lock = threading.Lock()
        self._under_way: dict[int, UnderWay] = {}

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
        with self._lock:
            self._under_way[number] = UnderWay(
                number, steps, time.monotonic(), threading.current_thread()
            )
        chance = random.Random(f"{self._plan.seed} {number}")  # noqa: S311 - replayable, not secret
        return steps, chance

    def _overdue(self, seconds: float) -> list[UnderWay]:
        """Return the journeys that are under way so long after their time was over."""
        moment = time.monotonic() - seconds
        with self._lock:
            found = list(self._under_way.values())
        return [each for each in found if each.steps.deadline <= moment]

    def _ended(
        self, number: int, began: float, steps: JourneySteps, error: BaseException | None
    ) -> bool:
        """Record a journey; what is no failure of it stops the run.

        False where it has a record: it was overdue, and was given up.
        """
        ended = time.monotonic()
        with self._lock:
            if self._under_way.pop(number, None) is None:
                return False
        steps.leave()
        if steps.refusal is not None:
            self._stop(steps.refusal)
            return True
        if isinstance(error, GivenUp):
            return True
        if error is not None and not isinstance(error, TookTooLong) and _goes_through(error):
            self._stop(error)
            return True
        if ended >= steps.deadline:
            why = f": {error}" if isinstance(error, TookTooLong) and str(error) else ""
            error = TookTooLong(f"the journey took longer than {self._plan.patience:g} s{why}")
        elif error is None and self._plan.journey.takes_client and not steps.made:
            error = AskedNothing(
                "it made no request by its client; expected one at least, or a function without a"
                " client"
            )
        self.responses.append(
            outcome(self._plan.journey.name, number, (began, ended), steps, error)
        )
        return True

    def _stop(self, error: BaseException) -> None:
        if self._stopped_by is None:
            self._stopped_by = error
        self._connections.give_up()


def _goes_through(error: BaseException) -> bool:
    """Whether an error is none of a journey's outcomes: ours, or pytest's, or an interrupt."""
    return isinstance(error, WindtunnelError) or not isinstance(error, Exception)
