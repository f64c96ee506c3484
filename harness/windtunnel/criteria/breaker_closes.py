"""A breaker closes again once its dependency has recovered."""

import math
from dataclasses import replace

from windtunnel.criteria.completeness import missed, needed, partial
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.requests_of_caller import as_called
from windtunnel.criteria.timeline import timeline
from windtunnel.criteria.verdict import Category, Ruling, Verdict
from windtunnel.criteria.wire_answers import answered_by, unmarked, was_kept_back
from windtunnel.errors import NotTestable
from windtunnel.records import ExchangeOutcome, ObservedRun

ENOUGH = 5
"""Requests in a row that must reach the dependency and be answered from it."""


def breaker_closes(run: ObservedRun, dependency: str) -> Verdict:
    """Judge that requests reach the healed dependency again, one call each, and are answered by it.

    `run` is sequential, after the recovery and its probes. The service must not answer from a
    cache, or fewer calls than requests arrive. The runs before it on the same target must show that
    the breaker opened: that a request was kept from the dependency after a failed call. Where none
    shows it, nothing closed, and the verdict is INCONCLUSIVE. NotTestable of an open loop, whose
    requests overlap.
    """
    run, dependency = as_called(run, dependency)
    if not run.at_once:
        # One that calls twice would stand for another that did not call.
        raise NotTestable(
            f"breaker_closes: requests overlap ({run.pace}), nobody knows whose call is whose",
            needs="requests sent one after another: stack.drive",
        )
    verdict = reaches_again(run, dependency)
    if verdict.ruling is Ruling.INCONCLUSIVE or was_kept_back(run, dependency):
        return verdict
    return replace(
        verdict,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{verdict.statement} No run before it shows that the breaker was open.",
        needs="a run before the recovery in which calls fail and then a request is kept back",
    )


def reaches_again(run: ObservedRun, dependency: str) -> Verdict:
    """Judge that each request reaches the dependency and is answered by it, whatever came before.

    "Answered by it" needs a call on the wire: a fallback may carry no mark.
    """
    run, dependency = as_called(run, dependency)
    evidence = run.at(dependency)
    seen = list(evidence.attempts_between(run.began, run.ended))
    good = sum(
        not attempt.failed
        and attempt.ended is not None
        and attempt.outcome is ExchangeOutcome.ANSWERED
        for attempt in seen
    )
    real = len(answered_by(run, dependency))
    total = len(run.responses)
    doubt = unmarked(run, dependency)
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
        conditions=(*conditions(run), *partial(evidence), *([doubt] if doubt else [])),
        profile=run.profile,
        timeline=timeline(run.responses, dependency, seen, ()),
    )
    if total < ENOUGH:
        return nothing
    closed = good >= total and real == total
    answered = sum(response.succeeded and not response.fallback for response in run.responses)
    # Calls may be missing from the evidence: discarded, not read, or left out as unasked.
    unseen = sum(attempt.outcome is ExchangeOutcome.UNSEEN for attempt in seen)
    hidden = missed(evidence, run.began, run.ended) + unseen
    if not evidence.tells_calls_apart and evidence.arrivals:
        hidden = math.inf
    incomplete = bool(hidden) or any(each.left_out for each in evidence.unasked)
    doubtful = not closed and answered == total and incomplete
    return replace(
        nothing,
        upper=good + hidden,
        ruling=Ruling.INCONCLUSIVE if doubtful else Ruling.PASS if closed else Ruling.FAIL,
        statement=(
            f"of {total} requests, {good} calls reached the dependency and were answered, and"
            f" {real} callers got an answer that rests on one; required are {total} of each."
        ),
        needs=needed(evidence) if doubtful else "",
    )
