"""A service around breakers, its dependencies and their taps, on a loop in simulated time."""

import asyncio
import selectors
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Self

import aiohttp

from tests.conformance.services.calls import (
    ClientError,
    DependencyFailed,
    Guarded,
    Rejected,
    TimedOut,
)
from tests.conformance.services.settings import Settings
from windtunnel.address import Address
from windtunnel.records import Exchange, ExchangeOutcome, RequestFailure, Response, Run
from windtunnel_faults import (
    ConnectionReset,
    Fault,
    HttpAbort,
    HttpDelay,
    HttpStatus,
    Latency,
)

Guard = Callable[[str, Settings], Guarded]
HOP = 0.0002
"""Seconds from a caller to the service, and back."""
TAKES = 0.001
"""Seconds that a dependency takes."""
APART = 0.0001
"""Seconds between callers who come at once."""


class SimulatedTime(selectors.DefaultSelector):
    """The clock of a loop: where everybody waits, the time goes on at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for nothing")
        self.now += max(timeout, 0.0)
        return super().select(0)

    def monotonic(self) -> float:
        return self.now


class SimulatedLoop(asyncio.SelectorEventLoop):
    """A loop in simulated time."""

    def __init__(self, clock: SimulatedTime) -> None:
        super().__init__(clock)
        self.clock = clock
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self.clock.now


@dataclass
class InForce:
    """A fault that is in force, as a context manager."""

    fault: Fault
    faults: list["InForce"]
    left: float
    begun = False

    def __enter__(self) -> Self:
        self.faults.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        self.faults.remove(self)

    def strikes(self) -> bool:
        """Use one of the calls up that it strikes; say whether there was one."""
        self.left -= 1
        return self.left >= 0


@dataclass
class SimulatedDependency:
    """A dependency and its tap."""

    name: str
    loop: SimulatedLoop
    exchanges: list[Exchange] = field(default_factory=list)
    faults: list[InForce] = field(default_factory=list)

    async def call(self, given_up: float) -> bytes:
        """Answer, or fail as the faults in force say, and record it."""
        place = len(self.exchanges)
        made = Exchange(
            dependency=self.name,
            connection=1,
            index=place,
            request="GET /agents",
            started=self.loop.time(),
            ended=None,
            outcome=ExchangeOutcome.PENDING,
            status="",
        )
        self.exchanges.append(made)
        outcome, status = ExchangeOutcome.FAILED, ""
        try:
            async with asyncio.timeout(given_up):
                status = await self._answer()
            outcome = ExchangeOutcome.ANSWERED
        except TimeoutError as error:
            raise TimedOut from error
        finally:
            ended = self.loop.time()
            self.exchanges[place] = replace(made, ended=ended, outcome=outcome, status=status)
        await asyncio.sleep(APART)
        if status >= "500":
            raise DependencyFailed(status)
        if status >= "400":
            raise ClientError(status)
        return b"{}"

    async def _answer(self) -> str:
        seconds, status, cut = TAKES, "200", False
        for each in list(self.faults):
            match each.fault:
                case HttpStatus() if each.strikes():
                    status = str(each.fault.status)
                case HttpAbort() if each.strikes():
                    cut = True
                case HttpDelay() if each.strikes():
                    seconds += each.fault.seconds
                case Latency():
                    seconds += each.fault.seconds
                case ConnectionReset():
                    seconds, cut = max(TAKES, each.fault.seconds), True
        await asyncio.sleep(seconds)
        if cut:
            raise DependencyFailed("cut") from aiohttp.ServerDisconnectedError()
        return status


class SimulatedTarget:
    """A service whose every path calls one dependency, each through a breaker of its own."""

    def __init__(
        self, guard: Guard, dependencies: Mapping[str, SimulatedDependency], settings: Settings
    ) -> None:
        self._dependencies = dependencies
        self._loop = next(iter(dependencies.values())).loop
        self._guarded = {name: guard(name, settings) for name in dependencies}
        self._timeout = settings.call_timeout
        self.pid = None
        self.address = Address("127.0.0.1", 9)

    def drive(
        self, path: str, requests: int, *, concurrency: int = 1, timeout: float = 10.0
    ) -> Run:
        """Send requests and wait for their answers."""
        return self.begin(path, requests, concurrency=concurrency, timeout=timeout).result()

    def begin(
        self, path: str, requests: int, *, concurrency: int = 1, timeout: float = 10.0
    ) -> "Driven":
        """Send requests."""
        numbers = iter(range(1, requests + 1))

        async def caller(place: int) -> list[Response]:
            await asyncio.sleep(place * APART)
            return [await self._ask(path, number, timeout) for number in numbers]

        began = self._loop.time()
        callers = [self._loop.create_task(caller(place)) for place in range(concurrency)]
        return Driven(callers, began, self._loop)

    @contextmanager
    def connected(self, *, timeout: float) -> Iterator[Callable[[str], Response]]:
        """Give what asks one request after another."""
        yield lambda path: self._loop.run_until_complete(self._ask(path, 1, timeout))

    async def _ask(self, path: str, number: int, patience: float) -> Response:
        loop = self._loop
        # No caller asks again in the very moment of an answer.
        await asyncio.sleep(APART)
        started = loop.time()
        handled = loop.create_task(self._handled(path.strip("/")))
        await asyncio.wait({handled}, timeout=patience)
        # Who is not answered by then leaves, and the service learns of it.
        status = handled.result() if handled.done() else None
        handled.cancel()
        return Response(
            number=number,
            endpoint=path,
            started=started,
            ended=loop.time(),
            status=status,
            failure=RequestFailure.NONE if status else RequestFailure.TIMED_OUT,
            fallback="",
        )

    async def _handled(self, name: str) -> int:
        await asyncio.sleep(HOP)
        status = await self._status(name)
        await asyncio.sleep(HOP)
        return status

    async def _status(self, name: str) -> int:
        dependency = self._dependencies[name]
        try:
            await self._guarded[name](lambda: dependency.call(self._timeout))
        except Rejected:
            return 503
        except DependencyFailed:
            return 502
        except ClientError:
            return 404
        return 200


@dataclass
class Driven:
    """Requests under way."""

    callers: list[asyncio.Task[list[Response]]]
    began: float
    loop: SimulatedLoop

    def result(self) -> Run:
        """Wait for all answers."""
        answers = self.loop.run_until_complete(asyncio.gather(*self.callers))
        responses = sorted((each for some in answers for each in some), key=lambda r: r.started)
        return Run(
            responses=tuple(responses),
            evidence=(),
            began=self.began,
            ended=self.loop.time(),
            concurrency=len(self.callers),
            profile="loopback",
            backend="simulated",
            seed=1,
        )
