"""One dependency's records: what is over, bounded in number, and what is under way."""

import time
from collections import deque
from dataclasses import dataclass, fields

from harness.proxy.events import Events
from harness.proxy.evidence.exchanges import Exchanges, Pending
from harness.proxy.evidence.http import HttpExchanges
from harness.proxy.evidence.redis import RedisExchanges
from harness.records import Connection, Ending, Evidence, Exchange, Outcome, Refusals, Touch

KEPT = 100_000
"""Finished records of each kind that are kept; older ones are dropped, and counted."""

PROTOCOLS: dict[str, type[Exchanges]] = {
    "http": HttpExchanges,
    "redis": RedisExchanges,
    "tcp": Exchanges,
}


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts since a beginning: that of the records, or a mark."""

    connections: int = 0
    exchanges: int = 0
    received: int = 0
    """Bytes that came from the target."""
    forwarded: int = 0
    """Bytes that went on to the dependency."""
    came: int = 0
    """Bytes that came from it."""
    sent: int = 0
    """Bytes that went back to the target."""

    def __sub__(self, before: "Totals") -> "Totals":
        return Totals(
            *(getattr(self, each.name) - getattr(before, each.name) for each in fields(self))
        )

    def __add__(self, more: "Totals") -> "Totals":
        return Totals(
            *(getattr(self, each.name) + getattr(more, each.name) for each in fields(self))
        )


class Recorder:
    """The records of one dependency."""

    def __init__(
        self, dependency: str, protocol: str, events: Events | None = None, *, kept: int = KEPT
    ) -> None:
        self.dependency = dependency
        self._events = events or Events()
        self._protocol = PROTOCOLS[protocol]
        self._connections: deque[Connection] = deque(maxlen=kept)
        self._exchanges: deque[Exchange] = deque(maxlen=kept)
        self._open: dict[int, ConnectionWatch] = {}
        self._numbers = 0
        self._over = Totals()
        """Of the connections that are over."""
        self._dropped = 0
        self._blind_spots: dict[str, None] = {}

    def __repr__(self) -> str:
        return f"<Recorder of {self.dependency}: {self._numbers} connections>"

    def opened(self, now: float) -> "ConnectionWatch":
        """Begin the record of a connection."""
        self._numbers += 1
        watch = ConnectionWatch(self, self._numbers, self._protocol(), now)
        self._open[watch.number] = watch
        return watch

    def closed(self, watch: "ConnectionWatch", record: Connection) -> None:
        """Keep the record of a connection that is over."""
        del self._open[watch.number]
        self._dropped += len(self._connections) == self._connections.maxlen
        self._connections.append(record)
        self._over += watch.totals
        self._events.tell("connection", record)
        for blind_spot in watch.exchanges.blind_spots:
            self._blind_spots.setdefault(blind_spot)

    def exchanged(self, record: Exchange) -> None:
        """Keep the record of an exchange that is over."""
        self._dropped += len(self._exchanges) == self._exchanges.maxlen
        self._exchanges.append(record)
        self._events.tell("exchange", record)

    def notice(self, text: str) -> None:
        """Note what could not be done."""
        self._blind_spots.setdefault(text)

    @property
    def totals(self) -> Totals:
        """What this dependency's tap has seen since it began."""
        return sum((watch.totals for watch in self._open.values()), self._over)

    def evidence(
        self, since: float, refusals: tuple[Refusals, ...], touches: tuple[Touch, ...]
    ) -> Evidence:
        """Return what ended at or after `since`, and what is under way."""
        connections = [c for c in self._connections if c.closed is None or c.closed >= since]
        exchanges = [e for e in self._exchanges if e.ended is None or e.ended >= since]
        blind_spots = dict(self._blind_spots)
        for watch in self._open.values():
            connections.append(watch.record())
            exchanges.extend(watch.pending())
            for blind_spot in watch.exchanges.blind_spots:
                blind_spots.setdefault(blind_spot)
        return Evidence(
            dependency=self.dependency,
            at=time.monotonic(),
            connections=tuple(connections),
            exchanges=tuple(sorted(exchanges, key=lambda exchange: exchange.started)),
            refusals=tuple(r for r in refusals if r.until is None or r.until >= since),
            touches=touches,
            dropped=self._dropped,
            blind_spots=tuple(blind_spots),
        )


class ConnectionWatch:
    """Records one connection; it satisfies `link.Watcher`."""

    def __init__(
        self, recorder: Recorder, number: int, exchanges: Exchanges, opened: float
    ) -> None:
        self.number = number
        self.exchanges = exchanges
        exchanges.done = self._done
        self._recorder = recorder
        self._opened = opened
        self._received = self._forwarded = self._came = self._sent = 0

    def __repr__(self) -> str:
        return f"<ConnectionWatch {self._recorder.dependency} {self.number}>"

    def received(self, data: bytes, now: float) -> None:
        """Bytes came from the target."""
        self._received += len(data)
        self.exchanges.received(data, now)

    def forwarded(self, size: int) -> None:
        """Bytes went on to the dependency."""
        self._forwarded += size

    def came(self, size: int) -> None:
        """Bytes came from the dependency."""
        self._came += size

    @property
    def totals(self) -> Totals:
        """What passed on this connection."""
        return Totals(
            1,
            self.exchanges.begun,
            self._received,
            self._forwarded,
            self._came,
            self._sent,
        )

    def answered(self, data: bytes, now: float) -> None:
        """Bytes were handed on to the target."""
        self._sent += len(data)
        self.exchanges.answered(data, now)

    def finished(self, now: float) -> None:
        """Note that the dependency's end of data was handed on."""
        self.exchanges.finished(now)

    def ended(self, by: Ending, now: float, *, reached: bool) -> None:
        """End the record."""
        self.exchanges.end(now)
        self._recorder.closed(self, self.record(closed=now, by=by, reached=reached))

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

    def notice(self, text: str) -> None:
        """Note what could not be done."""
        if text not in self.exchanges.blind_spots:
            self.exchanges.blind_spots.append(text)

    def record(
        self, *, closed: float | None = None, by: Ending | None = None, reached: bool = True
    ) -> Connection:
        """Return the connection as it is now."""
        return Connection(
            dependency=self._recorder.dependency,
            number=self.number,
            opened=self._opened,
            closed=closed,
            ended_by=by,
            reached=reached,
            received=self._received,
            sent=self._sent,
        )

    def pending(self) -> list[Exchange]:
        """Return the exchanges under way."""
        return [
            self._exchange(pending, Outcome.PENDING, "", None) for pending in self.exchanges.pending
        ]

    def _done(self, pending: Pending, outcome: Outcome, status: str, now: float) -> None:
        self._recorder.exchanged(self._exchange(pending, outcome, status, now))

    def _exchange(
        self, pending: Pending, outcome: Outcome, status: str, ended: float | None
    ) -> Exchange:
        return Exchange(
            dependency=self._recorder.dependency,
            connection=self.number,
            index=pending.index,
            request=pending.request,
            started=pending.started,
            ended=ended,
            outcome=outcome,
            status=status,
            handshake=pending.handshake,
            forwarded=pending.forwarded,
            faults=pending.faults,
        )
