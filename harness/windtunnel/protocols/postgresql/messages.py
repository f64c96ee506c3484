"""Finds PostgreSQL's messages, however their bytes are cut; of each only its beginning is kept."""

from collections.abc import Iterator, Mapping

LONGEST = 2**30
"""Bytes of a message at most, as for the server."""
_HEAD = 5
"""A letter, and a length that counts itself."""

TEXT_KEPT = 16 * 2**10
"""Bytes of a statement that are read for its name."""
_NAMES_KEPT = 1024
PASSED_OVER = -1

Kinds = Mapping[int, tuple[int, int]]
"""Each kind of message by its letter: the bytes of it that are kept, and those it has at most.

What is PASSED_OVER is not given at all."""


def _kinds(kept: Mapping[str, tuple[int, int]]) -> Kinds:
    return {ord(letter): sizes for letter, sizes in kept.items()}


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
FROM_SERVER = _kinds(
    {
        "C": (64, LONGEST),
        "E": (512, LONGEST),
        "Z": (1, 1),
        "I": (0, 0),
        "s": (0, 0),
        "V": (0, LONGEST),
        "G": (0, LONGEST),
        "W": (0, LONGEST),
        "T": (0, LONGEST),
        **dict.fromkeys("123n", (0, 0)),
        **dict.fromkeys("DdSANtHRKv", (PASSED_OVER, LONGEST)),
        "c": (PASSED_OVER, 0),
    }
)


class UnreadableMessage(ValueError):
    """Bytes that are no message. The text says why."""


class MessageReader:
    """Finds the messages of one direction."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
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

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Give the messages that are whole now: letter and beginning; raise UnreadableMessage."""
        at, size, kinds = 0, len(data), self._kinds
        while at < size:
            if not self._head and size - at >= _HEAD:
                # The short way, of a message that is whole here.
                letter = data[at]
                kept, most = kinds.get(letter, (0, -1))
                length = int.from_bytes(data[at + 1 : at + _HEAD], "big") - 4
                if not 0 <= length <= most:
                    raise UnreadableMessage(_why(data[at : at + _HEAD], kinds))
                body = at + _HEAD
                end = body + length
                if end <= size:
                    at = end
                    if kept >= 0:
                        yield letter, data[body : end if length <= kept else body + kept]
                    continue
            at = self._take(data, at)
            if len(self._head) == _HEAD and not self._left:
                letter, body_kept = self._head[0], self._body
                self._head = self._body = b""
                if kinds[letter][0] >= 0:
                    yield letter, body_kept

    def _take(self, data: bytes, at: int) -> int:
        """Take what came of a message that is cut; return where that ends."""
        if len(self._head) < _HEAD:
            piece = data[at : at + _HEAD - len(self._head)]
            self._head += piece
            at += len(piece)
            if self._head[0] not in self._kinds:
                raise UnreadableMessage(_why(self._head, self._kinds))
            if len(self._head) < _HEAD:
                return at
            kept, most = self._kinds[self._head[0]]
            self._left = int.from_bytes(self._head[1:], "big") - 4
            if not 0 <= self._left <= most:
                raise UnreadableMessage(_why(self._head, self._kinds))
            self._wanted = min(max(kept, 0), self._left)
        piece = data[at : at + min(self._wanted, self._left)]
        self._body += piece
        self._wanted -= len(piece)
        taken = min(self._left, len(data) - at)
        self._left -= taken
        return at + taken


def _why(head: bytes, kinds: Kinds) -> str:
    """Return what is wrong with a message's beginning: its letter and length are nobody's data."""
    if head[0] not in kinds:
        return f"it begins with {head[:1]!r}, which is no message's letter"
    return f"its length is {int.from_bytes(head[1:], 'big')}"
