"""The recording of one experiment: its steps, with what callers and taps recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from windtunnel.conformance.claims import Claims, Counting
from windtunnel.conformance.expected_opening import EndedCall, failures_needed
from windtunnel.conformance.time_bounds import TimeBounds
from windtunnel.criteria.completeness import missed
from windtunnel.criteria.matched_attempts import matched_attempts
from windtunnel.criteria.wire_answers import answered_by, with_unmarked_fallbacks
from windtunnel.errors import NotTestable
from windtunnel.records import Attempt, Response, Run

HEALTHY_BEFORE = 3
"""Good calls that a plan makes before failures, as a rule."""
UNCLAIMED = 3
"""Failures that are taken to open a breaker of which nothing is claimed and nothing was seen."""

HELD, ALL_OF = 0.8, 0.9
"""The part of a time-out that has surely passed where a call took this part of it or more."""


@dataclass(frozen=True, slots=True)
class Step:
    """A named stretch of a plan."""

    name: str
    run: Run


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Everything that a judge may look at."""

    dependency: str
    claims: Claims
    recovery: TimeBounds | None
    """The recovery time: as claimed, else as measured; None where it is not known."""
    steps: tuple[Step, ...]
    observed: int | None = None
    """Failures that were seen to open it; None where that is not known."""
    workers_met: int = 1
    """Workers of which each request may meet another: more than one as claimed, and where the
    service closes each connection."""
    timeout: float | None = None
    """Seconds after which the service gives a call up, as measured; None where it is not known."""

    @property
    def threshold(self) -> int:
        """The failures that open it: as seen, else as claimed. `opens` alone judges the claim."""
        if self.claims.counts is Counting.SHARE:
            # How many that are depends on the good calls before them.
            return max(self.observed or 0, self.claimed)
        return self.observed or self.claimed

    @property
    def claimed(self) -> int:
        """The failures that surely open it after a few good calls, as claimed; else as seen."""
        return failures_needed(self.claims, HEALTHY_BEFORE) or self.observed or UNCLAIMED

    def run(self, *steps: str) -> Run:
        """Return what was recorded in steps, as one run where they are several.

        KeyError names the steps that there are.
        """
        known = {each.name: each.run for each in self.steps}
        for step in steps:
            if step not in known:
                raise KeyError(f"no step {step!r}; there are: {list(known)}")
        run = _as_one([known[step] for step in steps])
        # A fallback may carry no mark: "the dependency's own answer" needs a call on the wire.
        return with_unmarked_fallbacks(run, self.dependency)

    @property
    def calls(self) -> list[Attempt]:
        """The calls of all steps in order of their start, each as exactly as any step tells."""
        found: dict[float, Attempt] = {}
        for step in sorted(self.steps, key=lambda step: -step.run.concurrency):
            found |= {attempt.started: attempt for attempt in self.attempts(step.name)}
        return sorted(found.values(), key=lambda attempt: attempt.started)

    @property
    def ended_calls(self) -> list[EndedCall]:
        """What a breaker has counted, in order of the calls' ends."""
        ended = (EndedCall(a.started, a.ended, a.failed) for a in self.calls if a.ended is not None)
        return sorted(ended, key=lambda call: call.ended)

    def attempts(self, *steps: str) -> list[Attempt]:
        """Return the calls that started at the dependency during these steps."""
        return matched_attempts(self.run(*steps), self.dependency)

    @cached_property
    def real(self) -> frozenset[Response]:
        """The answers of all steps that are the dependency's own."""
        # Of all steps at once: each call serves one answer, where steps overlap too.
        return real_answers(self.whole, self.dependency)

    def answered(self, step: str) -> int:
        """Return how many requests of a step brought the dependency's own answer."""
        return sum(response in self.real for response in self.run(step).responses)

    def failed(self, step: str) -> list[Attempt]:
        """Return the calls of a step that failed, as the tap or all of its callers saw.

        A body that nobody could use looks good to the tap.
        """
        calls = self.attempts(step)
        used = self.answered(step)
        return [call for call in calls if call.failed or (call.ended is not None and not used)]

    @property
    def opened(self) -> "Opening":
        """When the breaker opened in the step "opening"; NotTestable where it did not."""
        found = opening(self.run("opening"), self.dependency)
        if found is None:
            raise NotTestable("the breaker did not open", needs="a breaker that opens")
        return found

    @property
    def open_time(self) -> TimeBounds:
        """The recovery time; NotTestable where it is not known."""
        if self.recovery is None:
            raise NotTestable("the recovery time is not known", needs="it (--recovery)")
        return self.recovery

    @property
    def whole(self) -> Run:
        """All steps as one run."""
        return _as_one([step.run for step in self.steps])


@dataclass(frozen=True, slots=True)
class Opening:
    """When a breaker opened, as exactly as the wire shows it."""

    earliest: float
    """When the last call that failed before it fell silent had started."""
    latest: float
    """When the caller of that call had its answer."""
    failures: int
    """Failed calls until then."""


def opening(run: Run, dependency: str) -> Opening | None:
    """Return when the breaker opened: after the last failed call before a request without one."""
    seen = matched_attempts(run, dependency)
    failed = [attempt for attempt in seen if attempt.failed]
    silent = [r.started for r in run.responses if not reached(r, seen)]
    for number, attempt in enumerate(failed, 1):
        answered = answered_at(run, attempt)
        following = failed[number].started if number < len(failed) else float("inf")
        if any(answered <= at < following for at in silent):
            return Opening(attempt.started, answered, number)
    return None


def _as_one(runs: Sequence[Run]) -> Run:
    """Return several runs, which may have alternated, as one."""
    if len(runs) == 1:
        return runs[0]
    return replace(
        runs[0],
        responses=tuple(
            sorted((r for run in runs for r in run.responses), key=lambda r: r.started)
        ),
        began=min(run.began for run in runs),
        ended=max(run.ended for run in runs),
        concurrency=max(run.concurrency for run in runs),
    )


def answered_at(run: Run, attempt: Attempt) -> float:
    """Return when the caller behind a sequential call had its answer."""
    ends = [r.ended for r in run.responses if r.started <= attempt.started <= r.ended]
    return min(ends, default=attempt.started if attempt.ended is None else attempt.ended)


def reached(response: Response, seen: list[Attempt]) -> bool:
    """Whether some call started at the dependency while this request was under way."""
    return any(response.started <= attempt.started <= response.ended for attempt in seen)


def repeated(recording: Recording, step: str) -> bool:
    """Whether a request made more than one call: its client repeats what failed, by itself."""
    calls = recording.attempts(step)
    return any(
        sum(response.started <= call.started <= response.ended for call in calls) > 1
        for response in recording.run(step).responses
    )


def surely_held(recording: Recording, calls: Sequence[Attempt]) -> float:
    """Return for how many seconds each of these calls was under way at the least.

    More than none only where each took the service's time-out, as that was measured: one call's end
    alone may have been noted late.
    """
    timeout = recording.timeout or 0.0
    lasted = [0.0 if call.ended is None else call.ended - call.started for call in calls]
    return HELD * timeout if min(lasted, default=0.0) >= ALL_OF * timeout else 0.0


def real_answers(run: Run, dependency: str) -> frozenset[Response]:
    """Return the answers that are the dependency's own: good, unmarked, each with a good call.

    A fallback may carry no mark, so that the wire alone tells it apart. Where the tap could not see
    every call and its answer, the marks do, and the answers to requests that surely made no call.
    """
    evidence = run.at(dependency)
    if evidence.blind_spots or missed(evidence) or not evidence.tells_calls_apart:
        marked = with_unmarked_fallbacks(run, dependency).responses
        return frozenset(each for each in marked if each.succeeded and not each.fallback)
    return frozenset(answered_by(run, dependency))
