"""What a tap could not see, and when."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Hidden(StrEnum):
    """What a blind spot hides."""

    CALLS = "calls"
    """Calls may have come of which nothing is known: silence proves nothing."""
    ANSWERS = "answers"
    """Every call was seen, and what became of some was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindSpot:
    """What one dependency's tap could not see in a stretch of time."""

    what: str
    """One sentence."""
    since: float = 0.0
    until: float | None = None
    """None while it lasts."""
    hides: Hidden = Hidden.CALLS

    def __str__(self) -> str:
        return self.what

    def overlaps(self, since: float, until: float) -> bool:
        """Whether any of it lies between these times."""
        return self.since <= until and (self.until is None or self.until >= since)

    def joined(self, other: "BlindSpot") -> "BlindSpot":
        """Return one that lasts from the first begin to the last end."""
        ends = [each.until for each in (self, other) if each.until is not None]
        return replace(
            self,
            since=min(self.since, other.since),
            until=max(ends) if len(ends) == 2 else None,
        )
