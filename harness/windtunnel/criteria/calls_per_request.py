"""Requests share their calls to a dependency: a cache or a batch saves what it claims to save."""

import math
from dataclasses import replace

from windtunnel.criteria.completeness import between, needed, partial
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.later_calls import ITS_OWN, only_later
from windtunnel.criteria.requests_of_caller import as_called
from windtunnel.criteria.timeline import timeline
from windtunnel.criteria.verdict import Ruling, Verdict, decide_at_most
from windtunnel.number_bounds import AMOUNT, numbers
from windtunnel.records import ObservedRun


@numbers(at_most=AMOUNT)
def calls_per_request(run: ObservedRun, dependency: str, *, at_most: float) -> Verdict:
    """Judge that a run's requests cause no more than `at_most` calls each, on average.

    All answers must be real: an error or a fallback needs no call either. One call at least must be
    seen, to show that the tap sees them: start with an empty cache. Calls that only
    `stack.up_to_now` brought may be those of single requests: they fail nothing.
    """
    run, dependency = as_called(run, dependency)
    evidence = run.at(dependency)
    total = len(run.responses)
    real = sum(response.succeeded and not response.fallback for response in run.responses)
    calls = between(evidence, run.began, run.ended)
    seen = list(evidence.attempts_between(run.began, run.ended))
    # 0.29 * 100 is a little less than 29.
    allowed = math.floor(at_most * total + 1e-9)
    nothing = Verdict(
        criterion="calls per request",
        criterion_id="calls_per_request",
        mechanism="sharing",
        subject=f"{_endpoints(run)} at {dependency}",
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{calls} calls reached the dependency for {total} requests, of which {real} got"
        f" a real answer; allowed are {allowed}.",
        unit="calls",
        value=float(calls.least),
        lower=float(calls.least),
        upper=float(calls.most),
        conditions=(*conditions(run), *partial(evidence)),
        profile=run.profile,
        timeline=timeline(run.responses, dependency, seen, seen[allowed:]),
    )
    ruling = decide_at_most(calls.least, calls.most, allowed)
    if ruling is Ruling.FAIL and total:
        if only_later(run, [evidence], allowed):
            return replace(nothing, needs=ITS_OWN)
        return replace(nothing, ruling=ruling)
    if not total or real < total:
        return replace(nothing, needs="requests that all get a real answer")
    if any(each.failed for each in seen):
        # An answer without a call may be a fallback that carries no mark.
        return replace(nothing, needs="calls that all succeed")
    if not calls.least and evidence.tells_calls_apart:
        return replace(nothing, needs="a run in which one call is made at least")
    needs = needed(evidence) if ruling is Ruling.INCONCLUSIVE else ""
    return replace(nothing, ruling=ruling, needs=needs)


def _endpoints(run: ObservedRun) -> str:
    first, *others = sorted({response.endpoint for response in run.responses}) or ["nothing"]
    return f"{first} and {len(others)} more" if others else first
