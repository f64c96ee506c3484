"""Records one connection, from its opening to its end."""

import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from windtunnel.protocols.exchanges import Exchanges, Pending
from windtunnel.proxy.byte_counts import ByteCounts
from windtunnel.proxy.evidence.totals import Totals
from windtunnel.records import (
    Connection,
    Ending,
    Exchange,
    ExchangeOutcome,
    Handshake,
    HandshakeOutcome,
)

Finished = tuple[int, Pending, ExchangeOutcome, str, float | None]
"""A finished exchange, as it is kept until its record is asked for. The number is the
connection's."""


class RecordSink(Protocol):
    """Where the records go."""

    dependency: str

    def closed(self, recorder: "ConnectionRecorder", record: Connection) -> None:
        """Keep the record of a connection that is over."""
        ...

    def exchanged(
        self, number: int, pending: Pending, outcome: ExchangeOutcome, status: str, ended: float
    ) -> None:
        """Keep an exchange of a connection that is over."""
        ...

    def arrived(self, number: int, now: float) -> None:
        """Keep that bytes came which continue a turn."""
        ...


class ConnectionRecorder:
    """Records one connection; it is the link's `TrafficObserver`."""

    def __init__(
        self,
        sink: RecordSink,
        number: int,
        exchanges: Exchanges,
        opened: float,
        *,
        upstream: ByteCounts,
        downstream: ByteCounts,
    ) -> None:
        self.number = number
        self.exchanges = exchanges
        self.handshake: Handshake | None = None
        """Whoever reads the connection's TLS keeps it up to date."""
        # Straight to the exchanges: these two are called for every chunk.
        self.received: Callable[[bytes, float], None] = exchanges.received
        self.answered: Callable[[bytes, float], None] = exchanges.answered
        exchanges.done = partial(sink.exchanged, number)
        exchanges.arrived = partial(sink.arrived, number)
        self._gone: Callable[[], bool] = lambda: False
        self._sink = sink
        self._opened = opened
        self._upstream = upstream
        self._downstream = downstream

    def __repr__(self) -> str:
        return f"<ConnectionRecorder {self._sink.dependency} {self.number}>"

    def finished(self, now: float) -> None:
        """Note that the dependency's end of data was handed on."""
        self.exchanges.finished(now)

    def left(self, now: float, gone: Callable[[], bool]) -> None:
        """Note that the target sent its end of data."""
        self._gone = gone
        self.exchanges.leave(now)

    def ended(self, by: Ending, now: float, *, reached: bool) -> None:
        """End the record."""
        self.exchanges.end(now, gone=self._gone())
        self._sink.closed(self, self.record(closed=now, by=by, reached=reached))

    @property
    def idle(self) -> bool:
        """Whether every request that began has been answered."""
        return self.exchanges.idle

    @property
    def begun(self) -> int:
        """How many exchanges have begun."""
        return self.exchanges.begun

    def struck(self, place: int, toxic: str) -> None:
        """Note that a toxic altered the exchange at this place on the connection."""
        pending = self.exchanges.at(place)
        if pending is not None:
            pending.faults += (toxic,)

    def kept(self, place: int) -> None:
        """Note that the dependency does not get the request at this place."""
        pending = self.exchanges.at(place)
        if pending is not None:
            pending.forwarded = False

    def dependency_answered(self, place: int, status: str) -> None:
        """Note that the dependency answered the request at this place, wholly."""
        pending = self.exchanges.at(place)
        if pending is not None:
            pending.dependency_status = status

    def notice(self, text: str) -> None:
        """Note what could not be done."""
        self.exchanges.blind(text, time.monotonic())

    @property
    def totals(self) -> Totals:
        """What passed on this connection."""
        up, down = self._upstream, self._downstream
        shaken = self.handshake
        return Totals(
            connections=1,
            exchanges=self.exchanges.begun,
            received=up.taken,
            forwarded=up.given,
            came=down.taken,
            sent=down.given,
            handshakes=int(shaken is not None and shaken.began is not None),
            handshakes_failed=int(shaken is not None and shaken.outcome is HandshakeOutcome.FAILED),
        )

    def record(
        self, *, closed: float | None = None, by: Ending | None = None, reached: bool = True
    ) -> Connection:
        """Return the connection as it is now."""
        return Connection(
            dependency=self._sink.dependency,
            number=self.number,
            opened=self._opened,
            closed=closed,
            ended_by=by,
            reached=reached,
            received=self._upstream.taken,
            sent=self._downstream.given,
            handshake=self.handshake,
        )

    def pending(self) -> list[Exchange]:
        """Return the exchanges under way."""
        gone = self._gone()
        return [
            as_record(
                self._sink.dependency, (self.number, each, *self.exchanges.state(each, gone=gone))
            )
            for each in self.exchanges.pending
        ]


def as_record(dependency: str, finished: Finished) -> Exchange:
    """Return the record of an exchange."""
    number, pending, outcome, status, ended = finished
    return Exchange(
        dependency=dependency,
        connection=number,
        index=pending.index,
        request=pending.request,
        started=pending.started,
        ended=ended,
        outcome=outcome,
        status=status,
        meaning=pending.meaning,
        handshake=pending.handshake,
        transaction_before=pending.transaction_before,
        transaction_after=pending.transaction_after,
        forwarded=pending.forwarded,
        faults=pending.faults,
        fields=pending.fields,
        dependency_status=pending.dependency_status,
    )
