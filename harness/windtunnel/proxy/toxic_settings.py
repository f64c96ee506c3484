"""A toxic of a proxy, as the API has it."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from windtunnel.toxics.connection_toxic import Stream
from windtunnel.toxics.toxic_kind import ExchangeTally, ToxicKind

KEPT = 100_000
"""Ended connections whose touches by a toxic are remembered, each by its time."""


@dataclass(slots=True, eq=False)
class ToxicSettings:
    """A toxic as the API has it; each connection has one of its own made from it."""

    name: str
    kind: ToxicKind
    stream: str
    """As it was asked for, whatever its case."""
    toxicity: float
    attributes: dict[str, Any] = field(default_factory=dict)
    tally: ExchangeTally = field(default_factory=ExchangeTally)
    lease: float | None = None
    added: float = field(default_factory=time.monotonic)
    touched: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    """When it last saw traffic on each connection that is over."""

    @property
    def direction(self) -> Stream:
        """The stream that it is on."""
        return "upstream" if self.stream.lower() == "upstream" else "downstream"
