"""A circuit breaker opens within N failures, proved from what reached the dependency."""

import math
from dataclasses import dataclass, replace

from windtunnel.criteria.completeness import (
    Bounds,
    between,
    doubtful,
    missed,
    needed,
    partial,
    uncounted,
)
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.indistinct_calls import each_sent_bytes, sent_bytes, spoke
from windtunnel.criteria.matched_attempts import falls_back, matched_attempts
from windtunnel.criteria.requests_of_caller import as_called
from windtunnel.criteria.timeline import timeline
from windtunnel.criteria.verdict import Category, Ruling, Verdict, decide_at_most
from windtunnel.criteria.wire_answers import unmarked
from windtunnel.number_bounds import COUNT, SECONDS_OR_EVER, numbers
from windtunnel.records import Attempt, Evidence, ObservedRun, Response

BREAKER_OPENS = "breaker_opens"
"""The criterion's id."""
CONNECTED = (
    "a fault that leaves connections open, such as Timeout or Latency: a client that lost its"
    " connection may wait by itself before it tries again"
)
"""Asked for where calls cannot be told apart, and silence may be a client's own back-off."""
ENOUGH_AFTER = 5
"""Requests after the last allowed failure that must have been kept from the dependency."""


@numbers(within=COUNT, recovery=SECONDS_OR_EVER)
def breaker_opens(
    run: ObservedRun, dependency: str, *, within: int | None = None, recovery: float = float("inf")
) -> Verdict:
    """Judge that no request reaches the dependency once `within` attempts have failed.

    By default `within` is the run's limit, `Limits.breaker_threshold`.

    The verdict rests on requests that *start* after failure number `within` was answered. Calls in
    flight by then belong to the failures. From `recovery` seconds after that call failed, nothing
    counts: a breaker may probe by then (Nygard, Release It!, 2nd ed., "Circuit Breaker"). What the
    service reports of its breaker plays no part. For an `Edge` of an inner program, the requests
    are those that reached this program.
    """
    within = run.limits.breaker_threshold if within is None else within
    run, dependency = as_called(run, dependency)
    evidence = run.at(dependency)
    seen = matched_attempts(run, dependency)
    without = unmarked(run, dependency)
    doubts = (*partial(evidence), *([without] if without else []))
    nothing = Verdict(
        criterion=f"breaker opens within {within} failures",
        criterion_id=BREAKER_OPENS,
        mechanism="circuit breaker",
        subject=dependency,
        ruling=Ruling.INCONCLUSIVE,
        statement="",
        category=Category.BREAKERS,
        covers=(dependency,),
        conditions=(*conditions(run), *doubts),
        profile=run.profile,
        timeline=timeline(run.responses, dependency, seen, ()),
    )
    failure = _failure(run, dependency, seen, within)
    if failure is None:
        total = between(evidence, run.began, run.ended)
        return replace(
            nothing,
            statement=f"{total} attempts reached the dependency; none of them failed as far as the"
            " evidence shows.",
            needs="a fault that makes the dependency's calls fail, and requests that call it",
        )
    until = failure.at + recovery
    later = [each for each in run.responses if failure.answered < each.started < until]
    own = _own(run, seen, later, failure.answered, until)
    spanned = max((each.ended for each in later), default=0.0) - failure.answered
    count = Bounds(
        len(own) - doubtful(evidence, own, spanned),
        max(len(own), _most(evidence, later, until)),
    )
    # One call too many fails it, however few the requests were.
    if len(later) < ENOUGH_AFTER and (not own or not evidence.tells_calls_apart):
        return replace(
            nothing,
            statement=f"only {len(later)} requests started after the failures had ended"
            + (f" and within the {recovery:g} s of recovery." if recovery < float("inf") else "."),
            needs=f"{ENOUGH_AFTER} such requests or more, sent one after another",
        )
    if not evidence.tells_calls_apart:
        count = _of_bytes(run, evidence, later, count)
    waits = not evidence.tells_calls_apart and _may_back_off(
        run, dependency, failure, within, later
    )
    if waits:
        count = Bounds(count.least, math.inf)
    ruling = decide_at_most(count.least, count.most, 0)
    needs = CONNECTED if waits else _needs(evidence)
    if ruling is Ruling.FAIL and failure.number < within:
        # Fewer failures than it may take to open it are no reason to be open.
        ruling, needs = Ruling.INCONCLUSIVE, f"{within} calls that fail one after another"
    return replace(
        nothing,
        ruling=ruling,
        statement=(
            f"after {failure.number} failures had ended, {count} attempts of {len(later)} later"
            " requests reached the dependency, allowed are 0."
        ),
        value=float(count.least),
        lower=float(count.least),
        upper=float(count.most),
        needs=needs if ruling is Ruling.INCONCLUSIVE else "",
        timeline=timeline(run.responses, dependency, seen, own),
    )


def _of_bytes(run: ObservedRun, evidence: Evidence, later: list[Response], count: Bounds) -> Bounds:
    """Return how many calls the later requests made, where only their bytes were seen.

    None where no byte came. One each, at least, where each of them sent some; otherwise nobody
    knows.
    """
    alone = run.is_sequential and not evidence.unasked
    least = len(later) if alone and each_sent_bytes(evidence, later) else 0
    return Bounds(least, max(count.most, least))


def _may_back_off(
    run: ObservedRun, dependency: str, failure: "_Failure", within: int, later: list[Response]
) -> bool:
    """Whether the silence of the later requests may be the client's own, and no breaker's.

    A client that keeps one connection for many calls, as gRPC's do, waits by itself before it
    connects again. That is ruled out where each request up to failure `within` sent something, or
    where a connection stayed open that the later requests could have used.
    """
    evidence = run.at(dependency)
    first, last = min(each.started for each in later), max(each.ended for each in later)
    if any(
        each.reached and each.opened <= first and (each.closed is None or each.closed >= last)
        for each in evidence.connections
    ):
        return False
    failed = [
        each
        for each in run.responses
        if each.ended <= failure.answered and (not each.succeeded or falls_back(each, dependency))
    ]
    spoken = [spoke(evidence, each.started, each.ended) for each in failed]
    return failure.number < within or not all(spoken)


def _own(
    run: ObservedRun, seen: list[Attempt], later: list[Response], answered: float, until: float
) -> list[Attempt]:
    """Return the attempts before `until` that no earlier request can have made."""
    if not later:
        return []
    # A request from before may still be calling.
    settled = max(
        (each.ended for each in run.responses if each.started <= answered), default=run.began
    )
    start = max(settled, min(each.started for each in later))
    end = max(each.ended for each in later)
    return [each for each in seen if start <= each.started <= end and each.started < until]


def _most(evidence: Evidence, later: list[Response], until: float) -> float:
    """Return how many attempts the later requests may have made before `until`."""
    if not later:
        return 0
    end = min(until, max(each.ended for each in later))
    return between(evidence, min(each.started for each in later), end).most


@dataclass(frozen=True, slots=True)
class _Failure:
    """One failure that a breaker counts."""

    number: int
    """1 for the run's first."""
    at: float
    """When the call failed, at the earliest: from then on the breaker's recovery time may run."""
    answered: float
    """When the caller of that call had its answer."""


def _failure(
    run: ObservedRun, dependency: str, seen: list[Attempt], within: int
) -> _Failure | None:
    """Return failure number `within`, or the last one.

    Where single attempts could not be seen, each request whose fallback or failure may be due to
    one (its span holds a possible attempt) stands for a failure.
    """
    ends = sorted((a.ended, a.started) for a in seen if a.failed and a.ended is not None)
    evidence = run.at(dependency)
    if not evidence.tells_calls_apart:
        failing = [r for r in run.responses if _failed_with_bytes(r, run, dependency)]
        if not failing:
            return None
        number = min(within, len(failing))
        return _Failure(number, failing[number - 1].started, failing[number - 1].ended)
    if ends:
        number = min(within, len(ends))
        ended, started = ends[number - 1]
        # Calls that fail alike take as long as the shortest; longer ones were noted late, on a
        # busy machine, and the recovery time had begun by then.
        shortest = min(end - start for end, start in ends)
        return _Failure(number, started + shortest, _answered_by(run, ended))
    possible = [
        response
        for response in run.responses
        if uncounted(evidence, response.started, response.ended) > 0
    ]
    if possible:
        number = min(within, len(possible))
        struck = possible[number - 1]
        return _Failure(number, struck.started, struck.ended)
    return None


def _failed_with_bytes(response: Response, run: ObservedRun, dependency: str) -> bool:
    """Whether a request sent something, and its caller got an error or this fallback."""
    bad = not response.succeeded or falls_back(response, dependency)
    return bad and sent_bytes(run.at(dependency), response.started, response.ended)


def _answered_by(run: ObservedRun, failure: float) -> float:
    """Return when the caller had its answer, at the latest, whose call failed at `failure`.

    Where several were under way, it may be any of them: until the last of them has its answer,
    their service may not know of the failure.
    """
    struck = [r.ended for r in run.responses if r.started <= failure <= r.ended]
    return max(struck, default=failure)


def _needs(evidence: Evidence) -> str:
    if missed(evidence):
        return needed(evidence)
    if partial(evidence):
        return f"{needed(evidence)}: run with CAP_NET_RAW, or another fault"
    return "requests sent one after another, so that attempts can be matched_attempts apart"
