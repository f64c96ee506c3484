"""Finds PostgreSQL's messages, however their bytes are cut; of each only its beginning is kept."""

import struct
from collections.abc import Mapping, Sequence

LONGEST = 2**30
"""Bytes of a message at most, as for the server."""
_HEAD = struct.Struct("!Bi")
"""A letter, and a length that counts itself."""
_HEAD_SIZE, _LENGTH_SIZE = 5, 4

TEXT_KEPT = 16 * 2**10
"""Bytes of a statement that are read for its name."""
_NAMES_KEPT = 1024
PASSED_OVER = -1

UNKNOWN = (0, -1)
"""What no letter of a message stands for."""

Kinds = Sequence[tuple[int, int]]
"""Each kind of message, at its letter: the bytes of it that are kept, and its length at most.

What is PASSED_OVER is not given at all."""


def _kinds(kept: Mapping[str, tuple[int, int]]) -> Kinds:
    found = [UNKNOWN] * 256
    for letter, (size, most) in kept.items():
        found[ord(letter)] = (size, most + _LENGTH_SIZE)
    return tuple(found)


FROM_CLIENT = _kinds(
    {
        "Q": (TEXT_KEPT, LONGEST),
        "P": (TEXT_KEPT, LONGEST),
        "B": (_NAMES_KEPT, LONGEST),
        "D": (0, LONGEST),
        "E": (_NAMES_KEPT, LONGEST),
        "C": (_NAMES_KEPT, LONGEST),
        "F": (0, LONGEST),
        "S": (0, 0),
        "H": (0, 0),
        "X": (PASSED_OVER, 0),
        "d": (PASSED_OVER, LONGEST),
        "c": (PASSED_OVER, 0),
        "f": (PASSED_OVER, LONGEST),
        "p": (PASSED_OVER, 2**16),
    }
)
_ANSWERS = {
    "C": (64, LONGEST),
    "E": (512, LONGEST),
    "Z": (1, 1),
    "I": (0, 0),
    "s": (0, 0),
    "V": (0, LONGEST),
    "G": (0, LONGEST),
    "W": (0, LONGEST),
    **dict.fromkeys("DdSANtHRKv", (PASSED_OVER, LONGEST)),
    "c": (PASSED_OVER, 0),
}
FROM_SERVER = _kinds(
    _ANSWERS | {"T": (PASSED_OVER, LONGEST)} | dict.fromkeys("123n", (PASSED_OVER, 0))
)
CONFIRMING = _kinds(_ANSWERS | {"T": (0, LONGEST)} | dict.fromkeys("123n", (0, 0)))
"""The same with what confirms that something was prepared, for a client that waits for it."""


class MessageReader:
    """Finds the messages of one direction."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.broken = ""
        """Why what came is no message; empty while all is."""
        self._head = b""
        self._body = b""
        self._wanted = 0
        """Bytes of the body that are still to be kept."""
        self._left = 0
        """Bytes of the message that are still to come, with those."""

    def __repr__(self) -> str:
        return f"<MessageReader {self._head!r} and {self._left} bytes>"

    @property
    def begun(self) -> bool:
        """Whether some of a message came, and not all of it."""
        return bool(self._head)

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return the messages that are whole now, letter and beginning; nothing after a break."""
        found: list[tuple[int, bytes]] = []
        at, size = 0, len(data)
        if self._head:
            at = self._go_on(data, 0, found)
        kinds, head = self.kinds, _HEAD.unpack_from
        # For each message of each answer: it is kept short.
        while size - at >= _HEAD_SIZE and not self.broken:
            letter, length = head(data, at)
            kept, most = kinds[letter]
            if length < _LENGTH_SIZE or length > most:
                break
            end = at + 1 + length
            if end > size:
                break
            if kept >= 0:
                body = at + _HEAD_SIZE
                found.append((letter, data[body : end if end - body <= kept else body + kept]))
            at = end
        while at < size and not self.broken:
            at = self._go_on(data, at, found)
        return found

    def _go_on(self, data: bytes, at: int, found: list[tuple[int, bytes]]) -> int:
        """Take what came of a message that is cut, or is none; return where that ends."""
        if len(self._head) < _HEAD_SIZE:
            piece = data[at : at + _HEAD_SIZE - len(self._head)]
            self._head += piece
            at += len(piece)
            if len(self._head) == _HEAD_SIZE:
                self._begin()
            elif self.kinds[self._head[0]] == UNKNOWN:
                self.broken = _why(self._head)
        if self.broken or len(self._head) < _HEAD_SIZE:
            return at
        piece = data[at : at + min(self._wanted, self._left)]
        self._body += piece
        self._wanted -= len(piece)
        taken = min(self._left, len(data) - at)
        self._left -= taken
        if not self._left:
            letter, body = self._head[0], self._body
            self._head = self._body = b""
            if self.kinds[letter][0] >= 0:
                found.append((letter, body))
        return at + taken

    def _begin(self) -> None:
        letter, length = _HEAD.unpack(self._head)
        kept, most = self.kinds[letter]
        if not _LENGTH_SIZE <= length <= most:
            self.broken = _why(self._head)
            return
        self._left = length - _LENGTH_SIZE
        self._wanted = min(max(kept, 0), self._left)


def _why(head: bytes) -> str:
    """Return what is wrong with a message's beginning: its letter and length are nobody's data."""
    if len(head) < _HEAD_SIZE:
        return f"it begins with {head[:1]!r}, which is no message's letter"
    return f"it begins with {head[:1]!r} and the length {int.from_bytes(head[1:], 'big')}"
