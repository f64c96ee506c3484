"""A circuit breaker (Nygard, Release It!, 2nd ed.): pure decisions, the clock is an argument."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from windtunnel_sample.settings import CircuitBreakerConfig


class State(StrEnum):
    """What a breaker does with calls."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Rejected(Exception):
    """The breaker is open, or half-open with all its probes under way: the call was not made."""


@dataclass(slots=True)
class Counters:
    """Calls by outcome since the start."""

    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    rejected: int = 0
    opened: int = 0


REMEMBERED = 32
"""Changes of state that a breaker remembers: some ten outages, each opened, probed and closed."""


@dataclass(slots=True)
class _Period:
    """The time between two changes of state; a call belongs to the one in which it began."""

    state: State
    since: float
    failures: deque[float] = field(default_factory=deque)
    """When the last consecutive failures ended."""
    admitted: int = 0
    successes: int = 0


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of state."""

    at: float
    """When, on the breaker's clock."""
    state: State
    """The state that began."""


class CircuitBreaker:
    """Opens after consecutive failures within a window, and probes before it closes again.

    `failure_threshold` failures in a row, all within `monitor_window` seconds, open it. After
    `recovery_timeout` seconds it admits `half_open_requests` probes, however many callers wait:
    one that fails opens it again, and when all have succeeded it closes. A call that began before
    the last change of state changes nothing any more. A cancelled call counts as neither, and
    gives its probe's place back.
    """

    def __init__(self, name: str, config: CircuitBreakerConfig, clock: Callable[[], float]) -> None:
        self.name = name
        self.counters = Counters()
        self.config = config
        self._history: deque[Transition] = deque(maxlen=REMEMBERED)
        self._clock = clock
        self._period = _Period(State.CLOSED, clock())

    def __repr__(self) -> str:
        failures = len(self._period.failures)
        return f"<CircuitBreaker {self.name} {self.state} with {failures} failures>"

    @property
    def state(self) -> State:
        """The state now; an open breaker whose time is over counts as half-open.

        The history says so only from the first probe on, because that is what changes it.
        """
        if self._period.state is State.OPEN and self._recovered():
            return State.HALF_OPEN
        return self._period.state

    @property
    def opened_for(self) -> float:
        """Seconds since it opened; 0 unless it is open."""
        return self._clock() - self._period.since if self._period.state is State.OPEN else 0.0

    def changes(self) -> list[tuple[Transition, float]]:
        """Return the latest changes of state, oldest first, each with the seconds since then."""
        now = self._clock()
        return [(change, now - change.at) for change in self._history]

    @contextmanager
    def call(self) -> Iterator[None]:
        """Guard one call: raises Rejected instead of making it, and learns from how it ends."""
        period = self._admit()
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit):
            self.counters.cancelled += 1
            period.admitted -= 1
            raise
        except BaseException:
            self.counters.failed += 1
            if period is self._period:
                self._failed(period)
            raise
        self.counters.succeeded += 1
        if period is self._period:
            self._succeeded(period)

    def _recovered(self) -> bool:
        return self._clock() - self._period.since >= self.config.recovery_timeout

    def _admit(self) -> _Period:
        if self._period.state is State.OPEN and self._recovered():
            self._change(State.HALF_OPEN)
        full = self._period.admitted >= self.config.half_open_requests
        if self._period.state is State.OPEN or (self._period.state is State.HALF_OPEN and full):
            self.counters.rejected += 1
            raise Rejected(f"the breaker of {self.name} is {self._period.state}")
        self._period.admitted += 1
        return self._period

    def _succeeded(self, period: _Period) -> None:
        period.failures.clear()
        if period.state is State.HALF_OPEN:
            period.successes += 1
            if period.successes >= self.config.half_open_requests:
                self._change(State.CLOSED)

    def _failed(self, period: _Period) -> None:
        now = self._clock()
        if period.state is State.HALF_OPEN:
            self._open()
            return
        period.failures.append(now)
        while period.failures[0] < now - self.config.monitor_window:
            period.failures.popleft()
        if len(period.failures) >= self.config.failure_threshold:
            self._open()

    def _open(self) -> None:
        self.counters.opened += 1
        self._change(State.OPEN)

    def _change(self, state: State) -> None:
        now = self._clock()
        self._period = _Period(state, now)
        self._history.append(Transition(now, state))
