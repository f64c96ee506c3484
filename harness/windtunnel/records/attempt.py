"""One call attempt: what the tap saw of one call, whether it became an exchange or not."""

from dataclasses import dataclass
from enum import StrEnum

from windtunnel.records.answer_meaning import AnswerMeaning
from windtunnel.records.dependency_exchange import ExchangeOutcome


class AttemptKind(StrEnum):
    """How far an attempt came."""

    EXCHANGE = "exchange"
    """A request reached the tap."""
    REFUSED_CONNECTION = "refused connection"
    """The tap refused the connection, during an outage."""
    FAILED_CONNECTION = "failed connection"
    """The tap took the connection; the dependency could not be connected to."""
    FAILED_HANDSHAKE = "failed handshake"
    """The TLS handshake failed at the tap."""


class AttemptFailure(StrEnum):
    """Why an attempt counts as failed; the value is its text."""

    REFUSED = "connection refused"
    NOT_CONNECTED = "could not be connected"
    HANDSHAKE = "TLS handshake failed"
    NO_ANSWER = "failed"
    """The exchange ended without a whole answer."""
    SERVER_ERROR = "server error"
    """The dependency, or a fault in its place, answered that it does not work: with a status of 500
    or above, or with such an SQLSTATE."""
    UNUSED = "its caller got no answer that rests on it"
    """The tap saw no failure, but the caller got an error or a fallback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call attempt that reached the dependency's tap.

    Verdicts rest on these fields. Its text, `str(attempt)`, is made from them and decides nothing.
    """

    kind: AttemptKind
    started: float
    ended: float | None
    """When it was over for the target; None while it is pending."""
    request: str = ""
    """"GET /agents", "HGETALL" or "SELECT notes"; empty where no request came."""
    status: int | None = None
    """The answer's HTTP status; None without one."""
    reply: str = ""
    """The answer's first word on the wire: "200", "OK" for Redis, "SELECT" or "57P03" for
    PostgreSQL; empty without one."""
    meaning: AnswerMeaning | None = None
    """What the answer says of the dependency; None where nothing says it."""
    outcome: ExchangeOutcome = ExchangeOutcome.FAILED
    """What the tap saw become of it."""
    failure: AttemptFailure | None = None
    """Why it counts as failed; None where it does not."""
    reason: str = ""
    """The peer's own words for a failed handshake, such as "tlsv1 alert unknown ca"."""

    @property
    def failed(self) -> bool:
        """Whether it counts as failed."""
        return self.failure is not None

    @property
    def is_client_error(self) -> bool:
        """Whether the answer refused the call (4xx), which is no failure of the dependency."""
        if self.meaning is not None:
            return self.meaning is AnswerMeaning.REFUSAL
        return self.status is not None and 400 <= self.status < 500

    def __str__(self) -> str:
        match self.kind:
            case AttemptKind.EXCHANGE:
                return f"{self.request}: {self.reply or self.outcome}"
            case AttemptKind.REFUSED_CONNECTION:
                return AttemptFailure.REFUSED
            case AttemptKind.FAILED_CONNECTION:
                return AttemptFailure.NOT_CONNECTED
            case AttemptKind.FAILED_HANDSHAKE:
                return f"{AttemptFailure.HANDSHAKE}: {self.reason}"
