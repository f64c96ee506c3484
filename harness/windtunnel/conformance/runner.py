"""Surveys a breaker, has each property tested on one of the stacks, and reports."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from math import isfinite

from windtunnel.conformance.claims import DEADLINE, Claims
from windtunnel.conformance.conformance_report import ConformanceReport, PropertyResult
from windtunnel.conformance.failures import FAILURES, DependencyFailure
from windtunnel.conformance.kept_targets import KeptTargets
from windtunnel.conformance.parallel_stacks import OpenStack, ParallelStacks
from windtunnel.conformance.properties import PROPERTIES
from windtunnel.conformance.property_definition import Property
from windtunnel.conformance.property_trial import PropertyTrial, experiment_on
from windtunnel.conformance.run_plan import RunPlan, run_plan
from windtunnel.conformance.subject import Subject
from windtunnel.conformance.survey import HEALTHY, check_reach, survey
from windtunnel.errors import ConfigurationError, suggestion
from windtunnel.load.request_source import request_named
from windtunnel.stack import Stack

Progress = Callable[[PropertyResult], None]
Announce = Callable[[RunPlan], None]
UNREPEATED = FAILURES["http-503"]
"""What clients do not repeat by themselves, as a rule: an answer that came whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to test, checked by `choose`."""

    properties: tuple[Property, ...]
    failures: tuple[DependencyFailure, ...]


class Runner:
    """Tests one dependency's breaker on a stack, and on others `beside` it at the same time.

    Raises ConfigurationError.
    """

    def __init__(
        self,
        stack: Stack,
        dependency: str,
        *,
        claims: Claims,
        endpoint: str = "",
        deadline: float = DEADLINE,
        beside: Sequence[OpenStack] = (),
    ) -> None:
        if not (isfinite(deadline) and deadline > 0):
            raise ConfigurationError(f"deadline = {deadline!r}: expected seconds above 0")
        if stack.configuration.address:
            raise ConfigurationError(
                f"address = {stack.configuration.address!r}: that target runs already; expected"
                " command or service, for each property needs a fresh one"
            )
        endpoint = endpoint or stack.endpoint_of(dependency)
        request_named(endpoint, stack.configuration.named_requests, place="endpoint")
        self._stack = stack
        self._beside = beside
        self._subject = Subject(
            dependency=dependency, endpoint=endpoint, claims=claims, deadline=deadline
        )

    def __repr__(self) -> str:
        return f"<Runner of {self._subject}>"

    def __str__(self) -> str:
        return f"the breaker of {self._subject.dependency} at {self._subject.endpoint}"

    def run(
        self,
        order: Order,
        progress: Progress = lambda result: None,
        announce: Announce = lambda plan: None,
    ) -> ConformanceReport:
        """Survey the breaker, test each property, and report. WindtunnelError where it cannot.

        `announce` is told what is about to be done, once that is known.
        """
        began = time.monotonic()
        cases = [
            (chosen, failure)
            for chosen in order.properties
            for failure in (order.failures if chosen.each_failure else order.failures[:1])
        ]
        results: dict[PropertyTrial, PropertyResult] = {}
        # The stacks beside the first start during the survey.
        beside = self._beside[: max(0, len(cases) - 1)]
        with ParallelStacks([lambda: nullcontext(self._stack), *beside]) as stacks:
            subject = self._surveyed(order, stacks)
            plan = run_plan(subject, len(cases), len(beside) + 1)
            announce(plan)
            with closing(KeptTargets(subject, stacks.pause)) as targets:
                kept = targets if plan.shared else None
                trials = [PropertyTrial(*case, subject, stacks.pause, kept) for case in cases]
                for doing, alone in ((stacks.side_by_side, False), (stacks.alone, True)):
                    part = [trial for trial in trials if trial.alone is alone]
                    for trial, result in zip(part, doing(part), strict=True):
                        results[trial] = result
                        progress(result)
        return ConformanceReport(
            service=" ".join(self._stack.configuration.command),
            dependency=subject.dependency,
            endpoint=subject.endpoint,
            backend=self._stack.backend.name,
            seed=self._stack.seed,
            claims=subject.claims,
            observed=subject.observed,
            results=tuple(results[trial] for trial in trials),
            seconds=time.monotonic() - began,
        )

    def _surveyed(self, order: Order, stacks: ParallelStacks) -> Subject:
        subject = self._subject
        began = time.monotonic()
        with experiment_on(self._stack, subject, stacks.pause) as experiment:
            start = time.monotonic() - began
            check_reach(experiment, subject.endpoint)
            claimed = subject.claims.recovery is not None
            measure = any(
                each.needs_timeout or (each.needs_recovery and not claimed)
                for each in order.properties
            )
            observed = survey(experiment, measure=measure)
            observed = replace(observed, answering=experiment.answering(), start=start)
        if not observed.retried or not self._stack.can(UNREPEATED.needs):
            return replace(subject, observed=observed)
        # Its client repeats what was reset, so that failures and requests don't go together.
        subject = replace(subject, opener=UNREPEATED)
        with experiment_on(self._stack, subject, stacks.pause) as experiment:
            experiment.drive("healthy", HEALTHY)
            again = survey(experiment, measure=measure)
        if again.failures is None:
            return replace(subject, opener=FAILURES["reset"], observed=observed)
        again = replace(again, retried=True, answering=observed.answering, start=start)
        return replace(subject, observed=again)


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
