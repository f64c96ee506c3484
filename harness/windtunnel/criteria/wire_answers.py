"""Which answers rest on a call that the tap saw, and which came without a call and without a mark.

A fallback that carries no mark looks like the dependency's own answer. Only the wire shows that
nothing was asked.
"""

from bisect import bisect_left
from dataclasses import replace

from windtunnel.criteria.completeness import may_hold_calls, missed, uncounted
from windtunnel.criteria.matched_attempts import matched_attempts
from windtunnel.records import Edge, ExchangeOutcome, ObservedRun, Response, Run


def answered_by(run: ObservedRun, dependency: str) -> list[Response]:
    """Return the answers that rest on the dependency's: good, unmarked, each with a good call.

    Each call serves one answer. It must have begun while that request was under way.
    """
    good = sorted(
        attempt.started
        for attempt in matched_attempts(run, dependency)
        if not attempt.failed and attempt.outcome is ExchangeOutcome.ANSWERED
    )
    found: list[Response] = []
    # The request that ends first takes the earliest call: so the most answers find one.
    for response in sorted(run.responses, key=lambda each: each.ended):
        if not response.succeeded or response.fallback:
            continue
        own = bisect_left(good, response.started)
        if own < len(good) and good[own] <= response.ended:
            del good[own]
            found.append(response)
    return found


def without_call(run: ObservedRun, dependency: str) -> list[Response]:
    """Return the good answers, unmarked, while which surely no call reached the dependency.

    They come from a cache, or are a fallback that carries no mark.
    """
    evidence = run.at(dependency)
    return [
        response
        for response in run.responses
        if response.succeeded
        and not response.fallback
        and not may_hold_calls(evidence, response.started, response.ended)
    ]


def without_good_call(run: ObservedRun, dependency: str) -> list[Response]:
    """Return the good answers, unmarked, that surely rest on none of the dependency's.

    No call came while their request was under way, or each that came failed.
    """
    evidence = run.at(dependency)

    def rests_on_none(response: Response) -> bool:
        since, until = response.started, response.ended
        if not may_hold_calls(evidence, since, until):
            return True
        if not evidence.tells_calls_apart or missed(evidence, since, until):
            return False
        return all(each.failed for each in evidence.attempts_between(since, until))

    return [
        each
        for each in run.responses
        if each.succeeded and not each.fallback and rests_on_none(each)
    ]


def unmarked(run: ObservedRun, dependency: str) -> str:
    """Return what a summary says of answers without a call and without a mark, or ""."""
    known = {Edge(evidence.dependency).dependency for evidence in run.evidence}
    count = len(without_call(run, dependency)) if Edge(dependency).dependency in known else 0
    if not count:
        return ""
    return (
        f"{count} of {len(run.responses)} requests got a good answer without a call to"
        f" {dependency} and without a fallback's mark"
    )


def with_unmarked_fallbacks(run: Run, dependency: str) -> Run:
    """Return a run in which good answers without any call at all are this dependency's fallbacks.

    For a run whose every request calls some dependency. Where a tap may have missed a call, its
    answers stay as they are.
    """
    # What other programs call makes no answer of the driven one rest on anything.
    own = [each for each in run.evidence if not Edge(each.dependency).caller]
    if any(missed(evidence, run.began, run.ended) for evidence in own):
        return run
    starts = sorted(each.started for evidence in own for each in evidence.attempts)
    arrivals = [arrival.at for evidence in own for arrival in evidence.arrivals]

    def rests_on_none(response: Response) -> bool:
        since, until = response.started, response.ended
        place = bisect_left(starts, since)
        called = place < len(starts) and starts[place] <= until
        counted = any(uncounted(evidence, since, until) for evidence in own)
        return not (called or counted or any(since <= at <= until for at in arrivals))

    responses = tuple(
        replace(each, fallback=dependency)
        if each.succeeded and not each.fallback and rests_on_none(each)
        else each
        for each in run.responses
    )
    return replace(run, responses=responses)


def was_kept_back(run: ObservedRun, dependency: str) -> bool:
    """Return whether, after a failed call, a request was kept from the dependency.

    The runs before this one on the same target count as well. This is what the wire shows of a
    breaker that opened.
    """
    failed = float("inf")
    for each in (*run.earlier, run):
        name = Edge(dependency).dependency
        if all(Edge(evidence.dependency).dependency != name for evidence in each.evidence):
            continue
        evidence = each.at(dependency)
        ends = [a.ended for a in matched_attempts(each, dependency) if a.failed and a.ended]
        # Refusals that were only counted: whatever request they may be due to.
        ends += [
            response.ended
            for response in each.responses
            if may_hold_calls(evidence, response.started, response.ended)
            and (response.fallback or not response.succeeded)
        ]
        failed = min([failed, *ends])
        for response in each.responses:
            if response.started < failed:
                continue
            if not may_hold_calls(evidence, response.started, response.ended):
                return True
    return False
