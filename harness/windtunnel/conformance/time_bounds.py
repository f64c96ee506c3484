"""A length of time, as exactly as it is known."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeBounds:
    """Seconds, as exactly as they are known."""

    least: float
    most: float

    def __str__(self) -> str:
        if self.least == self.most:
            return f"{self.least:g} s"
        return f"{self.least:.2f} to {self.most:.2f} s"
