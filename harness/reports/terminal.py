"""The score as a compact table at the end of a session."""

from collections.abc import Iterable, Mapping, Sequence

from harness.criteria import Category, Ruling, Verdict
from harness.criteria.score import POINTS, Score
from harness.reports.explanation import figure

WIDTH = 15


def table(score: Score) -> list[str]:
    """Return the lines of the score: a line a category, and the verdicts behind its points."""
    lines = [f"architecture score {score.points:.0f}/100"]
    for category, possible in POINTS.items():
        lines.append(f"  {category:<{WIDTH}} {score.of(category):5.1f} / {possible:.0f}")
        shares = [share for share in score.shares if share.category is category]
        behind = dict.fromkeys(verdict for share in shares for verdict in share.verdicts)
        lines.extend(f"    {line}" for line in _all_evidence(behind))
        untested = [share.subject for share in shares if not share.verdicts]
        if untested:
            lines.append(f"    not tested, so zero: {', '.join(untested)}")
    return lines


def others(verdicts: Sequence[Verdict]) -> list[str]:
    """Return the lines of the verdicts that count towards no points."""
    unscored = [v for v in verdicts if v.category is Category.UNSCORED]
    touched = [v for v in unscored if v.criterion == "fault touched traffic"]
    rest = [verdict for verdict in unscored if verdict not in touched]
    lines = _all_evidence(rest)
    if touched:
        held = sum(verdict.ruling is Ruling.PASS for verdict in touched)
        lines.append(f"{held} of {len(touched)} faults touched traffic")
        lines.extend(str(verdict) for verdict in touched if verdict.ruling is not Ruling.PASS)
    return lines


def settings(counts: Mapping[str, int]) -> list[str]:
    """Return the line of the settings that scenarios gave their targets, with how many did."""
    given = [f"{setting} (in {count})" for setting, count in sorted(counts.items())]
    return [f"set by scenarios: {', '.join(given)}"] if given else []


def _all_evidence(verdicts: Iterable[Verdict]) -> list[str]:
    """Return the lines of verdicts; those that say the same of the same are shown once."""
    alike: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in verdicts:
        key = (verdict.ruling, verdict.criterion, verdict.subject, verdict.statement)
        alike.setdefault(key, []).append(verdict)
    lines = []
    for same in alike.values():
        first, *rest = _evidence(same[0])
        times = f" ({len(same)} times)" if len(same) > 1 else ""
        lines += [f"{first}{times}", *rest]
    return lines


def _evidence(verdict: Verdict) -> list[str]:
    lines = [f"{verdict.ruling:<4} {verdict.criterion}, {verdict.subject}: {verdict.statement}"]
    details = [figure(finding) for finding in verdict.findings]
    details += [condition for condition in verdict.conditions if "profile" in condition][:1]
    if verdict.findings:
        lines.append(f"     {'; '.join(details)}")
    return lines
