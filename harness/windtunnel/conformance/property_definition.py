"""One promise that a circuit breaker keeps: how it is put to the test, and who judges."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.criteria import Category, Finding, Ruling, Verdict
from windtunnel.criteria.completeness import doubtful, partial
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.timeline import timeline
from windtunnel.records import Attempt, AttemptKind
from windtunnel_faults import Capability


class WorkersMatter(StrEnum):
    """When several workers, each with a breaker of its own, may explain that a property fails."""

    NEVER = "never"
    ONE_BY_ONE = "one by one"
    """Where each request may meet another worker: the service closes each connection."""
    CROWDS = "crowds"
    """Always: it sends requests on several connections."""
    UNCLAIMED = "unclaimed"
    """As one by one, while nobody has said how many there are: else it reckons with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A promise, its source, a plan that makes evidence, and a judge that only reads it."""

    name: str
    promise: str
    """One sentence about every conforming breaker."""
    source: str
    """Who asks for it."""
    plan: Callable[[Experiment], None]
    judge: Callable[[Recording], Verdict]
    needs: Capability = Capability.TCP
    each_failure: bool = False
    """Whether it is tested once for each kind of failure."""
    needs_recovery: bool = False
    """Whether the recovery time must be known for it, by claim or by measurement."""
    needs_timeout: bool = False
    """Whether the service's own time-out should be known for it, by measurement."""
    workers_matter: WorkersMatter = WorkersMatter.ONE_BY_ONE
    counts_failures: bool = False
    """Whether it counts what opens the breaker, which calls of a trial before it may change: a
    window remembers them even where it is closed."""
    steps_clock: bool = False
    """Whether its target must see a wall clock that can be stepped."""


def rule(
    recording: Recording,
    criterion: str,
    ruling: Ruling,
    statement: str,
    *,
    steps: tuple[str, ...],
    counted: tuple[Attempt, ...] = (),
    needs: str = "",
    findings: tuple[Finding, ...] = (),
) -> Verdict:
    """Return a verdict whose evidence is these steps of the recording.

    Calls that the tap may have missed turn a PASS into INCONCLUSIVE, and so does a FAIL turn that
    rests on nothing but calls that the service may have made of itself.
    """
    run = recording.run(*steps)
    evidence, seen = run.at(recording.dependency), recording.attempts(*steps)
    if not evidence.refusals and all(each.kind is AttemptKind.EXCHANGE for each in seen):
        # A connection of its own, as a health check's, could not be taken for one of these calls.
        asked = tuple(each for each in evidence.unasked if each.request)
        evidence = replace(evidence, unasked=asked)
    doubts = partial(evidence)
    own = doubtful(evidence, counted, run.ended - run.began) if counted else 0
    if (ruling is Ruling.PASS and doubts) or (ruling is Ruling.FAIL and 0 < len(counted) <= own):
        ruling, needs = Ruling.INCONCLUSIVE, f"complete evidence ({'; '.join(doubts)})"
    return Verdict(
        criterion=criterion,
        mechanism="circuit breaker",
        subject=recording.dependency,
        ruling=ruling,
        statement=statement,
        needs=needs if ruling is Ruling.INCONCLUSIVE else "",
        findings=findings,
        conditions=(*conditions(run), *doubts),
        profile=run.profile,
        timeline=timeline(run.responses, recording.dependency, seen, counted),
    )


def unscored(verdict: Verdict) -> Verdict:
    """Return a criterion's verdict as one that counts towards no score."""
    return replace(verdict, category=Category.UNSCORED, covers=())
