"""A breaker closes again once its dependency has recovered."""

from dataclasses import replace

from windtunnel.criteria.completeness import missed, needed, partial
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.tap_attempts import attempts
from windtunnel.criteria.timeline import timeline
from windtunnel.criteria.verdict import Category, Ruling, Verdict
from windtunnel.records import Run

ENOUGH = 5
"""Requests in a row that must reach the dependency and be answered from it."""


def breaker_closes(run: Run, dependency: str) -> Verdict:
    """Judge that requests reach the healed dependency again, one call each, and are answered by it.

    `run` is sequential, after the recovery and its probes. The service must not answer from a
    cache, or fewer calls than requests arrive.
    """
    evidence = run.at(dependency)
    seen = [a for a in attempts(evidence) if run.began <= a.started <= run.ended]
    good = sum(not attempt.failed and attempt.ended is not None for attempt in seen)
    real = sum(response.succeeded and not response.fallback for response in run.responses)
    total = len(run.responses)
    nothing = Verdict(
        criterion="breaker closes after recovery",
        criterion_id="breaker_closes",
        mechanism="circuit breaker",
        subject=dependency,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"only {total} requests were made.",
        needs=f"{ENOUGH} requests or more after the recovery",
        category=Category.BREAKERS,
        covers=(dependency,),
        value=float(good),
        lower=float(good),
        upper=float(good),
        conditions=(*conditions(run), *partial(evidence)),
        profile=run.profile,
        timeline=timeline(run.responses, dependency, seen, ()),
    )
    if total < ENOUGH:
        return nothing
    closed = good >= total and real == total
    doubtful = not closed and real == total and bool(missed(evidence))
    return replace(
        nothing,
        upper=good + missed(evidence),
        ruling=Ruling.INCONCLUSIVE if doubtful else Ruling.PASS if closed else Ruling.FAIL,
        statement=(
            f"of {total} requests, {good} calls reached the dependency and were answered, and"
            f" {real} callers got a real answer; required are {total} of each."
        ),
        needs=needed(evidence) if doubtful else "",
    )
