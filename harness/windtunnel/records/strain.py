"""How near the load engine came to saturation."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """How near the load engine came to saturation: the worst of its processes."""

    busy: float
    """Share of the time in which the engine's thread ran or waited for a core, from 0 to 1."""
    lag: float
    """99th percentile of how late the event loop woke for a timer, in seconds."""
    late: float = 0.0
    """99th percentile of how late requests with a free connection were sent, in seconds."""
    longest: float = 0.0
    """The longest that the event loop was late, in seconds."""

    @property
    def worst_delay(self) -> float:
        """The longest known delay by the engine of one step of a request, in seconds."""
        return max(self.longest, self.lag, self.late)

    @classmethod
    def worst(cls, strains: "Sequence[Strain]") -> "Strain":
        """Return the greatest of each figure."""
        return cls(
            busy=max(strain.busy for strain in strains),
            lag=max(strain.lag for strain in strains),
            late=max(strain.late for strain in strains),
            longest=max(strain.longest for strain in strains),
        )
