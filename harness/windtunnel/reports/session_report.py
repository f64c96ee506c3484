"""A session's findings, as every sink gets them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from windtunnel.criteria import Category, Verdict
from windtunnel.criteria.score import Score
from windtunnel.reports.matrix import Matrix
from windtunnel.reports.scenario_result import Judged, ScenarioResult


class Standing(StrEnum):
    """Whether the session's score reaches the minimum."""

    NOT_ASKED = "not asked"
    HELD = "held"
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReport:
    """One session's findings. Sinks read it; nothing that they do changes a verdict."""

    backend: str
    reason: str
    """Why this backend was chosen."""
    description: tuple[str, ...]
    """What ran, as the backend describes it."""
    seed: int
    tests: tuple[ScenarioResult, ...]
    """Every attempt at every test that used windtunnel."""
    judged: tuple[Judged, ...]
    """The verdicts that count (windtunnel.reports.reruns)."""
    flaky: tuple[ScenarioResult, ...]
    """Attempts that failed before a later one of the same test did not."""
    score: Score
    minimum: float | None
    matrix: Matrix
    settings: Mapping[str, int]
    """The settings that tests gave their targets, and how many tests did."""
    environment: tuple[tuple[str, str], ...]
    """Where it ran: names and values."""
    remarks: tuple[str, ...] = field(default=())
    """What else a reader must know, each one sentence."""

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts that count."""
        return tuple(each.verdict for each in self.judged)

    @property
    def scored(self) -> bool:
        """Whether any verdict counts towards the score, or a minimum was asked for."""
        return self.minimum is not None or any(
            verdict.category is not Category.UNSCORED for verdict in self.verdicts
        )

    @property
    def standing(self) -> Standing:
        """Whether the score reaches the minimum that was asked for."""
        if self.minimum is None:
            return Standing.NOT_ASKED
        # A share is a quotient: a hair below is not below.
        below = self.score.points < self.minimum - 1e-9
        return Standing.BELOW if below else Standing.HELD
