"""One request or command at the tap, and its answer."""

from dataclasses import dataclass
from enum import StrEnum


class ExchangeOutcome(StrEnum):
    """What became of one exchange with a dependency."""

    ANSWERED = "answered"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request or command that reached the tap on a connection, and its answer."""

    dependency: str
    connection: int
    index: int
    """0 for the first exchange on its connection: a higher one proves that it was reused."""
    request: str
    """"GET /agents", "HGETALL", or "bytes" where the protocol is not known."""
    started: float
    """When its first byte arrived."""
    ended: float | None = None
    """When its answer was complete or it failed; None while pending."""
    outcome: ExchangeOutcome = ExchangeOutcome.PENDING
    status: str = ""
    """The answer's status ("200"; for Redis "OK" or the error's first word), empty without one."""
    handshake: bool = False
    """A connection's own preamble (Redis AUTH, HELLO, CLIENT, SELECT), not work of the target's."""
    forwarded: bool = True
    """False where a fault answered or reset it at the tap: the dependency never got it."""
    faults: tuple[str, ...] = ()
    """The HTTP toxics that altered it."""

    @property
    def http_status(self) -> int | None:
        """The status as a number; None without one, or where the protocol has no numbers."""
        return int(self.status) if self.status.isdecimal() else None
