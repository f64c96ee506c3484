"""Counts of what passed at one tap."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts since a beginning: that of the records, or a mark."""

    connections: int = 0
    exchanges: int = 0
    received: int = 0
    """Bytes that came from the target."""
    forwarded: int = 0
    """Bytes that went on to the dependency."""
    came: int = 0
    """Bytes that came from it."""
    sent: int = 0
    """Bytes that went back to the target."""
    handshakes: int = 0
    """TLS handshakes that began, by a whole ClientHello."""
    handshakes_failed: int = 0

    def __sub__(self, before: "Totals") -> "Totals":
        return Totals(
            *(getattr(self, each.name) - getattr(before, each.name) for each in fields(self))
        )

    def __add__(self, more: "Totals") -> "Totals":
        return Totals(
            *(getattr(self, each.name) + getattr(more, each.name) for each in fields(self))
        )
