"""A criterion's verdict: PASS, FAIL or INCONCLUSIVE, with the interval that it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from windtunnel.errors import InconclusiveVerdict


class Ruling(StrEnum):
    """The three answers of a criterion."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"


class Category(StrEnum):
    """The part of the architecture score that a verdict counts towards."""

    RESPONSE_TIMES = "response times"
    SUCCESS_RATE = "success rate"
    POOLING = "pooling"
    BREAKERS = "breakers"
    UNSCORED = "not scored"


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a verdict's evidence."""

    at: float
    """Seconds on the records' clock."""
    place: str
    """Who saw it: "caller", or a dependency's name."""
    what: str
    counted: bool = False
    """Whether this moment is part of what the verdict counts against the service."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", str(self.place))


@dataclass(frozen=True, slots=True)
class Finding:
    """One further figure, reported and not judged."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A criterion's answer about one subject.

    It is true for PASS and false for FAIL. An INCONCLUSIVE verdict raises InconclusiveVerdict where
    it is used as a truth value, so that noise makes `assert verdict` neither pass nor fail.
    """

    criterion: str
    """As a person reads it, such as "error rate"."""
    criterion_id: str = ""
    """Which criterion it is, such as "breaker_opens": what decisions rest on."""
    subject: str
    """What was judged, such as "/api/agents" or "catalog"."""
    ruling: Ruling
    statement: str
    """What was found against what is allowed, in one sentence."""
    measured: str = ""
    """What was found, in a few words; empty where the statement is as short."""
    category: Category = Category.UNSCORED
    covers: tuple[str, ...] = ()
    """The endpoints or dependencies that this verdict tests."""
    value: float | None = None
    lower: float | None = None
    """The interval's ends: what the evidence allows for."""
    upper: float | None = None
    unit: str = ""
    needs: str = ""
    """What would make an INCONCLUSIVE verdict conclusive."""
    findings: tuple[Finding, ...] = ()
    timeline: tuple[Moment, ...] = ()
    conditions: tuple[str, ...] = ()
    """Where and how it was measured: backend, network profile, changed settings."""
    profile: str = ""
    """The network profile among the conditions."""
    mechanism: str = ""
    """The part of the service that it tests, such as "circuit breaker": the matrix's column."""

    def __post_init__(self) -> None:
        # What a criterion was asked about may be an `Edge`: reports carry its plain text.
        object.__setattr__(self, "subject", str(self.subject))
        object.__setattr__(self, "covers", tuple(map(str, self.covers)))

    def __bool__(self) -> bool:
        if self.ruling is Ruling.INCONCLUSIVE:
            raise InconclusiveVerdict(f"{self}")
        return self.ruling is Ruling.PASS

    @property
    def brief(self) -> str:
        """What was found, in a few words where the verdict has them."""
        return self.measured or self.statement

    def __str__(self) -> str:
        needs = f" It needs {self.needs}." if self.needs else ""
        return f"{self.ruling} {self.criterion} of {self.subject}: {self.statement}{needs}"


def decide_below(lower: float, upper: float, limit: float) -> Ruling:
    """Rule on a figure that must stay below `limit`, from the interval that holds it."""
    if upper < limit:
        return Ruling.PASS
    if lower >= limit:
        return Ruling.FAIL
    return Ruling.INCONCLUSIVE


def decide_above(lower: float, upper: float, limit: float) -> Ruling:
    """Rule on a figure that must exceed `limit`, from the interval that holds it."""
    if lower > limit:
        return Ruling.PASS
    if upper <= limit:
        return Ruling.FAIL
    return Ruling.INCONCLUSIVE


def decide_at_most(lower: int, upper: float, allowed: int) -> Ruling:
    """Rule on a count that may be `allowed` at most, from the bounds that hold it."""
    if upper <= allowed:
        return Ruling.PASS
    if lower > allowed:
        return Ruling.FAIL
    return Ruling.INCONCLUSIVE


def overall(verdicts: Iterable[Verdict]) -> Ruling:
    """Return FAIL where anything failed, PASS where everything passed, else INCONCLUSIVE."""
    rulings = {verdict.ruling for verdict in verdicts}
    if Ruling.FAIL in rulings:
        return Ruling.FAIL
    return Ruling.PASS if rulings == {Ruling.PASS} else Ruling.INCONCLUSIVE
