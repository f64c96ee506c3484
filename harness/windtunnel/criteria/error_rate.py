"""An endpoint's share of errors stays below its limit."""

from dataclasses import replace

from windtunnel.criteria import intervals
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.crowded_machine import blame_no_crowd
from windtunnel.criteria.intervals import CONFIDENCE
from windtunnel.criteria.strained_generator import (
    WAITED,
    blame_no_generator,
    only_held_back,
    was_held_back,
)
from windtunnel.criteria.verdict import Category, Moment, Ruling, Verdict, decide_below
from windtunnel.criteria.waiting_requests import needed_wait
from windtunnel.number_bounds import PROBABILITY, SHARE, numbers
from windtunnel.records import ObservedRun

SHOWN = 8
"""How many of the errors a verdict lists."""


@numbers(below=SHARE, confidence=PROBABILITY)
def error_rate(
    run: ObservedRun, endpoint: str, *, below: float | None = None, confidence: float = CONFIDENCE
) -> Verdict:
    """Judge whether the endpoint's share of errors is below `below`.

    An error is no answer, or a status of 400 or above. A marked fallback is an answer. By default
    `below` is the run's limit, `Limits.error_rate`.
    """
    below = run.limits.error_rate if below is None else below
    # Once through: a million responses are not to be held.
    errors, total = [], 0
    for response in run.responses:
        if response.endpoint == endpoint:
            total += 1
            if not response.succeeded:
                errors.append(response)
    nothing = Verdict(
        criterion="error rate",
        criterion_id="error_rate",
        mechanism="answers",
        subject=endpoint,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"no request was made; allowed are under {below * 100:g}% errors.",
        needs=f"{intervals.trials_for_none(below, confidence)} requests or more",
        category=Category.SUCCESS_RATE,
        covers=(endpoint,),
        unit="share",
        conditions=conditions(run),
        profile=run.profile,
    )
    if not total:
        return nothing
    found = intervals.proportion(len(errors), total, confidence)
    ruling = decide_below(found.lower, found.upper, below)
    verdict = replace(
        nothing,
        ruling=ruling,
        statement=(
            f"{found.value:.2%} errors ({len(errors)} of {total};"
            f" {confidence * 100:g}% interval {found.lower:.2%} to {found.upper:.2%}),"
            f" allowed under {below * 100:g}%."
        ),
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        needs=_needs(found.value, below, confidence) if ruling is Ruling.INCONCLUSIVE else "",
        timeline=tuple(
            Moment(
                response.ended,
                "caller",
                f"request {response.number} {endpoint}: {response.answer}",
                counted=True,
            )
            for response in errors[:SHOWN]
        ),
    )
    if ruling is Ruling.FAIL and (held := sum(map(was_held_back, errors))):
        sure = intervals.proportion(len(errors) - held, max(1, total - held), confidence)
        if decide_below(sure.lower, sure.upper, below) is not Ruling.FAIL:
            return only_held_back(verdict, held)
    waited = [e.duration for e in errors if e.failure in WAITED]
    wait = needed_wait(
        waited,
        len(errors) - len(waited),
        allowed=int(below * total),
        at_once=run.at_once,
    )
    return blame_no_generator(blame_no_crowd(verdict, run.machine, wait), run, wait)


def _needs(share: float, below: float, confidence: float) -> str:
    """Return about how many requests it takes to distinguish such a share from the limit."""
    if share == below:
        return "a share of errors that is not exactly the limit"
    trials = intervals.trials_for_none(below, confidence)
    for _ in range(20):
        found = intervals.proportion(round(share * trials), trials, confidence)
        if decide_below(found.lower, found.upper, below) is not Ruling.INCONCLUSIVE:
            break
        trials *= 2
    return f"about {trials} requests at this share of errors"
