"""The session as JSON, in a schema with a version: `windtunnel-1.schema.json` beside this file."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from windtunnel.criteria.score import POINTS, Score
from windtunnel.reports import files
from windtunnel.reports.matrix import Cell, Matrix
from windtunnel.reports.scenario_result import Judged
from windtunnel.reports.session_report import SessionReport

SCHEMA = "windtunnel/1"
"""The schema's version. A new key keeps it; a key that goes or changes its meaning makes it 2."""
SCHEMA_FILE = Path(__file__).with_name("windtunnel-1.schema.json")
"""The published schema: what `schema()` returned when it was last changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """One line of the score."""

    category: str
    subject: str
    points: float
    possible: float
    tested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was tested: the matrix."""

    mechanisms: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    untested: tuple[tuple[str, str], ...] = ()
    """Each dependency with a fault that touched traffic there in no test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaky:
    """An attempt that failed before the same test passed."""

    test: str
    attempt: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonReport:
    """What the file holds."""

    schema: str
    backend: str
    backend_description: tuple[str, ...]
    seed: int
    score: float
    categories: dict[str, float]
    shares: tuple[Points, ...]
    verdicts: tuple[Judged, ...]
    flaky: tuple[Flaky, ...] = ()
    matrix: Coverage = Coverage()
    settings: dict[str, int] = field(default_factory=dict)
    """The settings that tests gave their targets, and how many tests did."""
    environment: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def report(
    score: Score,
    judged: tuple[Judged, ...],
    *,
    backend: str,
    backend_description: tuple[str, ...],
    seed: int,
) -> JsonReport:
    """Return the report of a session's verdicts alone."""
    return JsonReport(
        schema=SCHEMA,
        backend=backend,
        backend_description=backend_description,
        seed=seed,
        score=round(score.points, 6),
        categories={category.value: round(score.of(category), 6) for category in POINTS},
        shares=tuple(
            Points(
                category=share.category.value,
                subject=share.subject,
                points=share.points,
                possible=share.possible,
                tested=bool(share.verdicts),
            )
            for share in score.shares
        ),
        verdicts=judged,
    )


def whole(session: SessionReport) -> JsonReport:
    """Return the report of a whole session."""
    verdicts = report(
        session.score,
        session.judged,
        backend=session.backend,
        backend_description=session.description,
        seed=session.seed,
    )
    return replace(
        verdicts,
        flaky=tuple(
            Flaky(test=each.test, attempt=each.attempt, said=each.said) for each in session.flaky
        ),
        matrix=_coverage(session.matrix),
        settings=dict(session.settings),
        environment=dict(session.environment),
        remarks=session.remarks,
    )


def _coverage(matrix: Matrix) -> Coverage:
    tested = set(matrix.tested)
    return Coverage(
        mechanisms=matrix.mechanisms,
        cells=matrix.cells,
        untested=tuple(pair for pair in matrix.pairs if pair not in tested),
    )


def schema() -> str:
    """Return the JSON schema of what is written."""
    described = msgspec.json.schema(JsonReport)
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}
    return msgspec.json.format(msgspec.json.encode(described)).decode() + "\n"


def text(report: SessionReport) -> str:
    """Return what the file holds."""
    return _encoded(whole(report))


def write(path: Path, written: JsonReport) -> None:
    """Write the report, whole or not at all; ConfigurationError where it cannot be written."""
    files.write(path, _encoded(written))


def _encoded(written: JsonReport) -> str:
    return msgspec.json.format(msgspec.json.encode(written)).decode() + "\n"
