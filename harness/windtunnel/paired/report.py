"""A comparison as lines for a person."""

import math
from collections.abc import Sequence
from statistics import fmean

from windtunnel.criteria.regression import MANY_GENERATIONS, figures
from windtunnel.criteria.verdict import Finding, Ruling, Verdict, overall
from windtunnel.paired.measurement import ComparisonResult
from windtunnel.records import Round
from windtunnel.reports.explanation import amount


def lines(result: ComparisonResult) -> list[str]:
    """Return the verdicts by endpoint, what disturbed them, and what the intervals promise."""
    comparison = result.comparison
    written = [f"base  {comparison.base}", f"head  {comparison.head}"]
    if comparison.described:
        written.append(f"under {'; '.join(comparison.described)}")
    for subject in dict.fromkeys(verdict.subject for verdict in result.verdicts):
        written.append(subject)
        written += [_line(v) for v in result.verdicts if v.subject == subject]
        written += _plain_mean(comparison.of(subject))
    written += [f"seen: {remark}" for remark in comparison.remarks]
    written.append(
        f"Each interval has its share of 1 % error (Bonferroni over {figures(comparison)}), and"
        " holds whenever the run is stopped: 99 % for all of them together."
    )
    starts = len({round_.generation for round_ in comparison.rounds})
    if starts > 1:
        written.append(f"Both were started {_times(starts)}; {_stands(starts)}.")
    else:
        written.append("Both were started once: a pass was not tried on fresh processes.")
    written.append(summary(result.verdicts))
    return written


def _plain_mean(rounds: Sequence[Round]) -> list[str]:
    """Return the mean of all times, which no interval can hold, as it was seen."""
    base, head = (
        [duration for arm in arms for duration in arm.durations if not math.isnan(duration)]
        for arms in ([r.base for r in rounds], [r.head for r in rounds])
    )
    if not base or not head:
        return []
    means = fmean(base), fmean(head)
    seen = f"{amount(means[0], 's')} → {amount(means[1], 's')}"
    change = means[1] / means[0] - 1
    return [f"  {'not judged':<12}  {'mean':<16} {change:+.1%} as seen, of all times. {seen}"]


def _times(starts: int) -> str:
    return "twice" if starts == 2 else f"{starts} times"


def _stands(starts: int) -> str:
    if starts < MANY_GENERATIONS:
        return f"a failure stands where {'both' if starts == 2 else 'all'} starts show it"
    return "a failure stands where all starts but one show it"


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return how many figures passed, failed, or stayed open."""
    counts = {ruling: sum(v.ruling is ruling for v in verdicts) for ruling in Ruling}
    worst = overall(verdicts)
    return (
        f"{worst}: {counts[Ruling.PASS]} figures passed, {counts[Ruling.FAIL]} failed,"
        f" {counts[Ruling.INCONCLUSIVE]} inconclusive"
    )


def _figure(finding: Finding) -> str:
    if finding.unit == "bytes":
        return f"{finding.value / 1e6:.1f} MB"
    if finding.unit in {"s", "share"}:
        return amount(finding.value, finding.unit)
    return f"{finding.value:.4g} {finding.unit}"


def _line(verdict: Verdict) -> str:
    arms = " → ".join(_figure(finding) for finding in verdict.findings)
    needs = f" Needs {verdict.needs}." if verdict.needs else ""
    return f"  {verdict.ruling:<12}  {verdict.criterion:<16} {verdict.statement} {arms}{needs}"
