"""The session as Markdown: the job summary of GitHub Actions.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from windtunnel.criteria import Ruling
from windtunnel.criteria.score import POINTS
from windtunnel.reports.matrix import Matrix
from windtunnel.reports.session_report import SessionReport, Standing

LIMIT = 1024 * 1024
"""The greatest size of one step's summary that GitHub takes, in bytes."""
MOST = 100
"""Verdicts in one table."""


def text(report: SessionReport) -> str:
    """Return the Markdown. What did not pass comes first."""
    counts = ", ".join(
        f"{sum(verdict.ruling is ruling for verdict in report.verdicts)} {ruling}"
        for ruling in Ruling
    )
    lines = ["## windtunnel", ""]
    if report.scored:
        below = report.standing is Standing.BELOW
        asked = f", below the asked {report.minimum:g}" if below else ""
        lines += [f"**Architecture score {report.score.points:.0f}/100**{asked}", ""]
        lines += _table(
            ("Category", "Points", "of"),
            [
                (category.value, f"{report.score.of(category):.1f}", f"{possible:g}")
                for category, possible in POINTS.items()
            ],
        )
    lines += [f"{counts}; backend {_plain(report.backend)}, seed `{report.seed}`", ""]
    lines += [f"> {_plain(remark)}" for remark in report.remarks]
    for ruling in (Ruling.FAIL, Ruling.INCONCLUSIVE):
        lines += _verdicts(report, ruling)
    if report.flaky:
        lines += ["### Flaky: failed, then passed when run again", ""]
        lines += _table(
            ("Test", "Attempt", "Said"),
            [(_code(each.test), str(each.attempt), _plain(each.said)) for each in report.flaky],
        )
    lines += _matrix(report.matrix)
    return "\n".join(lines) + "\n"


class JobSummary:
    """Appends the summary to the file, which the steps of one job share."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"<JobSummary {self.path}>"

    def write(self, report: SessionReport) -> None:
        """Append the summary, cut to the length that GitHub takes."""
        encoded = text(report).encode()
        if len(encoded) > LIMIT:
            cut = "\n\n(cut here: GitHub takes 1 MiB)\n"
            encoded = encoded[: LIMIT - 64].rpartition(b"\n")[0] + cut.encode()
        with self.path.open("ab") as file:
            file.write(encoded)


def _verdicts(report: SessionReport, ruling: Ruling) -> list[str]:
    judged = [each for each in report.judged if each.verdict.ruling is ruling]
    if not judged:
        return []
    rows = [
        (
            _plain(f"{each.verdict.criterion}, {each.verdict.subject}"),
            _plain(each.verdict.statement),
            _code(each.replay),
        )
        for each in judged[:MOST]
    ]
    left = len(judged) - len(rows)
    return [
        f"### {ruling}",
        "",
        *_table(("Criterion", "Found", "Replay"), rows),
        *([f"{left} more.", ""] if left else []),
    ]


def _matrix(matrix: Matrix) -> list[str]:
    if not matrix.cells:
        return []
    rows = [
        (dependency, fault, *(matrix.status(dependency, fault, m) for m in matrix.mechanisms))
        for dependency in matrix.dependencies
        for fault in matrix.faults(dependency)
    ]
    lines = [f"### Tested: {matrix.coverage}", ""]
    head = ("Dependency", "Fault", *matrix.mechanisms)
    lines += _table(tuple(map(_plain, head)), (tuple(map(_plain, row)) for row in rows))
    for dependency in matrix.dependencies:
        if matrix.never(dependency):
            never = ", ".join(matrix.never(dependency))
            lines += [f"Never injected at {_plain(dependency)}: {_plain(never)}.", ""]
    return lines


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>|#~&!@])", r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """Return a text as code on one line of a table."""
    plain = " ".join(text.split()).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall(r"`+", plain)), default=0) + 1)
    return f"{fence} {plain} {fence}" if "`" in plain else f"`{plain}`" if plain else ""
