"""Runs the plans against a stack, a fresh target for each, and has their records judged."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from harness.conformance.claims import Claims
from harness.conformance.failures import FAILURES, Failure
from harness.conformance.properties import PROPERTIES
from harness.conformance.property import Property
from harness.conformance.recording import Recording
from harness.conformance.report import Observed, Report, Result
from harness.conformance.stage import Stage
from harness.conformance.survey import check_reach, survey
from harness.conformance.wall_clock import WallClock
from harness.criteria import Ruling, Verdict
from harness.errors import (
    ConfigurationError,
    InconclusiveVerdict,
    NotTestable,
    UnsupportedFault,
    VacuousFault,
    suggestion,
)
from harness.stack import Stack

ATTEMPTS = 2
"""How often a plan is carried out whose records show nothing, as on a machine that was busy."""

Progress = Callable[[Result], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to test, checked by `choose`."""

    properties: tuple[Property, ...]
    failures: tuple[Failure, ...]


class Runner:
    """Tests one dependency's breaker on a stack. Raises ConfigurationError."""

    def __init__(
        self,
        stack: Stack,
        dependency: str,
        *,
        claims: Claims,
        endpoint: str = "",
        deadline: float = 60.0,
    ) -> None:
        if not (isfinite(deadline) and deadline > 0):
            raise ConfigurationError(f"deadline = {deadline!r}: expected seconds above 0")
        self._stack = stack
        self._dependency = dependency
        self._claims = claims
        self._endpoint = endpoint or stack.endpoint_of(dependency)
        if not self._endpoint.startswith("/"):
            raise ConfigurationError(
                f"endpoint {self._endpoint!r}: expected a path that starts with '/'"
            )
        self._deadline = deadline
        self._observed = Observed(failures=None, recovery=None, measured=False)

    def __repr__(self) -> str:
        return f"<Runner of {self._dependency} at {self._endpoint}>"

    def __str__(self) -> str:
        return f"the breaker of {self._dependency} at {self._endpoint}"

    def run(self, order: Order, progress: Progress = lambda result: None) -> Report:
        """Survey the breaker, test each property, and report. WindtunnelError where it cannot."""
        began = time.monotonic()
        with self._stage() as stage:
            check_reach(stage, self._endpoint)
            measure = any(each.needs_recovery for each in order.properties)
            self._observed = survey(stage, self._claims.recovery, measure=measure)
        results = []
        for chosen in order.properties:
            for failure in order.failures if chosen.each_failure else order.failures[:1]:
                results.append(self._result(chosen, failure))
                progress(results[-1])
        return Report(
            service=" ".join(self._stack.configuration.command),
            dependency=self._dependency,
            endpoint=self._endpoint,
            backend=self._stack.backend.name,
            seed=self._stack.seed,
            claims=self._claims,
            observed=self._observed,
            results=tuple(results),
            seconds=time.monotonic() - began,
        )

    def _result(self, chosen: Property, failure: Failure) -> Result:
        began = time.monotonic()
        recording: Recording | None = None
        try:
            for _ in range(ATTEMPTS):
                recording = self._record(chosen, failure)
                verdict = chosen.judge(recording)
                if verdict.ruling is not Ruling.INCONCLUSIVE:
                    break
        except NotTestable as error:
            verdict = self._untested(chosen, f"{error}.", error.needs)
        except UnsupportedFault as error:
            verdict = self._untested(chosen, f"{error}.", "a dependency that this fault can strike")
        except (VacuousFault, InconclusiveVerdict) as error:
            verdict = self._untested(
                chosen, f"{str(error).splitlines()[0]}", "calls that the fault can strike"
            )
        return Result(
            name=chosen.name,
            promise=chosen.promise,
            source=chosen.source,
            failure=failure.name if chosen.each_failure else "",
            verdict=verdict,
            recording=recording,
            seconds=time.monotonic() - began,
        )

    def _record(self, chosen: Property, failure: Failure) -> Recording:
        for needed in {chosen.needs, failure.needs if chosen.each_failure else chosen.needs}:
            if not self._stack.can(needed):
                raise NotTestable(
                    f"the backend {self._stack.backend.name} cannot inject {needed} faults",
                    needs=f"a backend that injects {needed} faults",
                )
        with self._stage(chosen, failure) as stage:
            chosen.plan(stage)
            return stage.recording()

    def _untested(self, chosen: Property, statement: str, needs: str) -> Verdict:
        return Verdict(
            criterion=chosen.name,
            subject=self._dependency,
            ruling=Ruling.INCONCLUSIVE,
            statement=statement,
            needs=needs,
            conditions=(f"backend {self._stack.backend.name}",),
        )

    @contextmanager
    def _stage(
        self, chosen: Property | None = None, failure: Failure | None = None
    ) -> Iterator[Stage]:
        clock = self._clock() if chosen is not None and chosen.steps_clock else None
        with self._stack.target(**(clock.environment if clock else {})) as target:
            stage = Stage(
                self._stack,
                target,
                dependency=self._dependency,
                endpoint=self._endpoint,
                claims=self._claims,
                recovery=self._observed.recovery,
                threshold=self._observed.failures or self._claims.threshold,
                failure=failure.fault if failure else FAILURES["reset"].fault,
                deadline=self._deadline,
                clock=clock,
            )
            try:
                yield stage
            finally:
                stage.close()

    def _clock(self) -> WallClock:
        if self._stack.backend.name == "docker":
            raise NotTestable(
                "the target's wall clock cannot be stepped in a container",
                needs="a target on this machine: the backend embedded or local",
            )
        return WallClock(Path(self._stack.backend.directory) / "wall-clock")


def choose(
    only: Collection[str] = (), without: Collection[str] = (), failures: Collection[str] = ()
) -> Order:
    """Return what the names stand for; all of each where none is named. ConfigurationError."""
    known = {each.name: each for each in PROPERTIES}
    _check("property", (*only, *without), known)
    _check("kind of failure", failures, FAILURES)
    return Order(
        properties=tuple(
            each
            for each in PROPERTIES
            if each.name not in without and (not only or each.name in only)
        ),
        failures=tuple(FAILURES[name] for name in dict.fromkeys(failures or FAILURES)),
    )


def _check(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise ConfigurationError(f"no {what} is named {name!r}{suggestion(name, known)}")
