"""One dependency's records: what is over, bounded in number, and what is under way."""

import math
import time
from collections import deque
from dataclasses import replace

from windtunnel.protocols.exchanges import Pending
from windtunnel.protocols.request_fields import RequestFields
from windtunnel.protocols.wire_protocol import WireProtocol
from windtunnel.proxy.byte_counts import ByteCounts
from windtunnel.proxy.events import EventBroadcast
from windtunnel.proxy.evidence.connection_recorder import ConnectionRecorder, Finished, as_record
from windtunnel.proxy.evidence.totals import Totals
from windtunnel.records import (
    Arrival,
    BlindSpot,
    Connection,
    Evidence,
    ExchangeOutcome,
    Handshake,
    HandshakeOutcome,
    Refusals,
    Touch,
)

KEPT = 100_000
"""Finished records of each kind that are kept; older ones are dropped, and counted."""


class DependencyRecorder:
    """The records of one dependency."""

    def __init__(
        self,
        dependency: str,
        protocol: WireProtocol,
        events: EventBroadcast | None = None,
        *,
        kept: int = KEPT,
    ) -> None:
        self.dependency = dependency
        self.fields: RequestFields | None = None
        """What is recorded of each request; None: nothing."""
        self._events = events or EventBroadcast()
        self._protocol = protocol
        self._connections: deque[Connection] = deque(maxlen=kept)
        self._exchanges: deque[Finished] = deque(maxlen=kept)
        self._arrivals: deque[Arrival] = deque(maxlen=kept)
        self._open: dict[int, ConnectionRecorder] = {}
        self._numbers = 0
        self._over = Totals()
        """The totals of the connections that are over."""
        self._dropped = 0
        self._dropped_until = -math.inf
        """The latest end of a dropped record. Evidence after it is complete."""
        self._blind_spots: dict[str, BlindSpot] = {}
        """By what they say, each from its first begin to its last end."""

    def __repr__(self) -> str:
        return f"<DependencyRecorder of {self.dependency}: {self._numbers} connections>"

    def opened(
        self, now: float, upstream: ByteCounts, downstream: ByteCounts
    ) -> ConnectionRecorder:
        """Begin the record of a connection; its bytes are counted by others."""
        self._numbers += 1
        exchanges = self._protocol.exchanges()
        if self.fields is not None:
            exchanges.record(self.fields)
        recorder = ConnectionRecorder(
            self,
            self._numbers,
            exchanges,
            now,
            upstream=upstream,
            downstream=downstream,
        )
        self._open[recorder.number] = recorder
        return recorder

    def record(
        self, hashed: tuple[str, ...] | None, clear: tuple[str, ...] | None, key: str
    ) -> None:
        """Record these fields on connections from now on; where both are None, as before."""
        if hashed is not None or clear is not None:
            self.fields = RequestFields(hashed or (), clear or (), key)

    def closed(self, recorder: ConnectionRecorder, record: Connection) -> None:
        """Keep the record of a connection that is over."""
        del self._open[recorder.number]
        if len(self._connections) == self._connections.maxlen:
            self._drop(self._connections[0].closed)
        self._connections.append(record)
        self._over += recorder.totals
        self._events.publish("connection", record)
        for spot in recorder.exchanges.blind_spots:
            _join(self._blind_spots, replace(spot, until=record.closed))

    def shook(self, number: int, handshake: Handshake) -> None:
        """Keep what became of a connection's handshake so far, unless the connection is over."""
        recorder = self._open.get(number)
        if recorder is None:
            return
        recorder.handshake = handshake
        if handshake.outcome is not HandshakeOutcome.PENDING:
            what = {"proxy": self.dependency, "connection": number, "handshake": handshake}
            self._events.publish("handshake", what)

    def overlooked(self, number: int, text: str) -> None:
        """Note what cannot be seen of a connection from now on, unless the connection is over."""
        if number in self._open:
            self._open[number].notice(text)

    def exchanged(
        self, number: int, pending: Pending, outcome: ExchangeOutcome, status: str, ended: float
    ) -> None:
        """Keep an exchange that is over, of a connection by its number."""
        if len(self._exchanges) == self._exchanges.maxlen:
            self._drop(self._exchanges[0][-1])
        finished = (number, pending, outcome, status, ended)
        self._exchanges.append(finished)
        if self._events.heard:
            self._events.publish("exchange", as_record(self.dependency, finished))

    def arrived(self, number: int, now: float) -> None:
        """Keep that bytes came on a connection which continue a turn."""
        if len(self._arrivals) == self._arrivals.maxlen:
            self._drop(self._arrivals[0].at)
        self._arrivals.append(Arrival(connection=number, at=now))

    def notice(self, text: str, now: float) -> None:
        """Note what could not be done now."""
        _join(self._blind_spots, BlindSpot(what=text, since=now, until=now))

    @property
    def totals(self) -> Totals:
        """What this dependency's tap has seen since it began."""
        return sum((recorder.totals for recorder in self._open.values()), self._over)

    def evidence(
        self, since: float, refusals: tuple[Refusals, ...], touches: tuple[Touch, ...]
    ) -> Evidence:
        """Return what ended at or after `since`, and what is under way.

        Incomplete, with all that were dropped so far, only if one of those ended in that time too;
        blind only by what was not over before it.
        """
        connections = [c for c in self._connections if c.closed is None or c.closed >= since]
        exchanges = [
            as_record(self.dependency, each)
            for each in self._exchanges
            if each[-1] is None or each[-1] >= since
        ]
        blind_spots = dict(self._blind_spots)
        for recorder in self._open.values():
            connections.append(recorder.record())
            exchanges.extend(recorder.pending())
            for spot in recorder.exchanges.blind_spots:
                _join(blind_spots, spot)
        return Evidence(
            dependency=self.dependency,
            at=time.monotonic(),
            connections=tuple(connections),
            exchanges=tuple(sorted(exchanges, key=lambda exchange: exchange.started)),
            arrivals=tuple(each for each in self._arrivals if each.at >= since),
            tells_calls_apart=self._protocol.separates_calls,
            refusals=tuple(r for r in refusals if r.until is None or r.until >= since),
            touches=touches,
            recorded=self.fields.names if self.fields else (),
            recorded_in_clear=self.fields.clear if self.fields else (),
            digest_key=self.fields.key if self.fields else "",
            dropped=self._dropped if self._dropped_until >= since else 0,
            blind_spots=tuple(s for s in blind_spots.values() if s.overlaps(since, math.inf)),
        )

    def _drop(self, ended: float | None) -> None:
        self._dropped += 1
        # One without an end would be part of any window.
        self._dropped_until = max(self._dropped_until, math.inf if ended is None else ended)


def _join(spots: dict[str, BlindSpot], spot: BlindSpot) -> None:
    before = spots.get(spot.what)
    spots[spot.what] = spot if before is None else before.joined(spot)
