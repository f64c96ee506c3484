"""Bytes on their way through a connection, each with the time at which they are due."""

from dataclasses import dataclass
from enum import Enum


class Action(Enum):
    """What happens on the receiving side after a chunk's data."""

    NONE = 0
    EOF = 1
    """The sender has ended this direction; the other one goes on."""
    CLOSE = 2
    """A toxic closes the connection in order."""
    RESET = 3
    """A toxic resets the connection."""


@dataclass(slots=True)
class Chunk:
    """Bytes on their way, due at a time of the monotonic clock."""

    due: float
    data: bytes
    action: Action = Action.NONE


@dataclass(slots=True)
class Activity:
    """When a connection last carried data, in either direction; None before the first."""

    last: float | None = None
    used: bool = False
    """Whether the target had sent anything before the latest toxic was put on the connection."""
    at_rest: bool = True
    """Whether nothing was under way when the target's latest bytes came."""
    tells_calls_apart: bool = True
    """False where the protocol is not read: what is under way can't be told from its turns."""
