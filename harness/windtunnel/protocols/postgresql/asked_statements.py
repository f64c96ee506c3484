"""Reads what a client of PostgreSQL asks for, and begins the exchanges."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from windtunnel.protocols.exchanges import UNREAD, Exchanges, Pending
from windtunnel.protocols.postgresql.messages import (
    CONFIRMING,
    FROM_CLIENT,
    FROM_SERVER,
    MessageReader,
)
from windtunnel.protocols.postgresql.prepared import PreparedStatements
from windtunnel.protocols.postgresql.rounds import AwaitedUnit, ReadyRound
from windtunnel.protocols.postgresql.startup import OpeningPacket, OpeningReader, UnreadableOpening
from windtunnel.protocols.postgresql.statement_names import StatementName, statement_name
from windtunnel.protocols.postgresql.upkeep import Upkeep
from windtunnel.records import Hidden, TransactionState

MOST_PENDING = 10_000
"""Exchanges of one connection that may be under way; beyond that nothing more is read."""
ENCRYPTED = (
    "the connection is encrypted, so that its statements cannot be read: let the target connect"
    " with sslmode=disable and gssencmode=disable"
)
REPLICATION = "a connection for replication is not read"
TOO_MANY = "more statements are under way than are read"


class AskedStatements(Exchanges):
    """The half of a PostgreSQL connection that comes from the client."""

    def __init__(self) -> None:
        super().__init__()
        self._opening: OpeningReader | None = OpeningReader()
        self._from_client = MessageReader(FROM_CLIENT)
        self._from_server = MessageReader(FROM_SERVER)
        self._prepared = PreparedStatements()
        self._rounds: deque[ReadyRound] = deque()
        """What is not answered, in order."""
        self._open: ReadyRound | None = None
        """The round that waits for its Sync."""
        self._start: AwaitedUnit | None = None
        """The exchange that opens the connection."""
        self._asked_to_encrypt = False
        """Whether the server's next byte says if it encrypts."""
        self._transaction: TransactionState | None = None
        self._began: float | None = None
        """When the first byte came of a message that is not whole."""
        self._empty_transaction = False
        """Whether a transaction was begun in which no call was made."""
        self._blind = self._deaf = False

    # What comes from the target.

    def received(self, data: bytes, now: float) -> None:
        """Read what the client sends."""
        if self._blind:
            return
        began = now if self._began is None else self._began
        if self._opening is not None:
            data = self._open_connection(data, began, now)
            if not data:
                return
        reader = self._from_client
        for letter, body in reader.feed(data):
            self._on_message[letter](self, body, began)
            began = now
        if len(self._pending) > MOST_PENDING:
            self._unread(TOO_MANY, now)
        if reader.broken:
            self._unreadable(reader.broken, began, now)
            return
        self._began = began if reader.begun and not self._blind else None

    def _unreadable(self, why: str, began: float, now: float) -> None:
        self.unseen(self.begin(UNREAD, began), now)
        self._stop_seeing(f"a message of the client could not be read: {why}", now)

    def _open_connection(self, data: bytes, began: float, now: float) -> bytes:
        """Read packets until a session begins; return what follows."""
        while data and self._opening is not None and not self._blind:
            try:
                asked, data = self._opening.feed(data)
            except UnreadableOpening as error:
                self._unreadable(f"{error}", began, now)
                return b""
            self._began = began if self._opening.begun else None
            if asked is None:
                return b""
            if self._start is None:
                self._start = AwaitedUnit(self.begin("STARTUP", began, handshake=True), runs=True)
                self._rounds.append(ReadyRound(extended=False, closed=True, units=[self._start]))
            match asked:
                case OpeningPacket.SESSION:
                    self._opening = None
                case OpeningPacket.TLS | OpeningPacket.GSS:
                    self._asked_to_encrypt = True
                case OpeningPacket.CANCEL:
                    # It has no answer: the server only closes the connection.
                    self._start.pending.request = "CANCEL"
                    self._rounds.clear()
                    self.answer(self._start.pending, "", now)
                    self._stop_reading()
                case OpeningPacket.REPLICATION:
                    self._unread(REPLICATION, now)
                case OpeningPacket.DIRECT_TLS:
                    self._unread(ENCRYPTED, now)
        return data

    def _query(self, body: bytes, began: float) -> None:
        unit = AwaitedUnit(self._begin("", began), runs=True, simple=True)
        self._name(unit.pending, statement_name(_text(body)))
        self._close_with(unit)

    def _function(self, body: bytes, began: float) -> None:
        self._close_with(AwaitedUnit(self._begin("FUNCTION", began), runs=True))
        self._empty_transaction = False

    def _close_with(self, unit: AwaitedUnit) -> None:
        """Add what ends a round by itself."""
        if self._open is None:
            self._rounds.append(ReadyRound(extended=False, closed=True, units=[unit]))
            return
        self._open.units.append(unit)
        self._open.closed = True
        self._open = None

    def _extended(self) -> ReadyRound:
        if self._open is None:
            self._open = ReadyRound(extended=True, closed=False)
            self._rounds.append(self._open)
        return self._open

    def _prepare(self, request: str, began: float) -> AwaitedUnit:
        """Return the unit that a message belongs to; it begins one where none is to be executed."""
        opened = self._open or self._extended()
        unit = opened.units[-1] if opened.units else None
        if unit is None or unit.runs:
            unit = AwaitedUnit(self._begin(request, began))
            unit.pending.handshake = True
            opened.units.append(unit)
        unit.awaited += 1
        unit.flushed = False
        return unit

    def _parse(self, body: bytes, began: float) -> None:
        name, _, rest = body.partition(b"\0")
        statement = statement_name(_text(rest))
        self._prepared.parse(name, statement)
        self._prepare(statement.prepared, began)

    def _bind(self, body: bytes, began: float) -> None:
        portal, _, rest = body.partition(b"\0")
        bound = self._prepared.bind(portal, rest.partition(b"\0")[0])
        self._prepare(bound.bound, began)

    def _describe(self, body: bytes, began: float) -> None:
        self._prepare("DESCRIBE", began)

    def _execute(self, body: bytes, began: float) -> None:
        unit = self._prepare("EXECUTE", began)
        portal = self._prepared.portal(body.partition(b"\0")[0])
        unit.runs = True
        self._name(unit.pending, portal.statement)
        # Further rows of a call are no further call.
        unit.pending.handshake = unit.pending.handshake or portal.ran
        portal.ran = True

    def _flush(self, body: bytes, began: float) -> None:
        unit = self._extended().current
        if unit is not None:
            unit.flushed = True
            self._from_server.kinds = CONFIRMING

    def _close(self, body: bytes, began: float) -> None:
        self._prepared.close(body[:1], body[1:].partition(b"\0")[0])
        opened = self._extended()
        if not opened.units or opened.current is not None:
            self._prepare("CLOSE", began)

    def _sync(self, body: bytes, began: float) -> None:
        opened = self._extended()
        if not opened.units:
            self._prepare("SYNC", began)
        opened.closed = True
        self._open = None

    def _begin(self, request: str, began: float) -> Pending:
        pending = self.begin(request, began)
        pending.transaction_before = self._transaction
        return pending

    def _name(self, pending: Pending, statement: StatementName) -> None:
        """Name an exchange, and say whether it is a call: also the end of a transaction without."""
        pending.request = statement.text or "EMPTY"
        kept = statement.upkeep
        pending.handshake = kept is not None
        if kept is None:
            self._empty_transaction = False
        elif kept is Upkeep.BEGINS:
            self._empty_transaction = True
        elif kept is Upkeep.ENDS:
            pending.handshake = not self._empty_transaction
            self._empty_transaction = False

    def _unread(self, why: str, now: float) -> None:
        """Read nothing more in either direction, and say why."""
        if self._start is not None and self.awaits(self._start.pending):
            self._start.pending.request = UNREAD
        self._stop_seeing(why, now)
        self._stop_hearing(why, now)

    def _stop_reading(self) -> None:
        self._blind = self._deaf = True

    def _stop_seeing(self, why: str, now: float) -> None:
        self._blind = True
        self._began = None
        self.blind(why, now)

    def _stop_hearing(self, why: str, now: float) -> None:
        self._deaf = True
        if not self._blind:
            self.blind(why, now, Hidden.ANSWERS)
        for pending in self.pending:
            self.unseen(pending, now)
        self._rounds.clear()
        self._open = None

    _on_message: ClassVar[Mapping[int, Callable[[Any, bytes, float], None]]] = {
        ord("Q"): _query,
        ord("P"): _parse,
        ord("B"): _bind,
        ord("D"): _describe,
        ord("E"): _execute,
        ord("C"): _close,
        ord("S"): _sync,
        ord("F"): _function,
        ord("H"): _flush,
    }


def _text(body: bytes) -> str:
    """Return the text that a message begins with."""
    return body.partition(b"\0")[0].decode("utf-8", "replace")
