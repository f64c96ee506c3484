"""Head is no worse than base, figure by figure, from interleaved pairs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from windtunnel.criteria.comparable_answers import not_comparable
from windtunnel.criteria.compared_failures import compared_failures
from windtunnel.criteria.compared_figures import ComparedFigure, Scale, compared_figures
from windtunnel.criteria.compared_times import FAR_ABOVE, FIRST, Thresholds, Times
from windtunnel.criteria.intervals import CONFIDENCE, Interval
from windtunnel.criteria.memory_held import memory_held
from windtunnel.criteria.slow_requests import slow_requests
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Finding, Ruling, Verdict, decide_below
from windtunnel.records import Comparison, Round

LEAST = 10
"""Pairs that a process generation needs before its effect is compared."""
MANY_GENERATIONS = 5
"""Of so many process generations, one need not show an effect that the others show."""
FIXED = 9 + len(FAR_ABOVE)
"""Intervals of an endpoint besides those of its calls, of which there is one a dependency: of the
capped mean (two caps), CPU, p50, p99, throughput, growth, failures, slow requests and what those
add."""


def regressions(
    comparison: Comparison, tolerances: Tolerances, confidence: float = CONFIDENCE
) -> tuple[Verdict, ...]:
    """Judge each figure of each endpoint: FAIL where it is worse by more than its tolerance.

    FAIL only where the whole interval lies beyond the tolerance, PASS only where it lies within.
    All intervals together hold with probability `confidence`, whenever the run is stopped: each
    has its share of the error (Bonferroni), and is a confidence sequence (windtunnel.criteria.
    betting). Figures of time are of good answers; too few of them, or more fallbacks from one arm
    than from the other, leave all INCONCLUSIVE. So do halves of a run that contradict each other,
    and process generations that do.
    """
    each = share(comparison, confidence)
    verdicts: list[Verdict] = []
    for endpoint in comparison.endpoints:
        rounds = comparison.of(endpoint)
        judged = _Endpoint(endpoint, rounds, comparison.dependencies, tolerances, each)
        verdicts += judged.verdicts() if rounds else [_never_measured(endpoint)]
    verdicts += memory_held(comparison, tolerances)
    return tuple(replace(verdict, conditions=comparison.described) for verdict in verdicts)


def share(comparison: Comparison, confidence: float) -> float:
    """Return the confidence of one interval, such that all of them have `confidence` together."""
    return 1 - (1 - confidence) / figures(comparison)


def figures(comparison: Comparison) -> int:
    """Return how many intervals there are, settled before the first round."""
    return len(comparison.endpoints) * (FIXED + len(comparison.dependencies))


Figures = Mapping[str, ComparedFigure]


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """One endpoint under judgement."""

    name: str
    rounds: Sequence[Round]
    dependencies: Sequence[str]
    tolerances: Tolerances
    confidence: float
    """Of each interval."""

    def verdicts(self) -> list[Verdict]:
        thresholds = Thresholds.drawn(self.rounds)
        whole = self._figures(self.rounds, thresholds)
        hindrance = not_comparable(self.rounds, self.confidence)
        if hindrance:
            statement, needs = hindrance.statement, hindrance.needs
            of_time = [replace(self._open(o), statement=statement, needs=needs) for o in whole]
            return [
                *of_time,
                *compared_failures(self.name, self.rounds, self.tolerances, self.confidence),
            ]
        middle = len(self.rounds) // 2
        halves = [
            {one.name: one for one in self._figures(part, drawn)}
            for part, drawn in (
                (self.rounds[:middle], thresholds),
                (self.rounds[middle:], _used(thresholds)),
            )
        ]
        generations = self._generations(thresholds)
        found = [self._judge(one, halves, generations) for one in whole]
        return [
            *found,
            self._slow(thresholds),
            *compared_failures(self.name, self.rounds, self.tolerances, self.confidence),
        ]

    def _figures(
        self, rounds: Sequence[Round], thresholds: Thresholds | None
    ) -> tuple[ComparedFigure, ...]:
        return compared_figures(rounds, self.dependencies, thresholds)

    def _generations(self, thresholds: Thresholds | None) -> dict[int, tuple[int, Figures]]:
        """Return the pairs and figures of each process generation, by its number."""
        # No interval is made of these: the first requests count too.
        thresholds = _used(thresholds)
        parts: dict[int, list[Round]] = {}
        for round_ in self.rounds:
            parts.setdefault(round_.generation, []).append(round_)
        found: dict[int, tuple[int, Figures]] = {}
        for number, part in parts.items():
            found[number] = _pairs(part), {o.name: o for o in self._figures(part, thresholds)}
        return found

    def _open(self, one: ComparedFigure) -> Verdict:
        """Return a figure's verdict as it is before anything is decided."""
        allowed = _allowed(one, self._tolerance(one))
        why, needs = f"no interval from {_pairs(self.rounds)} pairs yet", _MORE
        if one.missing:
            why = f"{one.missing_why} in {one.missing} of {len(self.rounds)} rounds"
            needs = "complete evidence"
        return Verdict(
            criterion=one.name,
            criterion_id=f"regression_{one.tolerance}",
            subject=self.name,
            ruling=Ruling.INCONCLUSIVE,
            statement=f"{why}, allowed {allowed}.",
            covers=(self.name,),
            unit="share" if one.scale is Scale.RATIO else one.unit,
            needs=needs,
            # None of what has no value yet: a report holds numbers only.
            findings=tuple(
                Finding(name, value, one.unit)
                for name, value in (("base", one.base), ("head", one.head))
                if not math.isnan(value)
            ),
        )

    def _tolerance(self, one: ComparedFigure) -> float:
        return float(getattr(self.tolerances, one.tolerance))

    def _judge(
        self,
        one: ComparedFigure,
        halves: Sequence[Figures],
        generations: Mapping[int, tuple[int, Figures]],
    ) -> Verdict:
        nothing = self._open(one)
        found = None if one.missing else one.interval(self.confidence)
        if found is None:
            return nothing
        ruling = self._rule(one, found)
        of = f" of {one.of}" if one.of else ""
        tolerance = self._tolerance(one)
        said = (
            f"{_range(one, found)}, {_pairs(self.rounds)} pairs){of}, allowed"
            f" {_allowed(one, tolerance)}"
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
        but, needs = "", ""
        if ruling is Ruling.PASS and one.plain is not None:
            worse = one.plain if one.more_is_worse else -one.plain
            if worse > tolerance:
                # All that is beyond it came in a few large steps.
                but = f"{_change(one, one.plain)} in all, in few steps"
                needs = "a longer run"
        if ruling is Ruling.FAIL:
            but = self._doubt(one, generations)
            needs = "fresh processes that agree: a longer budget"
        if not but:
            but = self._contradiction(one, halves, ruling)
            needs = "arms whose difference stays the same"
        if not but:
            return judged
        return replace(
            judged, ruling=Ruling.INCONCLUSIVE, statement=f"{said}; but {but}.", needs=needs
        )

    def _contradiction(self, one: ComparedFigure, halves: Sequence[Figures], ruling: Ruling) -> str:
        """Return how the halves of the run contradict each other; "" where they do not."""
        found = [
            half[one.name].interval(self.confidence) if one.name in half else None
            for half in halves
        ]
        first, second = found
        if first is None or second is None:
            return ""
        apart = first.upper < second.lower or second.upper < first.lower
        if not apart or self._rule(one, first) is self._rule(one, second) is ruling:
            return ""
        return (
            f"{_change(one, first.lower)} to {_change(one, first.upper)} in the first half,"
            f" {_change(one, second.lower)} to {_change(one, second.upper)} in the second: the"
            " pairs contradict each other"
        )

    def _doubt(self, one: ComparedFigure, generations: Mapping[int, tuple[int, Figures]]) -> str:
        """Return why the processes, not the code, may cause an effect; "" where generations agree.

        Two processes of the same code can differ by more than a tolerance as long as they run. No
        number of pairs distinguishes that from a regression: only fresh processes do. Of fewer than
        five generations, each must show the effect; of five or more, all but one. One that had no
        time for its pairs, as on a busy machine, shows nothing either way and is not counted.
        """
        compared: dict[int, ComparedFigure] = {}
        for generation, (pairs, its_figures) in generations.items():
            seen = its_figures.get(one.name)
            if seen is not None and pairs >= LEAST and not math.isnan(seen.effect):
                compared[generation] = seen
        if len(compared) < min(2, len(generations)):
            short = min(set(generations) - set(compared))
            return f"too few pairs were made with the processes of start {short + 1}"
        doubts = []
        for generation, seen in compared.items():
            worse = seen.effect if one.more_is_worse else -seen.effect
            if worse <= self._tolerance(one):
                shown = _change(one, seen.effect)
                doubts.append(f"{shown} with the processes of start {generation + 1}")
        return doubts[0] if len(doubts) > len(compared) // MANY_GENERATIONS else ""

    def _rule(self, one: ComparedFigure, found: Interval) -> Ruling:
        tolerance = self._tolerance(one)
        if one.more_is_worse:
            return decide_below(found.lower, found.upper, tolerance)
        return decide_below(-found.upper, -found.lower, tolerance)

    def _slow(self, thresholds: Thresholds | None) -> Verdict:
        pairs = _pairs(self.rounds)
        nothing = Verdict(
            criterion="slow requests",
            criterion_id="regression_slow",
            subject=self.name,
            ruling=Ruling.INCONCLUSIVE,
            statement=f"no interval from {pairs} pairs yet, allowed {self.tolerances.slow:+.2%}.",
            covers=(self.name,),
            unit="share",
            needs=_MORE,
        )
        if thresholds is None:
            return replace(nothing, needs=f"{FIRST} pairs that only give its threshold, and more")
        times = Times.of(self.rounds)
        return slow_requests(times, thresholds, self.tolerances, self.confidence, nothing)


def _used(thresholds: Thresholds | None) -> Thresholds | None:
    """Return thresholds for rounds of which none were drawn from."""
    return thresholds and replace(thresholds, blocks=0)


def _never_measured(endpoint: str) -> Verdict:
    return Verdict(
        criterion="response times",
        criterion_id="regression_mean",
        subject=endpoint,
        ruling=Ruling.INCONCLUSIVE,
        statement="never measured.",
        covers=(endpoint,),
        needs="a longer budget",
    )


_MORE = "more pairs: a longer budget"


def _pairs(rounds: Sequence[Round]) -> int:
    return sum(len(round_.base.durations) for round_ in rounds)


def _range(one: ComparedFigure, found: Interval) -> str:
    ends = (_change(one, end) for end in (found.value, found.lower, found.upper))
    return "{} ({} to {}".format(*ends)


def _allowed(one: ComparedFigure, tolerance: float) -> str:
    change = _change(one, tolerance if one.more_is_worse else -tolerance)
    return change if one.scale is Scale.RATIO else f"{change} {one.unit}"


def _change(one: ComparedFigure, amount: float) -> str:
    if math.isinf(amount):
        return "unknown"
    if one.scale is Scale.RATIO:
        return f"{amount:+.1%}"
    # Rounded: the interval of counts that are all equal is a point, but for the last digits.
    return f"{round(amount, 6) + 0.0:+.3g}"
