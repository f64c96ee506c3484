"""What every protocol's watcher does: begin exchanges, answer them, fail what is left."""

from collections.abc import Callable
from dataclasses import dataclass

from windtunnel.protocols.request_fields import RequestFields
from windtunnel.records import (
    AnswerMeaning,
    BlindSpot,
    ExchangeOutcome,
    Hidden,
    RecordedField,
    TransactionState,
)

UNREAD = "bytes"
"""The request of an exchange that cannot be read, or of one by turns."""


@dataclass(slots=True, eq=False)
class Pending:
    """An exchange that has begun."""

    index: int
    request: str
    started: float
    handshake: bool = False
    head: bool = False
    forwarded: bool = True
    faults: tuple[str, ...] = ()
    dependency_status: str = ""
    """What the dependency answered wholly, where toxics stood between it and the target."""
    fields: tuple[RecordedField, ...] = ()
    left: float | None = None
    """When its caller sent its end of data before the answer was whole."""
    late: tuple[str, float] | None = None
    """The status and the time of an answer that was handed on after that."""
    meaning: AnswerMeaning | None = None
    """What the answer says of the dependency, where its status is not HTTP's."""
    transaction_before: TransactionState | None = None
    transaction_after: TransactionState | None = None


State = tuple[ExchangeOutcome, str, float | None]
"""What became of an exchange so far: outcome, status, end."""
Done = Callable[[Pending, ExchangeOutcome, str, float], None]


class Exchanges:
    """Finds exchanges in a connection's bytes. The base does so by turns, for any protocol."""

    def __init__(self) -> None:
        self._pending: dict[int, Pending] = {}
        """Begun and not answered, in order, each by its place on the connection."""
        self.blind_spots: list[BlindSpot] = []
        """Each lasts until the connection's end."""
        self.done: Done = lambda pending, outcome, status, now: None
        self.arrived: Callable[[float], None] = lambda now: None
        """Told of bytes that continue a turn: they may be other calls."""
        self.begun = 0
        self._turn: Pending | None = None
        self._answering = False
        self._last = 0.0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.begun} begun, {len(self._pending)} pending>"

    def record(self, wanted: RequestFields) -> None:
        """Record these fields of each request, where the protocol has such."""

    @property
    def pending(self) -> list[Pending]:
        """The exchanges that have begun and are not answered, in order."""
        return list(self._pending.values())

    def awaits(self, pending: Pending | None) -> bool:
        """Whether an exchange is under way."""
        return pending is not None and pending.index in self._pending

    def received(self, data: bytes, now: float) -> None:
        """Bytes came from the target: after an answer they begin another exchange."""
        turn = self._turn
        if self._answering:
            self._answering = False
            if turn is not None:
                self.answer(turn, "", self._last)
                turn = None
        if turn is None:
            self._turn = self.begin(UNREAD, now)
        else:
            self.arrived(now)

    def answered(self, data: bytes, now: float) -> None:
        """Bytes were handed on to the target."""
        self._answering = True
        self._last = now

    def finished(self, now: float) -> None:
        """Note that the dependency's end of data was handed on to the target."""

    @property
    def idle(self) -> bool:
        """Whether what comes from the target next begins an exchange."""
        return self._turn is None or self._answering

    def at(self, place: int) -> Pending | None:
        """Return the exchange under way at this place on the connection, or None."""
        return self._pending.get(place)

    def begin(self, request: str, now: float, *, handshake: bool = False) -> Pending:
        """Note that an exchange has begun."""
        pending = Pending(self.begun, request, now, handshake)
        self.begun += 1
        self._pending[pending.index] = pending
        return pending

    def answer(self, pending: Pending, status: str, now: float) -> None:
        """Note that its answer was handed on whole."""
        if pending.left is not None:
            # Whether its caller is still there shows only afterwards.
            pending.late = (status, now)
            return
        del self._pending[pending.index]
        self.done(pending, ExchangeOutcome.ANSWERED, status, now)

    def unseen(self, pending: Pending, now: float) -> None:
        """Note that what becomes of it cannot be seen."""
        del self._pending[pending.index]
        self.done(pending, ExchangeOutcome.UNSEEN, "", now)

    def blind(self, what: str, since: float, hides: Hidden = Hidden.CALLS) -> None:
        """Note what can't be seen from a time on."""
        if all(spot.what != what for spot in self.blind_spots):
            self.blind_spots.append(BlindSpot(what=what, since=since, hides=hides))

    def leave(self, now: float) -> None:
        """Note that the target sent its end of data: what it waits for, it waits for no longer.

        A caller that ends only its own direction still takes the answer; see `state`.
        """
        if self._turn is not None and self._answering and self.awaits(self._turn):
            self.answer(self._turn, "", self._last)
        for pending in self._pending.values():
            if pending.left is None:
                pending.left = now

    def state(self, pending: Pending, *, gone: bool) -> State:
        """Return what became of an exchange under way; `gone` says that its caller is not there."""
        if pending.late is not None and not gone:
            status, ended = pending.late
            return ExchangeOutcome.ANSWERED, status, ended
        if pending is self._turn and self._answering and not (gone and pending.left is not None):
            return ExchangeOutcome.ANSWERED, "", self._last
        if pending.left is not None:
            return ExchangeOutcome.FAILED, "", pending.left
        return ExchangeOutcome.PENDING, "", None

    def end(self, now: float, *, gone: bool = False) -> None:
        """Fail what is left when the connection ends."""
        for pending in self.pending:
            outcome, status, ended = self.state(pending, gone=gone)
            if ended is None:
                outcome, ended = ExchangeOutcome.FAILED, now
            self.done(pending, outcome, status, ended)
        self._pending = {}
