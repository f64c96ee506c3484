"""Connection attempts that the tap refused during an outage."""

from dataclasses import dataclass
from enum import StrEnum


class Certainty(StrEnum):
    """How refused connection attempts were counted."""

    PACKETS = "packets"
    """Each SYN to the refusing port was seen: exact, with times."""
    COUNTERS = "kernel counters"
    """The kernel's failed connects in the whole network namespace: an upper bound only."""
    NONE = "not counted"
    """Nothing could be read, or not all could be kept: the number is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Connection attempts made while the tap refused them, from `since` to `until`."""

    dependency: str
    since: float
    until: float | None
    """None while the outage lasts."""
    certainty: Certainty
    times: tuple[float, ...] = ()
    """When each attempt arrived (certainty PACKETS)."""
    samples: tuple[tuple[float, int], ...] = ()
    """(time, attempts since `since` at most) readings in order of time (certainty COUNTERS)."""
    cut: int = 0
    """Live connections that the outage cut when it began."""
