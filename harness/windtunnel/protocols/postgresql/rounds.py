"""What a client awaits: rounds, each until the server is ready again, and the calls in them."""

from dataclasses import dataclass, field

from windtunnel.protocols.exchanges import Pending
from windtunnel.records import AnswerMeaning


@dataclass(slots=True, eq=False)
class AwaitedUnit:
    """One exchange of a round: a statement with all that prepares it."""

    pending: Pending
    runs: bool = False
    """Whether it was executed, and not only prepared."""
    simple: bool = False
    """Whether it is a Query, which may hold several statements."""
    awaited: int = 0
    """How many of its preparing messages the server has not confirmed."""
    flushed: bool = False
    """Whether the server was asked to confirm them before the Sync."""
    status: str | None = None
    """What it was answered; the answer is whole when the server is ready again."""
    meaning: AnswerMeaning | None = None
    at: float = 0.0


@dataclass(slots=True, eq=False)
class ReadyRound:
    """All that one ReadyForQuery ends."""

    extended: bool
    closed: bool
    """Whether the server will be ready after it: a Query, or a Sync came."""
    units: list[AwaitedUnit] = field(default_factory=list)
    told: int = 0
    """How many of the units have a status."""
    failed: bool = False
    """Whether the server passes over what else is in it."""

    @property
    def front(self) -> AwaitedUnit | None:
        """The unit that the server answers next."""
        while self.told < len(self.units) - 1 and not self.units[self.told].runs:
            self.told += 1  # a Query came after it: it was only prepared
        return self.units[self.told] if self.told < len(self.units) else None

    @property
    def current(self) -> AwaitedUnit | None:
        """The unit to which further messages of the client belong; None where one begins."""
        last = self.units[-1] if self.units else None
        return None if last is None or last.runs else last
