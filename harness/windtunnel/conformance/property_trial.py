"""One trial of one property on a stack: a fresh target, the plan, and the judge."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from windtunnel.backends.wall_clock import WallClock
from windtunnel.conformance.claims import Counting
from windtunnel.conformance.conformance_report import PropertyResult
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.failures import FAILURES, DependencyFailure
from windtunnel.conformance.kept_targets import KeptTargets
from windtunnel.conformance.property_definition import Property, WorkersMatter
from windtunnel.conformance.recorded_target import Pause
from windtunnel.conformance.subject import Subject
from windtunnel.criteria import Ruling, Verdict
from windtunnel.errors import (
    InconclusiveVerdict,
    NotTestable,
    UnsupportedFault,
    VacuousFault,
    WindtunnelError,
)
from windtunnel.stack import Stack

ATTEMPTS = 2
"""How often a plan is carried out whose records show nothing, as on a machine that was busy."""


@dataclass(frozen=True, slots=True)
class PropertyTrial:
    """One property, and the kind of failure by which the dependency fails."""

    chosen: Property
    failure: DependencyFailure
    subject: Subject
    pause: Pause
    kept: KeptTargets | None = None
    """Targets that may be shared; None where each trial starts one of its own."""

    def __call__(self, stack: Stack) -> PropertyResult:
        """Carry the plan out and have its records judged."""
        began = time.monotonic()
        recording: Recording | None = None
        try:
            for left in reversed(range(ATTEMPTS)):
                fresh = not left or self._needs_fresh
                try:
                    recording = self._record(stack, fresh=fresh)
                    verdict = self.chosen.judge(recording)
                except NotTestable as error:
                    verdict = self._untested(stack, f"{error}.", error.needs)
                    if left and (error.again or self.kept is not None):
                        continue
                    break
                if verdict.ruling is Ruling.FAIL:
                    verdict = self._by_one_worker(verdict)
                # A shared target may remember what came before: a fresh one has the last word.
                doubted = not fresh and verdict.ruling is Ruling.FAIL
                if verdict.ruling is not Ruling.INCONCLUSIVE and not doubted:
                    break
        except UnsupportedFault as error:
            needs = "a dependency that this fault can strike"
            verdict = self._untested(stack, f"{error}.", needs)
        except (VacuousFault, InconclusiveVerdict) as error:
            needs = "calls that the fault can strike"
            verdict = self._untested(stack, f"{str(error).splitlines()[0]}", needs)
        except WindtunnelError as error:
            # Its target did not start, say, under a stepped clock. The other properties' verdicts
            # stand, and what a tool does to the target is not the target's fault.
            statement = f"it could not be put to the test: {error}"
            verdict = self._untested(stack, statement, "what this error says")
        return PropertyResult(
            name=self.chosen.name,
            promise=self.chosen.promise,
            source=self.chosen.source,
            failure=self.failure.name if self.chosen.each_failure else "",
            verdict=verdict,
            recording=recording,
            seconds=time.monotonic() - began,
        )

    @property
    def _needs_fresh(self) -> bool:
        consecutive = self.subject.claims.counts is Counting.CONSECUTIVE
        remembers = self.chosen.counts_failures and not consecutive
        return self.kept is None or self.chosen.steps_clock or remembers

    @property
    def alone(self) -> bool:
        """Whether nothing else may run beside it on this machine."""
        return self.chosen.each_failure and self.failure.alone

    def _record(self, stack: Stack, *, fresh: bool) -> Recording:
        for needed in {self.chosen.needs, *([self.failure.needs] * self.chosen.each_failure)}:
            if not stack.can(needed):
                raise NotTestable(
                    f"the backend {stack.backend.name} cannot inject {needed} faults",
                    needs=f"a backend that injects {needed} faults",
                )
        clocked = self.chosen.steps_clock
        with (
            self.kept.experiment(stack, self.failure, fresh=fresh)
            if self.kept is not None and not clocked
            else experiment_on(stack, self.subject, self.pause, self.failure, clocked=clocked)
        ) as experiment:
            self.chosen.plan(experiment)
            return experiment.recording()

    def _by_one_worker(self, verdict: Verdict) -> Verdict:
        """Return a FAIL as it is, or INCONCLUSIVE where several workers may explain it."""
        claimed, answering = self.subject.claims.workers, self.subject.observed.answering
        matter = self.chosen.workers_matter
        met = answering.closing or matter is WorkersMatter.CROWDS
        if matter is WorkersMatter.NEVER or not met:
            return verdict
        if claimed is None and answering.count > 1:
            several, needs = answering.count, f"several workers: use --workers {answering.count}"
        elif claimed is not None and claimed > 1 and matter is not WorkersMatter.UNCLAIMED:
            several, needs = claimed, "a single worker, for this property to be exact"
        else:
            return verdict
        statement = f"{verdict.statement} {several} processes answer, each with its own breaker."
        return replace(verdict, ruling=Ruling.INCONCLUSIVE, statement=statement, needs=needs)

    def _untested(self, stack: Stack, statement: str, needs: str) -> Verdict:
        return Verdict(
            criterion=self.chosen.name,
            criterion_id=self.chosen.name,
            mechanism="circuit breaker",
            subject=self.subject.dependency,
            ruling=Ruling.INCONCLUSIVE,
            statement=statement,
            needs=needs,
            conditions=(f"backend {stack.backend.name}",),
        )


@contextmanager
def experiment_on(
    stack: Stack,
    subject: Subject,
    pause: Pause,
    failure: DependencyFailure = FAILURES["reset"],
    *,
    clocked: bool = False,
) -> Iterator[Experiment]:
    """Give an experiment with a fresh target; with `clocked`, its wall clock can be stepped."""
    with ExitStack() as held:
        clock: WallClock | None = None
        if clocked:
            target, clock = held.enter_context(stack.clocked_target())
        else:
            target = held.enter_context(stack.target())
        yield held.enter_context(
            Experiment(stack, target, subject, failure=failure, pause=pause, clock=clock)
        )
