"""What a proxy does with the TLS of its connections."""

from enum import StrEnum


class TlsMode(StrEnum):
    """What the proxy does with TLS."""

    OFF = "off"
    """Nothing: bytes are bytes."""
    PASSTHROUGH = "passthrough"
    """Reads the server name alone, and passes everything on untouched."""
    TERMINATE = "terminate"
    """Ends the target's TLS with a certificate of its own, so that toxics strike what is in it."""
