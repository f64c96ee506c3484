"""One direction of a connection: a chain of toxics, and the parcels that are on their way."""

import math
from collections import deque
from collections.abc import Iterator, Sequence

from windtunnel.toxics.chunk import Action, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic

OVERHEAD = 200
"""Bytes of memory that a parcel takes besides its data, about: thin slices must count too."""


class Pipeline:
    """Pure: bytes and times in, due parcels out. The caller keeps the clock."""

    def __init__(self, toxics: Sequence[ByteToxic] = ()) -> None:
        self.toxics = toxics
        self._waiting: deque[Chunk] = deque()
        self.size = 0
        """Bytes that wait, and what it takes to hold them."""

    def __repr__(self) -> str:
        return f"<Pipeline {self.toxics} {len(self._waiting)} waiting>"

    @property
    def toxics(self) -> Sequence[ByteToxic]:
        """What each parcel passes, in order."""
        return self._toxics

    @toxics.setter
    def toxics(self, toxics: Sequence[ByteToxic]) -> None:
        self._toxics = list(toxics)
        # Asked at every parcel; the few that ever ask to be woken are found once.
        self._wakeful = [
            (place, toxic)
            for place, toxic in enumerate(toxics)
            if type(toxic).wake is not ByteToxic.wake
        ]

    @property
    def clear(self) -> bool:
        """Whether bytes would pass at once, unchanged."""
        return not self._toxics and not self._waiting

    def feed(self, data: bytes, now: float, action: Action = Action.NONE) -> None:
        """Take what arrived, and let each toxic make of it what it will."""
        self._pass([Chunk(now, data, action)], self._toxics, now)

    def put(self, chunks: list[Chunk], now: float) -> None:
        """Take parcels that may be due later; order is kept all the same."""
        self._pass(chunks, self.toxics, now)

    def _pass(self, chunks: list[Chunk], toxics: Sequence[ByteToxic], now: float) -> None:
        for toxic in toxics:
            if not chunks:
                return
            if toxic.touches_all:
                toxic.touched = now
            if len(chunks) == 1:
                chunks = toxic.pass_on(chunks[0])
            else:
                chunks = [after for chunk in chunks for after in toxic.pass_on(chunk)]
        for chunk in chunks:
            if self._waiting and chunk.due < self._waiting[-1].due:
                chunk.due = self._waiting[-1].due
            self._waiting.append(chunk)
            self.size += len(chunk.data) + OVERHEAD

    def due(self, now: float) -> Iterator[Chunk]:
        """Give the parcels whose time has come, in order; what is not taken goes on waiting."""
        for place, toxic in self._wakeful:
            at = toxic.wake()
            if at is not None and at <= now:
                self._pass(toxic.woken(now), self._toxics[place + 1 :], now)
        while self._waiting and self._waiting[0].due <= now:
            chunk = self._waiting.popleft()
            self.size -= len(chunk.data) + OVERHEAD
            yield chunk

    def next(self) -> float | None:
        """Return when `due` will next have something, or None while nothing waits."""
        first = self._waiting[0].due if self._waiting else math.inf
        for _, toxic in self._wakeful:
            at = toxic.wake()
            if at is not None and at < first:
                first = at
        return first if first < math.inf else None

    def flush(self, now: float) -> None:
        """Make everything that waits due now."""
        for toxic in self._toxics:
            toxic.release(now)
        for chunk in self._waiting:
            chunk.due = min(chunk.due, now)
