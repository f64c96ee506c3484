"""The end of a session as text: the score, the matrix, and failures that a rerun hid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from windtunnel.criteria import Category, Ruling, Verdict
from windtunnel.criteria.fault_touched import FAULT_TOUCHED
from windtunnel.criteria.score import POINTS, Score
from windtunnel.reports.explanation import figure
from windtunnel.reports.matrix import CellStatus, Matrix
from windtunnel.reports.scenario_result import ScenarioResult
from windtunnel.reports.session_report import SessionReport

WIDTH = 15
_SHOWN = {
    CellStatus.FAILED: "FAIL",
    CellStatus.VACUOUS: "vacuous",
    CellStatus.INCONCLUSIVE: "INCONCLUSIVE",
    CellStatus.PASSED: "PASS",
    CellStatus.UNTESTED: "-",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and the ruling of the verdict that it begins."""

    text: str
    ruling: Ruling | None = None
    """None where it begins no verdict."""


def session(report: SessionReport) -> list[Line]:
    """Return all lines that the terminal shows at the session's end."""
    return [
        Line(f"backend {report.backend} ({report.reason}), seed {report.seed}"),
        *(Line(f"  {line}") for line in report.description),
        *(table(report.score) if report.scored else ()),
        *others(report.verdicts),
        *map(Line, settings(report.settings)),
        *map(Line, coverage(report.matrix)),
        *map(Line, flaky(report.flaky)),
        *map(Line, report.remarks),
    ]


def table(score: Score) -> list[Line]:
    """Return the score's lines: one for each category, and the verdicts behind its points."""
    lines = [Line(f"architecture score {score.points:.0f}/100")]
    for category, possible in POINTS.items():
        points = f"{score.of(category):5.1f} / {possible:.0f}"
        lines.append(Line(f"  {category:<{WIDTH}} {points}"))
        shares = [share for share in score.shares if share.category is category]
        behind = dict.fromkeys(verdict for share in shares for verdict in share.verdicts)
        lines += [replace(line, text=f"    {line.text}") for line in _all_evidence(behind)]
        untested = [share.subject for share in shares if not share.verdicts]
        if untested:
            lines.append(Line(f"    not tested, so zero: {', '.join(untested)}"))
    return lines


def others(verdicts: Sequence[Verdict]) -> list[Line]:
    """Return the lines of the verdicts that count towards no points."""
    unscored = [v for v in verdicts if v.category is Category.UNSCORED]
    touched = [v for v in unscored if v.criterion_id == FAULT_TOUCHED]
    rest = [verdict for verdict in unscored if verdict not in touched]
    lines = _all_evidence(rest)
    if touched:
        held = sum(verdict.ruling is Ruling.PASS for verdict in touched)
        lines.append(Line(f"{held} of {len(touched)} faults touched traffic"))
        lines += [Line(str(v), v.ruling) for v in touched if v.ruling is not Ruling.PASS]
    return lines


def settings(counts: Mapping[str, int]) -> list[str]:
    """Return the line of the settings that scenarios gave their targets, each with its count."""
    given = [f"{setting} (in {count})" for setting, count in sorted(counts.items())]
    return [f"set by scenarios: {', '.join(given)}"] if given else []


def coverage(matrix: Matrix) -> list[str]:
    """Return the matrix's lines: what each fault tested, and which faults no test injected."""
    if not matrix.cells:
        return []
    mechanisms = matrix.mechanisms
    rows = [
        (dependency, fault, *(_SHOWN[matrix.status(dependency, fault, m)] for m in mechanisms))
        for dependency in matrix.dependencies
        for fault in matrix.faults(dependency)
    ]
    head = ("dependency", "fault", *mechanisms)
    widths = [max(len(line[place]) for line in (head, *rows)) for place in range(len(head))]
    lines = [f"matrix: {matrix.coverage} tested"]
    for line in (head, *rows):
        cells = (f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        lines.append(f"  {'  '.join(cells)}".rstrip())
    for dependency in matrix.dependencies:
        never = matrix.never(dependency)
        if never:
            lines += wrap(
                f"never injected at {dependency}: {', '.join(never)}",
                100,
                initial_indent="  ",
                subsequent_indent="    ",
            )
    return lines


def flaky(attempts: Sequence[ScenarioResult]) -> list[str]:
    """Return the lines of the failures that a rerun would have hidden."""
    return [
        f"FLAKY {tried.test}: attempt {tried.attempt} failed, a later one passed: {tried.said}"
        for tried in attempts
    ]


def _all_evidence(verdicts: Iterable[Verdict]) -> list[Line]:
    """Return the verdicts' lines. Equal verdicts on one subject are shown once."""
    alike: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in verdicts:
        key = (verdict.ruling, verdict.criterion, verdict.subject, verdict.statement)
        alike.setdefault(key, []).append(verdict)
    lines: list[Line] = []
    for same in alike.values():
        first, *rest = _evidence(same[0])
        times = f" ({len(same)} times)" if len(same) > 1 else ""
        lines += [replace(first, text=f"{first.text}{times}"), *rest]
    return lines


def _evidence(verdict: Verdict) -> list[Line]:
    said = f"{verdict.ruling:<4} {verdict.criterion}, {verdict.subject}: {verdict.statement}"
    lines = [Line(said, verdict.ruling)]
    details = [figure(finding) for finding in verdict.findings]
    if verdict.profile:
        details.append(f"profile {verdict.profile}")
    if verdict.findings:
        lines.append(Line(f"     {'; '.join(details)}"))
    return lines
