"""The mean response time stays below its limit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from windtunnel.criteria import intervals
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.crowded_machine import blame_no_crowd
from windtunnel.criteria.good_answers import MORE_GOOD, are_enough, instead
from windtunnel.criteria.intervals import CONFIDENCE
from windtunnel.criteria.verdict import Category, Finding, Ruling, Verdict, decide_below
from windtunnel.number_bounds import PROBABILITY, SECONDS, numbers
from windtunnel.records import Response, Run


@numbers(below=SECONDS, confidence=PROBABILITY)
def mean_response(
    run: Run,
    endpoints: Sequence[str] | None = None,
    *,
    below: float | None = None,
    confidence: float = CONFIDENCE,
) -> Verdict:
    """Judge whether the mean response over `endpoints` (all of the run) is under `below` seconds.

    Only good answers (below 400) are timed: any other request counts in the error rate, not here.
    Too few good answers leave it INCONCLUSIVE, and so does slowness while others kept this machine
    busy. By default `below` is the run's limit,
    `Limits.mean_response`.
    """
    below = run.limits.mean_response if below is None else below
    wanted = tuple(endpoints or sorted({response.endpoint for response in run.responses}))
    asked = [each for each in run.responses if each.endpoint in wanted]
    timed = sorted((each for each in asked if each.succeeded), key=lambda response: response.ended)
    durations = [response.duration for response in timed]
    came = instead(Counter(_outcome(each) for each in asked if not each.succeeded), len(asked))
    nothing = Verdict(
        criterion="mean response",
        mechanism="response time",
        subject=wanted[0] if len(wanted) == 1 else f"{len(wanted)} endpoints",
        ruling=Ruling.INCONCLUSIVE,
        statement=(
            f"{len(durations)} good answers{f' ({came})' if came else ''}; allowed is a mean under"
            f" {below * 1000:g} ms."
        ),
        needs=MORE_GOOD,
        category=Category.RESPONSE_TIMES,
        covers=tuple(endpoint for endpoint in wanted if any(e.endpoint == endpoint for e in timed)),
        unit="s",
        conditions=conditions(run),
    )
    if not are_enough(len(durations), len(asked)):
        return nothing
    found = intervals.mean(durations, confidence)
    if found is None:
        return nothing
    ruling = decide_below(found.lower, found.upper, below)
    ordered = sorted(durations)
    verdict = replace(
        nothing,
        ruling=ruling,
        statement=(
            f"mean {found.value * 1000:.2f} ms ({confidence * 100:g}% interval"
            f" {found.lower * 1000:.2f} to {found.upper * 1000:.2f} ms, {len(durations)} answers),"
            f" allowed under {below * 1000:g} ms."
        ),
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        needs="more requests, or a quieter machine" if ruling is Ruling.INCONCLUSIVE else "",
        findings=(
            Finding("p50", intervals.quantile(ordered, 0.50), "s"),
            Finding("p99", intervals.quantile(ordered, 0.99), "s"),
            Finding("max", ordered[-1], "s"),
        ),
    )
    # While a thread waits, all requests that are under way may.
    each = found.lower - below
    wait = max(each, each * len(durations) / run.concurrency)
    return blame_no_crowd(verdict, run.machine, wait)


def _outcome(response: Response) -> str:
    if response.status is not None:
        return f"answered {response.status}"
    return response.failure.text
