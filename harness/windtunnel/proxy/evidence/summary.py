"""What one proxy has seen, in numbers."""

from dataclasses import dataclass

from windtunnel.records import Touch


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What one proxy has seen since its beginning, or since a mark."""

    proxy: str
    since: float
    connections: int
    exchanges: int
    """HTTP requests, Redis commands, or turns where the protocol is not known."""
    handshakes: int
    """TLS handshakes that began."""
    handshakes_failed: int
    received: int
    """Bytes that came from the target."""
    sent: int
    """Bytes that went back to it."""
    touches: tuple[Touch, ...]
