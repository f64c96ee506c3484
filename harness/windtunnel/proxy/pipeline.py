"""One direction of a connection: a chain of toxics, and the parcels that are on their way."""

import math
from collections import deque
from collections.abc import Iterator, Sequence

from windtunnel.proxy.toxics import Action, Parcel, Toxic

OVERHEAD = 200
"""Bytes of memory that a parcel takes besides its data, about: thin slices must count too."""


class Pipeline:
    """Pure: bytes and times in, due parcels out. The caller keeps the clock."""

    def __init__(self, toxics: Sequence[Toxic] = ()) -> None:
        self.toxics = toxics
        self._waiting: deque[Parcel] = deque()
        self.size = 0
        """Bytes that wait, and what it takes to hold them."""

    def __repr__(self) -> str:
        return f"<Pipeline {self.toxics} {len(self._waiting)} waiting>"

    @property
    def toxics(self) -> Sequence[Toxic]:
        """What each parcel passes, in order."""
        return self._toxics

    @toxics.setter
    def toxics(self, toxics: Sequence[Toxic]) -> None:
        self._toxics = list(toxics)
        # Asked at every parcel; the few that ever ask to be woken are found once.
        self._wakeful = [
            (place, toxic)
            for place, toxic in enumerate(toxics)
            if type(toxic).wake is not Toxic.wake
        ]

    @property
    def clear(self) -> bool:
        """Whether bytes would pass at once, unchanged."""
        return not self._toxics and not self._waiting

    def feed(self, data: bytes, now: float, action: Action = Action.NONE) -> None:
        """Take what arrived, and let each toxic make of it what it will."""
        self._pass([Parcel(now, data, action)], self._toxics, now)

    def put(self, parcels: list[Parcel], now: float) -> None:
        """Take parcels that may be due later; order is kept all the same."""
        self._pass(parcels, self.toxics, now)

    def _pass(self, parcels: list[Parcel], toxics: Sequence[Toxic], now: float) -> None:
        for toxic in toxics:
            if not parcels:
                return
            if toxic.touches_all:
                toxic.touched = now
            if len(parcels) == 1:
                parcels = toxic.pass_on(parcels[0])
            else:
                parcels = [after for parcel in parcels for after in toxic.pass_on(parcel)]
        for parcel in parcels:
            if self._waiting and parcel.due < self._waiting[-1].due:
                parcel.due = self._waiting[-1].due
            self._waiting.append(parcel)
            self.size += len(parcel.data) + OVERHEAD

    def due(self, now: float) -> Iterator[Parcel]:
        """Give the parcels whose time has come, in order; what is not taken goes on waiting."""
        for place, toxic in self._wakeful:
            at = toxic.wake()
            if at is not None and at <= now:
                self._pass(toxic.woken(now), self._toxics[place + 1 :], now)
        while self._waiting and self._waiting[0].due <= now:
            parcel = self._waiting.popleft()
            self.size -= len(parcel.data) + OVERHEAD
            yield parcel

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
        for parcel in self._waiting:
            parcel.due = min(parcel.due, now)
