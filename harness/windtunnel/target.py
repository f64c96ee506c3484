"""A running target of a scenario: sends it requests, and collects the evidence."""

import asyncio
import itertools
import math
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from windtunnel.address import Address
from windtunnel.errors import ConfigurationError, shown
from windtunnel.journey_runs import journeys_run
from windtunnel.load.closed_loop import Caller, closed_loop
from windtunnel.load.interleaved import interleaved
from windtunnel.load.journeys.journey_function import Journey
from windtunnel.load.open_loop import CONNECTIONS
from windtunnel.load.own_limits import check_own_limits
from windtunnel.load.path_order import path_order
from windtunnel.load.request_source import listed
from windtunnel.number_bounds import MOMENT_OR_NEVER, SECONDS, Bound, check_number
from windtunnel.offered_runs import offered_run
from windtunnel.records import Pairs, Response, Run
from windtunnel.records.load_run import LoadRun
from windtunnel.requests.request_value import Request
from windtunnel.run_collector import RunCollector
from windtunnel.scenario_context import ScenarioContext
from windtunnel.target_requests import TargetRequests

Result = TypeVar("Result")

LIMIT = 1_000_000
"""Requests that one run may make at most: a slip of the keyboard is not a flood."""
REQUESTS = Bound(f"a whole number from 1 to {LIMIT}", 1, LIMIT, most_itself=True, whole=True)


class Target:
    """One running target, whose requests are named in the configuration, paths, or values.

    A path means a GET. A request has failed after `timeout` seconds, or else after its own (10
    unless it says otherwise). Where the configuration has a login, each carries it.
    """

    def __init__(
        self,
        name: str,
        address: Address,
        context: ScenarioContext,
        environment: Mapping[str, str],
    ) -> None:
        self.name = name
        self.address = address
        self._context = context
        self._ends_by = math.inf
        self.requests = TargetRequests(
            address,
            context.configuration,
            name=name,
            seed=context.request_seed,
            learn=context.learn,
            under_way=context.under_way,
        )
        self.notes = tuple(f"{key}={value}" for key, value in sorted(environment.items()))
        self._collector = RunCollector(context, self.notes)

    def __repr__(self) -> str:
        return f"<Target {self.name} at {self.url}>"

    @property
    def url(self) -> str:
        """Where it serves, such as "http://127.0.0.1:41234"."""
        return self.address.url

    @property
    def pid(self) -> int:
        """The pid of its first process, as this machine's engine knows it."""
        return self._context.backend.target_pid(self.name)

    @contextmanager
    def ending_by(self, moment: float) -> Iterator[None]:
        """Let what is asked meanwhile, or later, end by then (time.monotonic), or TimeoutError."""
        check_number("", "moment", moment, MOMENT_OR_NEVER)
        before, self._ends_by = self._ends_by, min(moment, self._ends_by)
        try:
            yield
        finally:
            self._ends_by = before

    def _run_on_loop(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run on the session's loop until it is done; TimeoutError beyond the time it may take."""
        return self._context.loop.run(work, until=self._ends_by)

    def log_in(self) -> None:
        """Log in where the configuration says how, as a stack does before any fault. StartError."""
        self._run_on_loop(self.requests.log_in())

    def request(self, wanted: str | Request, path: str = "", **fields: Any) -> Response:  # noqa: ANN401 - as Request takes them
        """Send one request and return its record, with headers and body. ConfigurationError.

        `request("checkout")` sends the one of that name; `request("PUT", "/x", json={})` takes a
        method, a path, and fields of a Request.
        """
        response, body = self.get(self.requests.made(wanted, path, fields))
        return replace(response, body=body)

    def get(self, path: str | Request, *, timeout: float | None = None) -> tuple[Response, bytes]:
        """Return one request's record and the answer's body; NotTestable by own limits alone."""
        wanted = self.requests.named(path)
        caller = self.caller(timeout)

        async def once() -> tuple[Response, bytes]:
            try:
                return await caller.call(1, wanted)
            finally:
                caller.close()

        response, body = self._run_on_loop(once())
        check_own_limits([response])
        return response, body

    @contextmanager
    def connected(
        self, *, timeout: float | None = None
    ) -> Iterator[Callable[[str | Request], Response]]:
        """Give a function that sends one request after another on one kept connection.

        For timing single requests from outside, as pytest-benchmark does.
        """
        caller = self.caller(timeout)
        numbers = itertools.count(1)

        def get(path: str | Request) -> Response:
            response, _ = self._run_on_loop(caller.call(next(numbers), path))
            check_own_limits([response])
            return response

        try:
            yield get
        finally:
            self._context.loop.run(_closing(caller))

    def drive(
        self,
        path: str | Request | Journey,
        requests: int = 20,
        *,
        concurrency: int = 1,
        timeout: float | None = None,
    ) -> Run:
        """Send one request `requests` times, `concurrency` at a time, and return the run.

        Or make a journey so often: a function of an httpx client, sync or async, whose requests
        are recorded as its `steps`. It may take `number` (from 1) and `random` (by the seed) too,
        and without a client it works by its own means. What it raises is its failure, and so is
        that it takes longer than `timeout` seconds in all (30 where none is given).
        """
        check_number("", "requests", requests, REQUESTS)
        check_number("", "concurrency", concurrency, CONNECTIONS)
        if callable(path):
            return journeys_run(
                path,
                self._context,
                self.requests,
                self._collector,
                requests=requests,
                concurrency=concurrency,
                timeout=timeout,
                until=self._ends_by,
            )
        return self._run([path], requests=requests, concurrency=concurrency, timeout=timeout)

    def load(
        self,
        paths: Sequence[str | Request] | None = None,
        *,
        connections: int = 32,
        requests: int | None = None,
        duration: float | None = None,
        timeout: float | None = None,
    ) -> Run:
        """Load all `paths` or requests (the configured endpoints) evenly, in an order by the seed.

        Ends after `requests` (2,000 where neither is given), or `duration` seconds if that is less.
        """
        if requests is None and duration is None:
            requests = 2000
        return self._run(
            listed(paths or self._context.configuration.endpoints),
            requests=requests,
            duration=duration,
            concurrency=connections,
            timeout=timeout,
        )

    def offer(
        self,
        rate: float | str,
        *,
        duration: float = 10.0,
        requests: Sequence[str | Request] | None = None,
        connections: int = 32,
        poisson: bool = True,
        ends_by: float | None = None,
    ) -> LoadRun:
        """Offer an open loop of `rate` requests a second for `duration` seconds.

        `rate` may be a schedule, such as "ramp:100-1000" (`windtunnel.load.arrivals.parse`).
        `requests` are names, paths or values (the configured endpoints), drawn by the seed. Latency
        counts from when a request was due, so that a stall shows in full. Raises TimeoutError where
        the last answer has not come by `ends_by`, on the clock of `time.monotonic`.
        """
        with self.ending_by(math.inf if ends_by is None else ends_by):
            return offered_run(
                rate,
                self._context,
                self.requests,
                self._collector,
                duration=duration,
                requests=listed(requests or self._context.configuration.endpoints),
                connections=connections,
                poisson=poisson,
                until=self._ends_by,
            )

    def pairs(
        self,
        other: "Target",
        path: str | Request,
        count: int,
        *,
        after: Pairs | None = None,
        timeout: float | None = None,
    ) -> Pairs:
        """Send `count` pairs of requests, one to this target, one to `other`; return both runs.

        They follow those of `after`, which asked the same: then all are returned as one. One at a
        time; which of a pair goes first is drawn by the seed. Each follows one that is not timed.
        """
        check_number("", "count", count, REQUESTS)
        self.requests.named(path)
        if not isinstance(other, Target):
            raise ConfigurationError(f"other={shown(other)}: expected a target")
        if not (after is None or isinstance(after, Pairs)):
            raise ConfigurationError(f"after={shown(after)}: expected the Pairs of an earlier call")
        self._context.unasked.observe()
        run = self.requests.shared_run(goes_on=after is not None)
        callers = self.requests.caller(timeout, run), other.requests.caller(timeout, run)
        made = (after.a.responses, after.b.responses) if after else ((), ())
        numbers = range(len(made[0]) + 1, len(made[0]) + count + 1)
        began = after.a.began if after else self._context.begin()
        reading = self._context.machine.read()
        try:
            new = self._run_on_loop(interleaved(callers, path, numbers, self._context.random))
        finally:
            for caller in callers:
                self._context.loop.run(_closing(caller))
        own = self._collector.run([*made[0], *new[0]], began, 1, reading)
        return Pairs(a=own, b=replace(own, responses=(*made[1], *new[1]), notes=other.notes))

    def caller(self, timeout: float | None = None) -> Caller:
        """Return a connection of the load engine to this target, not yet connected."""
        return self.requests.caller(timeout)

    def _run(
        self,
        paths: list[str | Request],
        *,
        concurrency: int,
        timeout: float | None,
        requests: int | None = None,
        duration: float | None = None,
    ) -> Run:
        check_number("", "concurrency", concurrency, CONNECTIONS)
        if requests is not None:
            check_number("", "requests", requests, REQUESTS)
        if duration is not None:
            check_number("", "duration", duration, SECONDS)
        source = self.requests.of_a_run()
        for path in paths:
            source.encoded(source.request(path), 1)  # so that what cannot be sent is refused now
        self._context.unasked.observe()
        callers = [self.requests.caller(timeout, source=source) for _ in range(concurrency)]
        # A sequential run is cut into its requests by readings of what is only counted.
        counted, mark = concurrency == 1 and self._context.windows(), self._context.backend.mark
        reading = self._context.machine.read()
        began = self._context.begin()
        until = began + duration if duration is not None else float("inf")

        async def work() -> list[Response]:
            try:
                return await closed_loop(
                    callers,
                    path_order(paths, requests or LIMIT, self._context.random),
                    until=until,
                    between=partial(asyncio.to_thread, mark) if counted else None,
                )
            finally:
                for caller in callers:
                    caller.close()

        if counted:
            mark()
        return self._collector.run(self._run_on_loop(work()), began, concurrency, reading)


async def _closing(caller: Caller) -> None:
    caller.close()
