"""Reads how a client opens a connection: packets without a letter, before all messages."""

from enum import Enum

LONGEST = 10_000
"""Bytes of a packet at most, as for the server."""
SHORTEST = 8
TLS_HANDSHAKE = 0x16
"""A TLS record's first byte."""
_CANCEL, _TLS, _GSS = 80877102, 80877103, 80877104
_MAJOR = 3


class OpeningPacket(Enum):
    """What a packet asks for."""

    SESSION = "session"
    REPLICATION = "replication"
    """A session in which the server streams its log."""
    TLS = "TLS"
    GSS = "GSS encryption"
    CANCEL = "cancel"
    DIRECT_TLS = "direct TLS"
    """No packet: a TLS record."""


class UnreadableOpening(ValueError):
    """Bytes by which no client opens a connection. The text says why."""


class OpeningReader:
    """Finds such packets, however their bytes are cut."""

    def __init__(self) -> None:
        self._held = b""

    def __repr__(self) -> str:
        return f"<OpeningReader with {len(self._held)} bytes>"

    @property
    def begun(self) -> bool:
        """Whether some of a packet came, and not all of it."""
        return bool(self._held)

    def feed(self, data: bytes) -> tuple[OpeningPacket | None, bytes]:
        """Return what the next packet asks for, once it is whole, and what follows it."""
        held = self._held + data
        if held[:1] and held[0] == TLS_HANDSHAKE:
            return OpeningPacket.DIRECT_TLS, b""
        self._held = held
        if len(held) < 4:
            return None, b""
        length = int.from_bytes(held[:4], "big")
        if not SHORTEST <= length <= LONGEST:
            raise UnreadableOpening(f"its first packet's length is {length}")
        if len(held) < length:
            return None, b""
        self._held = b""
        return _asked(held[:length]), held[length:]


def _asked(packet: bytes) -> OpeningPacket:
    code = int.from_bytes(packet[4:8], "big")
    if code == _CANCEL:
        return OpeningPacket.CANCEL
    if code == _TLS:
        return OpeningPacket.TLS
    if code == _GSS:
        return OpeningPacket.GSS
    if code >> 16 != _MAJOR:
        raise UnreadableOpening(f"its protocol's version is {code >> 16}.{code & 0xFFFF}")
    words = packet[8:].split(b"\0")
    settings = dict(zip(words[::2], words[1::2], strict=False))
    wanted = settings.get(b"replication", b"").lower()
    if wanted and wanted not in {b"0", b"f", b"n", b"false", b"no", b"off"}:
        return OpeningPacket.REPLICATION
    return OpeningPacket.SESSION
