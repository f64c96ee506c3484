"""The session as JSON, in a schema with a version."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.criteria import Verdict
from harness.criteria.score import POINTS, Score
from harness.errors import ConfigurationError

SCHEMA = "windtunnel/1"
"""Grows by new keys; a key that changes its meaning or goes makes it windtunnel/2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict and the test that it came from."""

    test: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """One line of the score."""

    category: str
    subject: str
    points: float
    possible: float
    tested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the file holds."""

    schema: str
    backend: str
    backend_description: tuple[str, ...]
    seed: int
    score: float
    categories: dict[str, float]
    shares: tuple[Points, ...]
    verdicts: tuple[Judged, ...]


def report(
    score: Score,
    judged: tuple[Judged, ...],
    *,
    backend: str,
    backend_description: tuple[str, ...],
    seed: int,
) -> Report:
    """Return the report of a session."""
    return Report(
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


def write(path: Path, written: Report) -> None:
    """Write the report, whole or not at all; ConfigurationError where the path cannot be had."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_bytes(msgspec.json.format(msgspec.json.encode(written)) + b"\n")
        partial.replace(path)
    except OSError as error:
        raise ConfigurationError(f"--windtunnel-json={path}: {error.strerror}") from None
