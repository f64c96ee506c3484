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
    """The handshake with the tap is done: the tap ends the target's TLS."""
    PASSED_ON = "passed on"
    """The tap passed the handshake on to the dependency, and can't see its outcome."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """The TLS handshake of one connection."""

    outcome: HandshakeOutcome = HandshakeOutcome.PENDING
    reason: str = ""
    """Why it failed, such as "tlsv1 alert unknown ca", which the target sent."""
    server_name: str = ""
    """The name that the target's ClientHello asks for (SNI). Empty without one."""
    began: float | None = None
    """When the whole ClientHello had arrived. None where none arrived."""
    ended: float | None = None
    version: str = ""
    """"TLSv1.3" and so on, where it was completed."""
    protocol: str = ""
    """What ALPN chose, such as "http/1.1"."""
    client_certificate: str = ""
    """Whose certificate the target showed, such as "CN=orders". Empty where it was asked for
    none."""
    faults: tuple[str, ...] = ()
    """The names of the `tls` toxics that struck it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One connection that the tap accepted from the target."""

    dependency: str
    number: int
    """Counts the connections of this dependency's tap from 1."""
    opened: float
    closed: float | None = None
    """None while it is open."""
    ended_by: Ending | None = None
    reached: bool = True
    """False where the tap could not connect to the dependency. The target's call failed then."""
    received: int = 0
    """Bytes that came from the target."""
    sent: int = 0
    """Bytes that went back to the target."""
    handshake: Handshake | None = None
    """None where the tap does not read TLS."""
