"""A kind of toxic: its defaults, its mistakes, how it strikes a connection, and how it ends."""

import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from windtunnel.toxics.chunk import Activity
from windtunnel.toxics.connection_toxic import ConnectionToxic, Stream
from windtunnel.toxics.listener_posture import ListenerPosture
from windtunnel.toxics.tls_mode import TlsMode

Value: TypeAlias = int | float | str
"""The type of an attribute: that of its default."""

KEPT = 100_000


@dataclass(slots=True)
class ExchangeTally:
    """One toxic's counts of exchanges, over all connections."""

    matched: int = 0
    """The number of requests that matched it."""
    struck: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    """The times at which it altered an exchange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """What a kind needs to make the toxic of one connection."""

    name: str
    """The toxic's own name."""
    stream: Stream
    attributes: Mapping[str, Any]
    """Shared with the API, so that an update takes effect on the connection."""
    added: float
    """When the toxic was added, on the monotonic clock."""
    tally: ExchangeTally
    opened: float
    """When the connection was opened, on the monotonic clock."""
    activity: Activity
    chance: random.Random
    """The connection's own random source, from the seed."""
    draw: Callable[..., random.Random]
    """Returns further chances from the seed, by a place on the connection and a purpose."""


class ToxicKind(ABC):
    """One type of toxic in the API. A kind overrides what differs from here."""

    posture: ListenerPosture | None = None
    """The listener's posture while it is in force. None changes nothing."""
    cuts_live: bool = False
    """Whether live connections end when it is added."""
    closes_on_removal: bool = False
    """Whether the connections that it struck end when it is removed."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    @abstractmethod
    def defaults(self) -> Mapping[str, Value]:
        """The attributes, and what each is where it is not given."""

    @abstractmethod
    def mistake(self, attributes: Mapping[str, Any]) -> str:
        """Return what is wrong with these attributes, or ""."""

    def toxicity_mistake(self, toxicity: float) -> str:
        """Return what is wrong with this toxicity, or ""."""
        return ""

    def tls_mistake(self, mode: TlsMode, attributes: Mapping[str, Any]) -> str:
        """Return why it could strike nothing with what the proxy does with TLS, or ""."""
        return ""

    @abstractmethod
    def strike(self, strike: Strike) -> ConnectionToxic | None:
        """Return the toxic for one connection; None where it has none there."""
