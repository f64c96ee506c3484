"""Loads and breaks a stack of its own, or loads a service that runs already."""

import itertools
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from contextlib import suppress
from functools import partial
from typing import Self, TypeVar

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from windtunnel.address import Address
from windtunnel.configuration import Configuration
from windtunnel.criteria import (
    Ruling,
    Verdict,
    breaker_closes,
    breaker_half_opens,
    breaker_opens,
    error_rate,
    mean_response,
    pooling_gain,
)
from windtunnel.criteria.intervals import quantile
from windtunnel.load.closed_loop import Caller, closed_loop
from windtunnel.load.loop_thread import LoopThread
from windtunnel.records import Run
from windtunnel.session import Session
from windtunnel.stack import Stack
from windtunnel_faults import Latency, Outage

WARM_UP = 400
"""Requests before the measured ones: first calls compile and connect."""
RECOVERY = 1.0
"""Seconds until a breaker probes, instead of the target's 30: said in the output."""
TIMEOUT = 10.0

Result = TypeVar("Result")


class Bar:
    """A progress bar on standard error, which moves while something blocking runs."""

    def __init__(self) -> None:
        self.progress = Progress(
            TextColumn("{task.description:<34}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=Console(file=sys.__stderr__),
        )

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def during(self, what: str, seconds: float, work: Callable[[], Result]) -> Result:
        """Run `work`, which takes about `seconds`, and return its result."""
        task = self.progress.add_task(what, total=seconds)
        with ThreadPoolExecutor(1) as executor:
            future = executor.submit(work)
            began = time.monotonic()
            while not future.done():
                with suppress(StillRunning):
                    future.exception(timeout=0.1)
                # Until it is over, the bar does not say that it is.
                self.progress.update(task, completed=min(time.monotonic() - began, 0.98 * seconds))
        self.progress.update(task, completed=seconds)
        return future.result()


def responses(run: Run) -> list[Verdict]:
    """Judge what can be seen from outside."""
    endpoints = list(dict.fromkeys(each.endpoint for each in run.responses))
    return [*(error_rate(run, endpoint) for endpoint in endpoints), mean_response(run)]


def pooling(stack: Stack, dependency: str) -> Verdict:
    """Judge the gain of kept connections at five milliseconds of round trip."""
    endpoint = stack.endpoint_of(dependency)
    with (
        stack.network("metro"),
        stack.target(ENABLE_CONNECTION_REUSE="true") as on,
        stack.target(ENABLE_CONNECTION_REUSE="false") as off,
    ):
        on.pairs(off, endpoint, 20)
        found = on.pairs(off, endpoint, 50)
        verdict = pooling_gain(found, dependency, above=0.40)
        while verdict.ruling is Ruling.INCONCLUSIVE and len(found.a.responses) < 600:
            found = on.pairs(off, endpoint, 50, after=found)
            verdict = pooling_gain(found, dependency, above=0.40)
        return verdict


def breakers(stack: Stack, dependency: str) -> list[Verdict]:
    """Judge that the breaker opens, probes with two, and closes."""
    endpoint = stack.endpoint_of(dependency)
    stack.drive(endpoint, requests=5)
    with stack.inject(Outage(dependency)):
        outage = stack.drive(endpoint, requests=20)
    time.sleep(RECOVERY + 0.2)
    with stack.inject(Latency(dependency, 0.4)):
        burst = stack.drive(endpoint, requests=100, concurrency=20)
    return [
        breaker_opens(outage, dependency, within=3, recovery=RECOVERY),
        breaker_half_opens(burst, dependency, at_most=2),
        breaker_closes(stack.drive(endpoint, requests=10), dependency),
    ]


def own_stack(
    bar: Bar, session: Session, *, duration: float, connections: int
) -> tuple[Run, list[Verdict]]:
    """Start a stack, load and break it; return the load's run and every verdict."""

    def started(name: str, **environment: str) -> Stack:
        return session.stack(f"load test, {name}", environment, lambda verdict: None)

    stack = started("load", CACHE_TTL="0")
    try:
        bar.during("starting the stack", 3, lambda: stack.url)
        bar.during("warming up", 2, lambda: stack.load(requests=WARM_UP, connections=connections))
        run = bar.during(
            f"loading with {connections} connections",
            duration,
            lambda: stack.load(duration=duration, connections=connections),
        )
        verdicts = responses(run)
        for name in stack.dependencies:
            verdicts.append(bar.during(f"pooling of {name}", 6, partial(pooling, stack, name)))
    finally:
        stack.close()
    for name in stack.dependencies:
        probed = started(f"breaker of {name}", CACHE_TTL="0", RECOVERY_TIMEOUT=f"{RECOVERY:g}")
        try:
            verdicts += bar.during(f"breaker of {name}", 5, partial(breakers, probed, name))
        finally:
            probed.close()
    return run, verdicts


def from_outside(
    bar: Bar,
    address: Address,
    configuration: Configuration,
    *,
    duration: float,
    connections: int,
    seed: int,
) -> Run:
    """Load a service that runs already; return the run, without evidence of any dependency."""
    paths = list(configuration.endpoints)
    header = configuration.fallback_header
    order = random.Random(f"{seed} load test")  # noqa: S311 - replayable, not secret
    shuffled = itertools.chain.from_iterable(
        order.sample(paths, len(paths)) for _ in itertools.count()
    )
    callers = [Caller(address, fallback_header=header, timeout=TIMEOUT) for _ in range(connections)]

    async def work(seconds: float, requests: int | None) -> Run:
        began = time.monotonic()
        found = await closed_loop(
            callers, itertools.islice(shuffled, requests), until=began + seconds
        )
        return Run(
            responses=tuple(sorted(found, key=lambda response: response.number)),
            evidence=(),
            began=began,
            ended=time.monotonic(),
            concurrency=connections,
            profile="not known (--url)",
            backend=f"none: {address} ran already",
            seed=seed,
        )

    async def closed() -> None:
        for caller in callers:
            caller.close()

    loop = LoopThread()
    try:
        bar.during("warming up", 2, lambda: loop.run(work(TIMEOUT, WARM_UP)))
        title = f"loading with {connections} connections"
        return bar.during(title, duration, lambda: loop.run(work(duration, None)))
    finally:
        loop.run(closed())
        loop.close()


def table(run: Run) -> Table:
    """Return a row for each endpoint."""
    seconds = run.ended - run.began
    drawn = Table(title=f"{len(run.responses)} requests in {seconds:.1f} s", box=SIMPLE_HEAD)
    drawn.add_column("endpoint", no_wrap=True)
    for name in ("requests", "req/s", "errors", "fallbacks", "mean", "p50", "p95", "p99"):
        drawn.add_column(name, justify="right", no_wrap=True)
    for endpoint in sorted({each.endpoint for each in run.responses}):
        own = run.to(endpoint)
        times = sorted(each.duration for each in own if each.status is not None)
        measured = (
            [sum(times) / len(times), *(quantile(times, share) for share in (0.5, 0.95, 0.99))]
            if times
            else []
        )
        drawn.add_row(
            endpoint,
            f"{len(own)}",
            f"{len(own) / seconds:.0f}",
            f"{sum(not each.succeeded for each in own) / len(own):.2%}",
            f"{sum(bool(each.fallback) for each in own) / len(own):.2%}",
            *(f"{each * 1000:.2f} ms" for each in measured),
        )
    return drawn
