"""One connection that the tap accepted, and its TLS handshake."""

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """Who ended a connection at the tap."""

    TARGET = "target"
    DEPENDENCY = "dependency"
    FAULT = "fault"


class HandshakeOutcome(StrEnum):
    """What became of a TLS handshake at the tap."""

    PENDING = "pending"
    COMPLETED = "completed"
    """With the tap, which ends the target's TLS."""
    PASSED_ON = "passed on"
    """To the dependency: what became of it there is not visible here."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """The TLS handshake of one connection."""

    outcome: HandshakeOutcome = HandshakeOutcome.PENDING
    reason: str = ""
    """Why it failed, such as "tlsv1 alert unknown ca", which the target sent."""
    server_name: str = ""
    """Whom the target asked for, in its ClientHello (SNI); empty where it named nobody."""
    began: float | None = None
    """When the ClientHello was whole; None where none came."""
    ended: float | None = None
    version: str = ""
    """"TLSv1.3" and so on, where it was completed."""
    protocol: str = ""
    """What ALPN chose, such as "http/1.1"."""
    faults: tuple[str, ...] = ()
    """The `tls` toxics that struck it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One connection that the tap accepted from the target."""

    dependency: str
    number: int
    """1 for the first connection of this dependency's tap, and so on."""
    opened: float
    closed: float | None = None
    """None while it is open."""
    ended_by: Ending | None = None
    reached: bool = True
    """False where the dependency could not be connected to: the target's call failed there."""
    received: int = 0
    """Bytes that came from the target."""
    sent: int = 0
    """Bytes that went back to the target."""
    handshake: Handshake | None = None
    """None where the tap does not look for TLS."""
