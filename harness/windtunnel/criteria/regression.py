"""Head is no worse than base, figure by figure, from interleaved pairs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median

from windtunnel.criteria import intervals
from windtunnel.criteria.intervals import CONFIDENCE, Interval
from windtunnel.criteria.sequence import centre
from windtunnel.criteria.series import FigureSeries, Scale, series
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Finding, Ruling, Verdict, decide_below
from windtunnel.records import Comparison, Round

LEAST = 5
"""Values that one process generation needs before its effect is compared."""
MANY_GENERATIONS = 5
"""Of so many process generations, one need not show an effect that the others show."""
FIXED = 6
"""Judged figures of an endpoint besides its calls, of which there is one for each dependency."""


Generations = Mapping[int, Sequence[FigureSeries]]


def regressions(
    comparison: Comparison, tolerances: Tolerances, confidence: float = CONFIDENCE
) -> tuple[Verdict, ...]:
    """Judge each figure of each endpoint: FAIL where it is worse by more than its tolerance.

    FAIL only where the whole interval lies beyond the tolerance, PASS only where it lies within.
    All intervals together hold with probability `confidence`, whenever the run is stopped: each
    has its share of the error (Bonferroni), and is a confidence sequence (windtunnel.criteria.
    sequence). Where the two halves of a run contradict each other, INCONCLUSIVE; so too where the
    processes of one generation show what those of another do not.
    """
    each = share(comparison, confidence)
    verdicts = []
    for endpoint in comparison.endpoints:
        rounds = comparison.of(endpoint)
        if rounds:
            whole = series(rounds, comparison.dependencies)
            generations = _generations(rounds, whole, comparison.dependencies)
            verdicts += [
                _judge(one, endpoint, rounds, tolerances, confidence=each, generations=generations)
                for one in whole
            ]
            verdicts += _failures(endpoint, rounds)
    verdicts += _memory(comparison, tolerances)
    return tuple(replace(verdict, conditions=comparison.described) for verdict in verdicts)


def share(comparison: Comparison, confidence: float) -> float:
    """Return the confidence of one interval, such that all of them have `confidence` together."""
    return 1 - (1 - confidence) / figures(comparison)


def figures(comparison: Comparison) -> int:
    """Return how many intervals there are, settled before the first round."""
    return len(comparison.endpoints) * (FIXED + len(comparison.dependencies))


def _judge(
    one: FigureSeries,
    endpoint: str,
    rounds: Sequence[Round],
    tolerances: Tolerances,
    *,
    confidence: float,
    generations: Generations,
) -> Verdict:
    tolerance = float(getattr(tolerances, one.tolerance))
    pairs = sum(len(round_.base.durations) for round_ in rounds)
    allowed = _change(one, tolerance if one.more_is_worse else -tolerance)
    why, needs = f"no interval from {pairs} pairs yet", "more pairs: a longer budget"
    if one.missing:
        why = f"the tap missed some of it in {one.missing} of {len(rounds)} rounds"
        needs = "complete evidence"
    nothing = Verdict(
        criterion=one.name,
        criterion_id=f"regression_{one.tolerance}",
        subject=endpoint,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{why}, allowed {allowed}.",
        covers=(endpoint,),
        unit="share" if one.scale is Scale.RATIO else one.unit,
        needs=needs,
        # None of what has no value yet: a report holds numbers only.
        findings=tuple(
            Finding(name, value, one.unit)
            for name, value in (("base", one.base), ("head", one.head))
            if not math.isnan(value)
        ),
    )
    interval = None if one.missing else centre(one.values, confidence)
    if interval is None:
        return nothing
    found = _shown(one, interval)
    ruling = _rule(one, found, tolerance)
    said = (
        f"{_change(one, found.value)} ({_change(one, found.lower)} to {_change(one, found.upper)},"
        f" {pairs} pairs), allowed {allowed}"
    )
    judged = replace(
        nothing,
        ruling=ruling,
        statement=f"{said}.",
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        needs="more pairs, or a quieter machine" if ruling is Ruling.INCONCLUSIVE else "",
    )
    if ruling is Ruling.PASS and one.scale is Scale.DIFFERENCE and one.head - one.base > tolerance:
        # The interval is about a typical batch, and all that is over came in a few others.
        return replace(
            judged,
            ruling=Ruling.INCONCLUSIVE,
            statement=f"{said}; but {_change(one, one.head - one.base)} on average, in few steps.",
            needs="a longer run",
        )
    if ruling is Ruling.FAIL:
        doubt = _doubt(one, generations, tolerance)
        if doubt:
            return replace(
                judged,
                ruling=Ruling.INCONCLUSIVE,
                statement=f"{said}; but {doubt}.",
                needs="fresh processes that agree: a longer budget",
            )
    middle = len(one.values) // 2
    halves = [centre(half, confidence) for half in (one.values[:middle], one.values[middle:])]
    if halves[0] is None or halves[1] is None:
        return judged
    first, second = (_shown(one, half) for half in halves if half is not None)
    apart = first.upper < second.lower or second.upper < first.lower
    if apart and not _rule(one, first, tolerance) is _rule(one, second, tolerance) is ruling:
        return replace(
            judged,
            ruling=Ruling.INCONCLUSIVE,
            statement=(
                f"{said}; but {_change(one, first.lower)} to {_change(one, first.upper)} in the"
                f" first half, {_change(one, second.lower)} to {_change(one, second.upper)} in the"
                " second: the pairs contradict each other."
            ),
            needs="arms whose difference stays the same",
        )
    return judged


def _generations(
    rounds: Sequence[Round], whole: Sequence[FigureSeries], dependencies: Sequence[str]
) -> Generations:
    """Return the series of each generation, by its number."""
    numbers = dict.fromkeys(round_.generation for round_ in rounds)
    if len(numbers) == 1:
        return dict.fromkeys(numbers, whole)
    return {
        number: series([round_ for round_ in rounds if round_.generation == number], dependencies)
        for number in numbers
    }


def _doubt(one: FigureSeries, generations: Generations, tolerance: float) -> str:
    """Return why the processes, not the code, may cause an effect; "" where generations agree.

    Two processes of the same code can differ by more than a tolerance as long as they run. No
    number of pairs distinguishes that from a regression: only fresh processes do. Of fewer than
    five generations, each must show the effect; of five or more, all but one.
    """
    doubts = []
    for generation, its_series in generations.items():
        (seen,) = (each for each in its_series if each.name == one.name)
        if len(seen.values) < LEAST:
            return f"too few pairs were made with the processes of start {generation + 1}"
        worse = seen.effect if one.more_is_worse else -seen.effect
        if worse <= tolerance:
            doubts.append(
                f"{_change(one, seen.effect)} with the processes of start {generation + 1}"
            )
    return doubts[0] if len(doubts) > len(generations) // MANY_GENERATIONS else ""


def _shown(one: FigureSeries, interval: Interval) -> Interval:
    """Return the interval as a person reads it: logarithms as shares."""
    if one.scale is Scale.DIFFERENCE:
        return interval
    return Interval(*(math.expm1(end) for end in (interval.value, interval.lower, interval.upper)))


def _rule(one: FigureSeries, found: Interval, tolerance: float) -> Ruling:
    if one.more_is_worse:
        return decide_below(found.lower, found.upper, tolerance)
    return decide_below(-found.upper, -found.lower, tolerance)


def _change(one: FigureSeries, amount: float) -> str:
    if one.scale is Scale.RATIO:
        return f"{amount:+.1%}"
    # Rounded: the interval of counts that are all equal is a point, but for the last digits.
    return f"{round(amount, 6) + 0.0:+.3g}"


def _memory(comparison: Comparison, tolerances: Tolerances) -> tuple[Verdict, ...]:
    """Judge the memory held in the run's second half, by the range of its readings.

    Successive readings of one process are nearly the same reading, so no interval can be made of
    them: the range is what was seen, not what may be.
    """
    late = comparison.rounds[len(comparison.rounds) // 2 :]
    ratios = [
        round_.head.resident / round_.base.resident - 1
        for round_ in late
        if round_.head.resident and round_.base.resident
    ]
    if not ratios:
        return ()
    tolerance = tolerances.memory
    ruling = decide_below(min(ratios), max(ratios), tolerance)
    return (
        Verdict(
            criterion="memory",
            criterion_id="regression_memory",
            subject="the whole process",
            ruling=ruling,
            statement=(
                f"{median(ratios):+.1%} (range seen {min(ratios):+.1%} to {max(ratios):+.1%},"
                f" {len(ratios)} readings), allowed {tolerance:+.1%}."
            ),
            covers=comparison.endpoints,
            value=median(ratios),
            lower=min(ratios),
            upper=max(ratios),
            unit="share",
            needs="a longer run" if ruling is Ruling.INCONCLUSIVE else "",
            findings=(
                Finding("base", median(round_.base.resident or 0 for round_ in late), "bytes"),
                Finding("head", median(round_.head.resident or 0 for round_ in late), "bytes"),
            ),
        ),
    )


def _failures(endpoint: str, rounds: Sequence[Round]) -> tuple[Verdict, ...]:
    """Fail head where it fails more often than base beyond what chance explains; else silence."""
    arms = [[round_.base for round_ in rounds], [round_.head for round_ in rounds]]
    counts = [(sum(b.failures for b in arm), sum(b.requests for b in arm)) for arm in arms]
    if not counts[0][0] and not counts[1][0]:
        return ()
    base, head = (intervals.proportion(failed, requests) for failed, requests in counts)
    ruling = Ruling.INCONCLUSIVE
    if head.lower > base.upper:
        ruling = Ruling.FAIL
    elif head.upper <= base.upper:
        ruling = Ruling.PASS
    return (
        Verdict(
            criterion="failures",
            criterion_id="regression_failures",
            subject=endpoint,
            ruling=ruling,
            statement=(
                f"{counts[1][0]} of {counts[1][1]} requests to head had no good answer, and"
                f" {counts[0][0]} of {counts[0][1]} to base."
            ),
            covers=(endpoint,),
            value=head.value,
            lower=head.lower,
            upper=head.upper,
            unit="share",
            needs="more requests" if ruling is Ruling.INCONCLUSIVE else "",
            findings=(Finding("base", base.value, "share"), Finding("head", head.value, "share")),
        ),
    )
