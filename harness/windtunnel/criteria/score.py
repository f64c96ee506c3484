"""The architecture score of 100: 30 response times, 30 success rate, 20 pooling, 20 breakers."""

from collections.abc import Sequence
from dataclasses import dataclass

from windtunnel.criteria.breaker_opens import BREAKER_OPENS
from windtunnel.criteria.verdict import Category, Ruling, Verdict

POINTS = {
    Category.RESPONSE_TIMES: 30.0,
    Category.SUCCESS_RATE: 30.0,
    Category.POOLING: 20.0,
    Category.BREAKERS: 20.0,
}
"""The weights of the architecture score (the project's card)."""


@dataclass(frozen=True, slots=True)
class Share:
    """The points of one category for one endpoint or dependency, and the verdicts behind them."""

    category: Category
    subject: str
    points: float
    possible: float
    verdicts: tuple[Verdict, ...]
    """Empty: untested, so zero."""


@dataclass(frozen=True, slots=True)
class Score:
    """The whole score."""

    shares: tuple[Share, ...]

    @property
    def points(self) -> float:
        """Points out of 100."""
        return sum(share.points for share in self.shares)

    def of(self, category: Category) -> float:
        """Return the points of one category."""
        return sum(share.points for share in self.shares if share.category is category)


def score(
    verdicts: Sequence[Verdict], endpoints: Sequence[str], dependencies: Sequence[str]
) -> Score:
    """Return the score: each category's points are shared equally by what it is about.

    Response times and success rate are about the endpoints, pooling and breakers about the
    dependencies. A share is earned when at least one verdict covers it and all that do are PASS;
    the breakers' also need a verdict that the breaker opens. What was not tested earns nothing.
    """
    shares = []
    for category, points in POINTS.items():
        of_endpoints = category in {Category.RESPONSE_TIMES, Category.SUCCESS_RATE}
        subjects = endpoints if of_endpoints else dependencies
        for subject in subjects:
            behind = tuple(v for v in verdicts if v.category is category and subject in v.covers)
            earned = bool(behind) and all(v.ruling is Ruling.PASS for v in behind)
            if category is Category.BREAKERS:
                earned = earned and any(verdict.criterion_id == BREAKER_OPENS for verdict in behind)
            possible = points / len(subjects)
            shares.append(Share(category, subject, possible if earned else 0.0, possible, behind))
    return Score(tuple(shares))
