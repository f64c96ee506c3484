"""One request or command at the tap, and its answer."""

from dataclasses import dataclass
from enum import StrEnum

from windtunnel.records.answer_meaning import AnswerMeaning
from windtunnel.records.recorded_field import FieldState, RecordedField
from windtunnel.records.transaction_state import TransactionState

CLIENT_ERRORS, SERVER_ERRORS = 400, 500
"""From which HTTP status on an answer is an error of the client, and of the server."""


class ExchangeOutcome(StrEnum):
    """What became of one exchange with a dependency."""

    ANSWERED = "answered"
    FAILED = "failed"
    UNSEEN = "unseen"
    """The tap could not read the request, its answer, or whether one came. No criterion counts it
    as good or as failed."""
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request or command that reached the tap on a connection, and its answer."""

    dependency: str
    connection: int
    index: int
    """Counts the exchanges of the connection from 0. Above 0, the connection was reused."""
    request: str
    """"GET /agents", "HGETALL" or "SELECT notes". "bytes" where it could not be read,
    or no protocol is known."""
    started: float
    """When its first byte arrived."""
    ended: float | None = None
    """When its answer was complete, or when it failed. None while it is pending."""
    outcome: ExchangeOutcome = ExchangeOutcome.PENDING
    status: str = ""
    """The answer's status, empty without one: "200"; for Redis "OK" or the error's first word; for
    PostgreSQL the first word of the command's tag, or the error's SQLSTATE."""
    meaning: AnswerMeaning | None = None
    """What the protocol says of the answer; None without one, and where the status is HTTP's."""
    handshake: bool = False
    """Whether it belongs to the call that it prepares or ends, and is none itself: Redis AUTH,
    HELLO, CLIENT, SELECT; PostgreSQL's start, what is only prepared, BEGIN, COMMIT, SET."""
    transaction_before: TransactionState | None = None
    """The database's transaction when it came; None where the protocol has none."""
    transaction_after: TransactionState | None = None
    """The same after its answer."""
    forwarded: bool = True
    """False where a fault answered or reset it at the tap. The dependency never got it then."""
    faults: tuple[str, ...] = ()
    """The HTTP toxics that altered it."""
    dependency_status: str = ""
    """The status that the dependency gave wholly, where an HTTP fault was to strike its answer: the
    target may have got another one, or none. Empty elsewhere."""

    @property
    def is_unread(self) -> bool:
        """Whether something came that may be a call, several, or none: it could not be read."""
        return self.outcome is ExchangeOutcome.UNSEEN and self.request == "bytes"

    fields: tuple[RecordedField, ...] = ()
    """What the configuration has recorded of it: headers, and fields of a JSON body."""

    def field(self, name: str) -> RecordedField:
        """Return a recorded field by its name in records; unread where nothing is known of it."""
        for each in self.fields:
            if each.name == name:
                return each
        return RecordedField(name=name, state=FieldState.UNREAD)

    @property
    def answer_was_lost(self) -> bool:
        """Whether the dependency answered wholly, and its answer did not arrive so."""
        return self.outcome is ExchangeOutcome.FAILED and bool(self.dependency_status)

    @property
    def http_status(self) -> int | None:
        """The status as a number; None without one, or where it is none of HTTP's.

        An SQLSTATE such as 40001 has digits only, and is no number.
        """
        return int(self.status) if self.meaning is None and self.status.isdecimal() else None

    @property
    def says(self) -> AnswerMeaning | None:
        """What the answer says of the dependency; None without a status that says anything."""
        status = self.http_status
        if self.meaning is not None or status is None:
            return self.meaning
        if status >= SERVER_ERRORS:
            return AnswerMeaning.FAILURE
        return AnswerMeaning.REFUSAL if status >= CLIENT_ERRORS else AnswerMeaning.GOOD
