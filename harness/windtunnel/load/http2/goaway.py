"""Takes GOAWAY frames out of what a server sends, since h2 ends a connection at the first one.

A server announces the end of a connection by GOAWAY and still answers the requests it has taken
(RFC 9113, 6.8). h2 refuses every frame after it (github.com/python-hyper/h2, issue 1181).
"""

from dataclasses import dataclass

from h2.exceptions import FrameTooLargeError

HEAD = 9
"""Bytes of a frame's head: its length in the first three, its type in the fourth."""
GOAWAY = 7
LONGEST = 2**14
"""Bytes of a frame without its head, where nobody has agreed on more (RFC 9113, 4.2)."""


@dataclass(frozen=True, slots=True)
class GoAway:
    """The content of a GOAWAY."""

    last_stream: int
    """The last stream that the server has taken, or may still take."""
    error: int
    """0 for a graceful end."""


class Frames:
    """Splits a byte stream into frames, whatever pieces it arrives in."""

    def __init__(self) -> None:
        self._held = b""

    def __repr__(self) -> str:
        return f"<Frames, {len(self._held)} bytes of one to come>"

    def feed(self, data: bytes) -> tuple[bytes, GoAway | None]:
        """Return the whole frames that are no GOAWAY, and the last GOAWAY among them.

        Raises FrameTooLargeError, where h2 would wait for the end of what is no frame at all.
        """
        data = self._held + data
        kept: list[bytes] = []
        goaway = None
        start = 0
        while len(data) - start >= HEAD:
            size = int.from_bytes(data[start : start + 3], "big")
            end = start + HEAD + size
            if size > LONGEST:
                raise FrameTooLargeError(f"a frame of {size} bytes")
            if end > len(data):
                break
            if data[start + 3] == GOAWAY and size >= 8:
                body = data[start + HEAD : end]
                last = int.from_bytes(body[:4], "big") & 0x7FFFFFFF
                goaway = GoAway(last, int.from_bytes(body[4:8], "big"))
            else:
                kept.append(data[start:end])
            start = end
        self._held = data[start:]
        return b"".join(kept), goaway
