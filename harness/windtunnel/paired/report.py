"""A comparison as lines for a person."""

from collections.abc import Sequence

from windtunnel.criteria.regression import MANY_GENERATIONS, figures
from windtunnel.criteria.verdict import Finding, Ruling, Verdict, overall
from windtunnel.paired.measurement import ComparisonResult
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
    unmeasured = [each for each in comparison.endpoints if not comparison.of(each)]
    written += [f"{endpoint}\n  INCONCLUSIVE  never measured" for endpoint in unmeasured]
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
