"""A running target of a scenario: sends it requests, and collects the evidence."""

import asyncio
import itertools
import math
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from windtunnel.address import Address
from windtunnel.ended_programs import check_programs
from windtunnel.errors import ConfigurationError, shown
from windtunnel.load import arrivals
from windtunnel.load.closed_loop import Caller, closed_loop
from windtunnel.load.destination import Destination
from windtunnel.load.engine import LoadEngine
from windtunnel.load.interleaved import interleaved
from windtunnel.load.mix import Mix, WeightedRequest
from windtunnel.load.own_limits import check_own_limits
from windtunnel.load.path_order import path_order
from windtunnel.load.plan import LoadPlan
from windtunnel.load.request_paths import check_path, checked_paths
from windtunnel.machine.machine_meter import MachineReading
from windtunnel.measured_profile import describe_profile
from windtunnel.number_bounds import MOMENT_OR_NEVER, SECONDS, Bound, check_number
from windtunnel.records import FaultWindow, Limits, Pairs, Response, Run
from windtunnel.records.load_run import LoadRun
from windtunnel.scenario_context import ScenarioContext

Result = TypeVar("Result")

LIMIT = 1_000_000
"""Requests that one run may make at most: a slip of the keyboard is not a flood."""
REQUESTS = Bound(f"a whole number from 1 to {LIMIT}", 1, LIMIT, most_itself=True, whole=True)
CONNECTIONS = Bound(
    "a whole number of connections from 1 to 10000", 1, 10_000, most_itself=True, whole=True
)


class Target:
    """One running target. Times out each request after `timeout` seconds, 10 unless given."""

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
        self._runs: list[Run] = []
        self._ends_by = math.inf
        self.notes = tuple(f"{key}={value}" for key, value in sorted(environment.items()))

    def __repr__(self) -> str:
        return f"<Target {self.name} at {self.url}>"

    @property
    def url(self) -> str:
        """Where it serves, such as "http://127.0.0.1:41234"."""
        return f"http://{self.address}"

    @property
    def pid(self) -> int:
        """The pid of its first process, as this machine's engine knows it."""
        return self._context.backend.target_pid(self.name)

    @contextmanager
    def ending_by(self, moment: float) -> Iterator[None]:
        """Let what is asked of this target meanwhile end by then, on time.monotonic's clock.

        What is not over by then raises TimeoutError; so does whatever is begun later.
        """
        check_number("", "moment", moment, MOMENT_OR_NEVER)
        before, self._ends_by = self._ends_by, min(moment, self._ends_by)
        try:
            yield
        finally:
            self._ends_by = before

    def _run_on_loop(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run on the session's loop until it is done; TimeoutError beyond the time it may take."""
        return self._context.loop.run(work, until=self._ends_by)

    def get(self, path: str, *, timeout: float = 10.0) -> tuple[Response, bytes]:
        """Return the record of one GET and the answer's body.

        NotTestable where this machine's own limits let it not be sent.
        """
        check_path(path)
        caller = self.caller(timeout)

        async def once() -> tuple[Response, bytes]:
            try:
                return await caller.call(1, path)
            finally:
                caller.close()

        response, body = self._run_on_loop(once())
        check_own_limits([response])
        return response, body

    @contextmanager
    def connected(self, *, timeout: float = 10.0) -> Iterator[Callable[[str], Response]]:
        """Give a function that sends one GET after another on one kept connection.

        For timing single requests from outside, as pytest-benchmark does.
        """
        caller = self.caller(timeout)
        numbers = itertools.count(1)

        def get(path: str) -> Response:
            check_path(path)
            response, _ = self._run_on_loop(caller.call(next(numbers), path))
            check_own_limits([response])
            return response

        try:
            yield get
        finally:
            self._context.loop.run(_closing(caller))

    def drive(
        self, path: str, requests: int = 20, *, concurrency: int = 1, timeout: float = 10.0
    ) -> Run:
        """Send `requests` GETs of one path, `concurrency` at a time, and return the run."""
        check_number("", "requests", requests, REQUESTS)
        return self._run([path], requests=requests, concurrency=concurrency, timeout=timeout)

    def load(
        self,
        paths: Sequence[str] | None = None,
        *,
        connections: int = 32,
        requests: int | None = None,
        duration: float | None = None,
        timeout: float = 10.0,
    ) -> Run:
        """Load all `paths` (the configured endpoints) evenly, in an order drawn from the seed.

        Ends after `requests` (2,000 where neither is given) or `duration` seconds, whichever is
        first.
        """
        if requests is None and duration is None:
            requests = 2000
        return self._run(
            checked_paths(paths or self._context.configuration.endpoints),
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
        requests: Sequence[str | WeightedRequest] | None = None,
        connections: int = 32,
        poisson: bool = True,
        ends_by: float | None = None,
    ) -> LoadRun:
        """Offer an open loop of `rate` requests a second for `duration` seconds.

        `rate` may be a schedule, such as "ramp:100-1000" (`windtunnel.load.arrivals.parse`).
        `requests` are paths or requests (the configured endpoints), drawn by the seed. Latency
        counts from when a request was due, so that a stall shows in full. Raises TimeoutError where
        the last answer has not come by `ends_by`, on the clock of `time.monotonic`.
        """
        context = self._context
        check_number("", "connections", connections, CONNECTIONS)
        check_number("", "duration", duration, SECONDS)
        wanted = checked_paths(requests or context.configuration.endpoints, WeightedRequest)
        host, port, at = self.address.host, self.address.port, self.address.connect_to
        plan = LoadPlan(
            destination=Destination(scheme="http", host=host, address=at, port=port),
            mix=Mix(tuple(WeightedRequest(path=r) if isinstance(r, str) else r for r in wanted)),
            connections=connections,
            arrivals=arrivals.parse(_spelt(rate), duration, poisson=poisson),
            seed=context.random.getrandbits(32),
        )

        async def run() -> LoadRun:
            return await LoadEngine(plan).run()  # made on the loop that it runs on

        reading = context.machine.read()
        with self.ending_by(math.inf if ends_by is None else ends_by):
            found = self._run_on_loop(run())
        check_programs(context.backend)
        found = replace(found, machine=context.machine.since(reading))
        return replace(found, faults=self._faults_since(found.began))

    def pairs(
        self,
        other: "Target",
        path: str,
        count: int,
        *,
        after: Pairs | None = None,
        timeout: float = 10.0,
    ) -> Pairs:
        """Send `count` pairs of GETs, one to this target and one to `other`, and return both runs.

        They follow those of `after`, which both asked the same: then all are returned as one. One
        request at a time; which of a pair goes first is drawn from the seed, so that neither arm
        gains from its place. Each is preceded by one that is not timed.
        """
        check_number("", "count", count, REQUESTS)
        check_path(path)
        if not isinstance(other, Target):
            raise ConfigurationError(f"other={shown(other)}: expected a target")
        if not (after is None or isinstance(after, Pairs)):
            raise ConfigurationError(f"after={shown(after)}: expected the Pairs of an earlier call")
        self._context.unasked.observe()
        callers = self.caller(timeout), other.caller(timeout)
        made = (after.a.responses, after.b.responses) if after else ((), ())
        numbers = range(len(made[0]) + 1, len(made[0]) + count + 1)
        began = after.a.began if after else time.monotonic()
        reading = self._context.machine.read()
        try:
            new = self._run_on_loop(interleaved(callers, path, numbers, self._context.random))
        finally:
            for caller in callers:
                self._context.loop.run(_closing(caller))
        own = self._collect([*made[0], *new[0]], began, 1, reading)
        return Pairs(a=own, b=replace(own, responses=(*made[1], *new[1]), notes=other.notes))

    def caller(self, timeout: float) -> Caller:
        """Return a connection of the load engine to this target, not yet connected."""
        check_number("", "timeout", timeout, SECONDS)
        return Caller(
            self.address,
            fallback_header=self._context.configuration.fallback_header,
            timeout=timeout,
        )

    def _run(
        self,
        paths: list[str],
        *,
        concurrency: int,
        timeout: float,
        requests: int | None = None,
        duration: float | None = None,
    ) -> Run:
        check_number("", "concurrency", concurrency, CONNECTIONS)
        if requests is not None:
            check_number("", "requests", requests, REQUESTS)
        if duration is not None:
            check_number("", "duration", duration, SECONDS)
        for path in paths:
            check_path(path)
        self._context.unasked.observe()
        callers = [self.caller(timeout) for _ in range(concurrency)]
        # A sequential run is cut into its requests by readings of what is only counted.
        counted, mark = concurrency == 1 and self._context.windows(), self._context.backend.mark
        reading = self._context.machine.read()
        began = time.monotonic()
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
        return self._collect(self._run_on_loop(work()), began, concurrency, reading)

    def _faults_since(self, began: float) -> tuple[FaultWindow, ...]:
        windows = self._context.windows()
        return tuple(each for each in windows if each.ended is None or each.ended >= began)

    def _collect(
        self,
        responses: list[Response],
        began: float,
        concurrency: int,
        reading: MachineReading | None,
    ) -> Run:
        context, machine = self._context, self._context.machine.since(reading)
        check_programs(context.backend)
        evidence = tuple(
            context.unasked.evidence(dependency, began)
            for dependency in context.configuration.dependencies
        )
        run = Run(
            responses=tuple(sorted(responses, key=lambda response: response.number)),
            evidence=evidence,
            began=began,
            ended=time.monotonic(),
            concurrency=concurrency,
            profile=describe_profile(context.profile, evidence),
            profile_name=context.profile.name,
            backend=context.backend.name,
            seed=context.seed,
            faults=self._faults_since(began),
            notes=self.notes,
            limits=Limits(**context.configuration.criteria.model_dump()),
            machine=machine,
        )
        earlier = tuple(self._runs)
        self._runs.append(run)
        return replace(run, earlier=earlier)


async def _closing(caller: Caller) -> None:
    caller.close()


def _spelt(rate: float | str) -> str:
    return rate if isinstance(rate, str) else shown(rate)
