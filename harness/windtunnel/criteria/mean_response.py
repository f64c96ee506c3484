"""The mean response time stays below its limit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from windtunnel.criteria import intervals
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.crowded_machine import blame_no_crowd
from windtunnel.criteria.good_answers import MORE_GOOD, are_enough, instead
from windtunnel.criteria.intervals import CONFIDENCE
from windtunnel.criteria.strained_generator import blame_no_generator, only_held_back
from windtunnel.criteria.verdict import Category, Finding, Ruling, Verdict, decide_below
from windtunnel.number_bounds import PROBABILITY, SECONDS, numbers
from windtunnel.records import ObservedRun, Response


@numbers(below=SECONDS, confidence=PROBABILITY)
def mean_response(
    run: ObservedRun,
    endpoints: Sequence[str] | None = None,
    *,
    below: float | None = None,
    confidence: float = CONFIDENCE,
) -> Verdict:
    """Judge whether the mean response over `endpoints` (all of the run) is under `below` seconds.

    Only good answers (below 400) are timed: any other request counts in the error rate, not here.
    Too few good answers leave it INCONCLUSIVE, and so does slowness while others kept this machine
    busy. In an open loop time counts from when a request was due; where it is too long by the
    waiting for the sender's connections alone, it is INCONCLUSIVE too. By default `below` is the
    run's limit, `Limits.mean_response`.
    """
    below = run.limits.mean_response if below is None else below
    wanted = tuple(endpoints or sorted({response.endpoint for response in run.responses}))
    timed: list[tuple[float, float, float]] = []
    others: Counter[str] = Counter()
    covered: set[str] = set()
    # Once through: a million responses are not to be held.
    for each in run.responses:
        if each.endpoint not in wanted:
            continue
        if each.succeeded:
            timed.append((each.ended, each.duration, each.on_its_way))
            covered.add(each.endpoint)
        else:
            others[_outcome(each)] += 1
    timed.sort()
    durations = [duration for _, duration, _ in timed]
    asked = len(timed) + others.total()
    came = instead(others, asked)
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
        covers=tuple(endpoint for endpoint in wanted if endpoint in covered),
        unit="s",
        conditions=conditions(run),
    )
    if not are_enough(len(durations), asked):
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
    excess = found.lower - below
    wait = max(excess, excess * len(durations) / run.at_once) if run.at_once else excess
    if ruling is Ruling.FAIL and not run.at_once:
        sent = intervals.mean([on_its_way for _, _, on_its_way in timed], confidence)
        if sent is None or decide_below(sent.lower, sent.upper, below) is not Ruling.FAIL:
            return only_held_back(verdict, sum(took > way for _, took, way in timed))
    return blame_no_generator(blame_no_crowd(verdict, run.machine, wait), run, wait)


def _outcome(response: Response) -> str:
    if response.status is not None:
        return f"answered {response.status}"
    return response.failure.text
