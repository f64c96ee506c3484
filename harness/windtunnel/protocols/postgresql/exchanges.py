"""Finds the exchanges in a PostgreSQL connection: one for each statement that is run."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from windtunnel.protocols.exchanges import Pending, State
from windtunnel.protocols.postgresql.asked_statements import (
    ENCRYPTED,
    REPLICATION,
    AskedStatements,
)
from windtunnel.protocols.postgresql.messages import FROM_SERVER
from windtunnel.protocols.postgresql.rounds import AwaitedUnit, ReadyRound
from windtunnel.protocols.postgresql.server_error import ServerError
from windtunnel.protocols.postgresql.sqlstates import meaning
from windtunnel.records import AnswerMeaning, ExchangeOutcome, TransactionState

SKIPPED = "skipped"
"""The status of what a server passes over after an error, up to the Sync."""
VERBS = {b"SELECT 1\0": "SELECT", b"INSERT 0 1\0": "INSERT", b"UPDATE 1\0": "UPDATE"}
"""The first words of the most usual tags."""
UNASKED = "an answer came that nothing asked for"
ERROR = ord("E")
STATES = {
    b"I": TransactionState.NONE,
    b"T": TransactionState.OPEN,
    b"E": TransactionState.FAILED,
}
UNDER_WAY = frozenset({TransactionState.OPEN, TransactionState.FAILED})


class PostgresqlExchanges(AskedStatements):
    """Statements and their answers in order: simple and extended queries, pipelines, COPY.

    What prepares a connection or a statement, and what frames calls (BEGIN, COMMIT, SET), is marked
    as no call of its own. Of statements only verb and tables are kept. After a change to TLS, and
    on connections for replication, nothing is read.
    """

    def answered(self, data: bytes, now: float) -> None:
        """Read what the server sends."""
        if self._asked_to_encrypt and data:
            self._asked_to_encrypt = False
            if data[:1] in {b"S", b"G"}:
                self._unread(ENCRYPTED, now)
            elif data[:1] == b"N":
                data = data[1:]
        if self._deaf:
            return
        reader, rounds = self._from_server, self._rounds
        for letter, body in reader.feed(data):
            if rounds:
                self._on_reply[letter](self, rounds[0], body, now)
            elif letter != ERROR:
                # An error says that the server ends an idle connection. All else is an answer.
                self._stop_hearing(UNASKED, now)
            if self._deaf:
                return
        if reader.broken:
            self._stop_hearing(f"a message of the server could not be read: {reader.broken}", now)

    def _confirmed(self, front: ReadyRound, body: bytes, now: float) -> None:
        """Take that the server has prepared something; a Query's rows are described, too."""
        unit = front.units[front.told] if front.told < len(front.units) else None
        if unit is None or not front.extended:
            return
        unit.awaited -= 1
        if unit.flushed and unit.awaited <= 0 and not unit.runs:
            # It awaits no Sync: what is executed later is a round trip of its own.
            front.units.remove(unit)
            self._finish(unit, now)

    def _command_complete(self, front: ReadyRound, body: bytes, now: float) -> None:
        verb = VERBS.get(body) or body.rstrip(b"\0").partition(b" ")[0].decode("latin-1")
        self._tell(front, verb, now)

    def _empty(self, front: ReadyRound, body: bytes, now: float) -> None:
        self._tell(front, "EMPTY", now)

    def _suspended(self, front: ReadyRound, body: bytes, now: float) -> None:
        self._tell(front, "SUSPENDED", now)

    def _function_result(self, front: ReadyRound, body: bytes, now: float) -> None:
        self._tell(front, "FUNCTION", now)

    def _copy_both(self, front: ReadyRound, body: bytes, now: float) -> None:
        self._unread(REPLICATION, now)

    def _copy_in(self, front: ReadyRound, body: bytes, now: float) -> None:
        unit = front.front
        if not (front.extended and front.closed) or (unit is not None and unit.simple):
            return
        # The server passes over a Sync that came before the data: another will follow.
        if self._open is None and len(self._rounds) == 1:
            front.closed, self._open = False, front
        else:
            self._stop_hearing("a COPY stands amid a pipeline", now)

    def _tell(self, front: ReadyRound, status: str, now: float) -> None:
        """Give a status to the unit that is answered now."""
        unit = front.front if front.extended or not front.units else front.units[0]
        if unit is None or not unit.runs or unit is self._start:
            self._stop_hearing(UNASKED, now)
            return
        unit.status, unit.meaning, unit.at = status, AnswerMeaning.GOOD, now
        if not unit.simple:
            front.told += 1

    def _error(self, front: ReadyRound, body: bytes, now: float) -> None:
        if not front.units:
            return
        error = ServerError.parse(body)
        unit = front.front or front.units[-1]
        unit.status, unit.meaning, unit.at = error.sqlstate, meaning(error.sqlstate), now
        front.failed = True
        if error.ends_connection:
            # Nothing else is answered.
            front.units.remove(unit)
            self._finish(unit, now)

    def _ready(self, front: ReadyRound, body: bytes, now: float) -> None:
        if not front.closed:
            self._stop_hearing("the server was ready before it was asked to be", now)
            return
        self._rounds.popleft()
        self._from_server.kinds = FROM_SERVER
        self._transaction = STATES.get(body)
        for unit in front.units:
            self._finish(unit, now, skipped=front.failed)

    def _finish(self, unit: AwaitedUnit, now: float, *, skipped: bool = False) -> None:
        pending = unit.pending
        pending.transaction_after = self._transaction
        status = unit.status
        pending.meaning = unit.meaning or AnswerMeaning.GOOD
        if status is None:
            if unit.runs and unit is not self._start:
                if not skipped:
                    self.unseen(pending, now)
                    return
                # It was never run: whoever awaits it gets the error before.
                pending.handshake, pending.meaning = True, AnswerMeaning.REFUSAL
            status = SKIPPED if skipped else "OK"
        self.answer(pending, status, now)

    @property
    def idle(self) -> bool:
        """Whether every statement has been answered, and no transaction goes on."""
        read = not (self._blind or self._deaf)
        waits = self._pending or self._began is not None or self._transaction in UNDER_WAY
        return read and not waits

    def state(self, pending: Pending, *, gone: bool) -> State:
        """Return what became of an exchange; what was told before the Sync has its answer."""
        if self._open is not None and pending.left is None:
            for unit in self._open.units:
                if unit.pending is pending and unit.status is not None:
                    pending.meaning = unit.meaning
                    return ExchangeOutcome.ANSWERED, unit.status, unit.at
        return super().state(pending, gone=gone)

    _on_reply: ClassVar[Mapping[int, Callable[[Any, ReadyRound, bytes, float], None]]] = {
        ord("Z"): _ready,
        ord("C"): _command_complete,
        ERROR: _error,
        ord("I"): _empty,
        ord("s"): _suspended,
        ord("V"): _function_result,
        **dict.fromkeys(map(ord, "123Tn"), _confirmed),
        ord("G"): _copy_in,
        ord("W"): _copy_both,
    }
