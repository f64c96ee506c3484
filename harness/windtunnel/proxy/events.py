"""Publishes what happens, as it happens; no subscriber that is slow holds anything up."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

QUEUE = 10_000
"""Events that may wait for one subscriber; further ones are dropped, and counted."""


@dataclass(frozen=True, slots=True)
class ProxyEvent:
    """Something that happened, at a time of the monotonic clock."""

    kind: str
    at: float
    what: Any
    """A mapping or a record: whatever can be written as JSON."""


@dataclass(slots=True, eq=False)
class Subscription:
    """One listener's queue."""

    queue: asyncio.Queue[ProxyEvent | None] = field(default_factory=asyncio.Queue)
    dropped: int = 0
    """Events dropped after those that wait, and not yet published as missing."""
    _dropped_at: float = 0.0

    async def next(self) -> ProxyEvent | None:
        """Return the next event, or None when there will be no more."""
        if self.queue.empty():
            self._publish_dropped()
        return await self.queue.get()

    def put(self, event: ProxyEvent | None) -> None:
        """Queue an event, or drop it where there is no room; None always has room."""
        if event is not None and self.queue.qsize() >= QUEUE:
            if not self.dropped:
                self._dropped_at = event.at
            self.dropped += 1
            return
        self._publish_dropped()
        self.queue.put_nowait(event)

    def _publish_dropped(self) -> None:
        """Publish how many events are missing, at their place. There is always room for this."""
        if self.dropped:
            event = ProxyEvent("dropped", self._dropped_at, {"events": self.dropped})
            self.queue.put_nowait(event)
            self.dropped = 0


class EventBroadcast:
    """Hands each event to every subscription."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def __repr__(self) -> str:
        return f"<EventBroadcast for {len(self._subscriptions)} listeners>"

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._subscriptions)

    def publish(self, kind: str, what: Mapping[str, Any] | object) -> None:
        """Publish an event; costs nothing while nobody listens."""
        if not self._subscriptions:
            return
        event = ProxyEvent(kind, time.monotonic(), what)
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
