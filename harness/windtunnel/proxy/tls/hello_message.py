"""Takes a ClientHello out of its records, and an extension out of it (RFC 8446, 4.1.2 and 5.1)."""

RECORD_HEAD = 5
HANDSHAKE_HEAD = 4
BEFORE_SESSION = HANDSHAKE_HEAD + 2 + 32
"""The handshake's head, the version and the random bytes."""


class HelloMessage:
    """The first handshake message of a connection, however its bytes are cut.

    Each byte is taken once: a hello may come byte by byte, in records of one byte each.
    """

    def __init__(self) -> None:
        self._message = bytearray()
        self._left = bytearray()
        """What came of a record that is not whole."""

    def __repr__(self) -> str:
        return f"<HelloMessage {len(self._message)} bytes>"

    @property
    def is_whole(self) -> bool:
        """Whether all of it came."""
        size = int.from_bytes(self._message[1:HANDSHAKE_HEAD])
        return len(self._message) >= HANDSHAKE_HEAD + size

    def feed(self, data: bytes) -> None:
        """Take more bytes of the connection."""
        self._left += data
        at = 0
        while at + RECORD_HEAD <= len(self._left):
            size = int.from_bytes(self._left[at + 3 : at + RECORD_HEAD])
            if at + RECORD_HEAD + size > len(self._left):
                break
            self._message += self._left[at + RECORD_HEAD : at + RECORD_HEAD + size]
            at += RECORD_HEAD + size
        del self._left[:at]

    def extension(self, wanted: int) -> bytes:
        """Return the content of an extension of a whole message; empty where it has none."""
        hello = bytes(self._message)
        try:
            at = BEFORE_SESSION
            at += 1 + hello[at]  # session
            at += 2 + int.from_bytes(hello[at : at + 2])  # ciphers
            at += 1 + hello[at]  # compressions
        except IndexError:
            return b""
        end = at + 2 + int.from_bytes(hello[at : at + 2])
        at += 2
        while at + 4 <= end:
            kind, size = int.from_bytes(hello[at : at + 2]), int.from_bytes(hello[at + 2 : at + 4])
            if kind == wanted:
                return hello[at + 4 : at + 4 + size]
            at += 4 + size
        return b""
