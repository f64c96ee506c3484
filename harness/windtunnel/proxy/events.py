"""Tells whoever listens what happens, as it happens; nobody who is slow holds anything up."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

QUEUE = 10_000
"""Events that may wait for one listener; further ones are dropped, and their number is told."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, at a time of the monotonic clock."""

    kind: str
    at: float
    what: Any
    """A mapping or a record: whatever can be written as JSON."""


@dataclass(slots=True, eq=False)
class Subscription:
    """One listener's queue."""

    queue: asyncio.Queue[Event | None] = field(default_factory=asyncio.Queue)
    dropped: int = 0
    """Events that are missing after all that wait; not told yet."""
    _dropped_at: float = 0.0

    async def next(self) -> Event | None:
        """Return the next event, or None when there will be no more."""
        if self.queue.empty():
            self._tell_dropped()
        return await self.queue.get()

    def put(self, event: Event | None) -> None:
        """Queue an event, or drop it where there is no room; None always has room."""
        if event is not None and self.queue.qsize() >= QUEUE:
            if not self.dropped:
                self._dropped_at = event.at
            self.dropped += 1
            return
        self._tell_dropped()
        self.queue.put_nowait(event)

    def _tell_dropped(self) -> None:
        """Say what is missing where it is missing; for this there is always room."""
        if self.dropped:
            event = Event("dropped", self._dropped_at, {"events": self.dropped})
            self.queue.put_nowait(event)
            self.dropped = 0


class Events:
    """Hands each event to every subscription."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def __repr__(self) -> str:
        return f"<Events for {len(self._subscriptions)} listeners>"

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._subscriptions)

    def tell(self, kind: str, what: Mapping[str, Any] | object) -> None:
        """Tell an event; costs nothing while nobody listens."""
        if not self._subscriptions:
            return
        event = Event(kind, time.monotonic(), what)
        for subscription in self._subscriptions:
            subscription.put(event)

    def end(self) -> None:
        """Let every subscription end."""
        for subscription in self._subscriptions:
            subscription.put(None)

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Give a subscription to everything that happens from now on."""
        subscription = Subscription()
        self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.remove(subscription)
