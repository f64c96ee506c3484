"""How many bytes went in and out of one direction of a connection."""

from dataclasses import dataclass


@dataclass(slots=True)
class ByteCounts:
    """Counts of bytes."""

    taken: int = 0
    """From the sender."""
    given: int = 0
    """To the receiver."""
