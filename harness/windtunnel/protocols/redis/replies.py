"""Finds where the replies of a Redis server begin and end, and keeps next to nothing of them.

The rules are those of RESP2 and RESP3 (https://github.com/redis/redis-specifications). No length
that the bytes name is allocated, and each byte costs the same: what names a thousand million
elements is a reply that lacks them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

KEPT = 128
"""Bytes of an error, and of a reply's first word, that are kept."""
LINE_LIMIT = 64 * 2**10
"""Bytes of one line, at most."""
DEEPEST = 64
"""Lists within lists."""
_RETURN = ord("\r")
_LINES = b"+-:_#,("
_BULKS = b"$!="
_LISTS = b"*~>%|"
_PAIRS = b"%|"
_LENGTH = re.compile(rb"-1|\d{1,19}")


class UnreadableReply(ValueError):
    """Bytes that are no reply. The text says why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of a server."""

    mark: bytes
    """The byte that it begins with, such as b"+" or b"*"."""
    word: bytes = b""
    """Its text, or that of a list's first element: the first bytes, where that is text at all."""

    @property
    def is_error(self) -> bool:
        """Whether the server refused the command."""
        return self.mark in {b"-", b"!"}

    @property
    def is_list(self) -> bool:
        """Whether it has elements: a list, a set, a map, or what a server pushes."""
        return self.mark in {b"*", b"~", b">", b"%"}

    @property
    def is_pushed(self) -> bool:
        """Whether no command asked for it, but for those that subscribe."""
        return self.mark == b">"


class ReplyReader:
    """Finds replies, however their bytes are cut."""

    def __init__(self) -> None:
        self._line = b""
        self._size = 0
        """Bytes of a text that are still to come, with its line's end."""
        self._word = b""
        self._tail = b""
        """The last two bytes of the text so far."""
        self._left: list[int] = []
        """Elements that are still to come, of each list that is open."""
        self._attributes: list[int] = []
        """How many lists were open where each attribute began that is open."""
        self._mark = b""
        """What the reply began with; empty between replies."""
        self._first: bytes | None = None
        """Its text, once it is known."""

    def __repr__(self) -> str:
        return f"<ReplyReader in {self._mark!r}, {self._left} to come>"

    def feed(self, data: bytes) -> Iterator[Reply]:
        """Give the replies that are whole now; raise UnreadableReply at what is none."""
        at = 0
        while at < len(data):
            if self._size:
                at = self._take_text(data, at)
                if not self._size:
                    yield from self._end_element(self._word.removesuffix(b"\r\n"))
                continue
            if self._left and not self._line and self._first is not None:
                at = self._pass_over(data, at)
                if at == len(data):
                    return
            end = data.find(b"\n", at) + 1
            self._line += data[at : end or len(data)]
            at = end or len(data)
            self._check_line()
            if end:
                line, self._line = self._line[:-1].removesuffix(b"\r"), b""
                yield from self._take_line(line[:1], line[1:])

    def _take_text(self, data: bytes, at: int) -> int:
        """Take what came of a text; return where that ends."""
        piece = data[at : at + self._size]
        self._size -= len(piece)
        if len(self._word) < KEPT:
            self._word += piece[: KEPT - len(self._word)]
        self._tail = (self._tail + piece[-2:])[-2:]
        if not self._size and self._tail != b"\r\n":
            raise UnreadableReply("a text does not end where its length says")
        return at + len(piece)

    def _check_line(self) -> None:
        """Raise where a line can be none, as far as it came."""
        if len(self._line) > LINE_LIMIT:
            raise UnreadableReply("a line of it does not end")
        if self._line[0] not in _LINES + _BULKS + _LISTS:
            raise UnreadableReply(f"it begins with {self._line[:20]!r}")

    def _pass_over(self, data: bytes, at: int) -> int:
        """Return where the elements end that are whole here, but for the last one of their list.

        The short way for long lists, of which nothing is kept: it takes what is plainly well
        formed, and leaves all else to the other.
        """
        left = self._left[-1]
        while left > 1:
            # Only up to this line's end: what is looked for further on would be for each element.
            end = data.find(b"\n", at) - 1
            if end < at or data[end] != _RETURN:
                break
            mark = data[at]
            if mark == _BULKS[0]:
                length = data[at + 1 : end]
                if not length.isdigit() or len(length) > len("999999999"):
                    break
                stop = end + 2 + int(length)
                if data[stop : stop + 2] != b"\r\n":
                    break
                at = stop + 2
            elif mark in _LINES and end - at < LINE_LIMIT:
                at = end + 2
            else:
                break
            left -= 1
        self._left[-1] = left
        return at

    def _take_line(self, mark: bytes, rest: bytes) -> Iterator[Reply]:
        self._mark = self._mark or mark
        if mark in _LINES:
            yield from self._end_element(rest[:KEPT])
            return
        if not _LENGTH.fullmatch(rest):
            raise UnreadableReply(f"{(mark + rest)[:20]!r} has no length")
        length = int(rest)
        if mark in _BULKS:
            if length < 0:
                yield from self._end_element(b"")
            else:
                self._size, self._word = length + 2, b""
            return
        if mark == b"|":
            self._attributes.append(len(self._left))
        elif self._first is None and self._left and not self._attributes:
            self._first = b""  # its first element is a list, which is no text
        elements = length * 2 if mark in _PAIRS else length
        if elements <= 0:
            yield from self._end_list()
            return
        if len(self._left) >= DEEPEST:
            raise UnreadableReply(f"lists lie more than {DEEPEST} deep in it")
        self._left.append(elements)

    def _end_list(self) -> Iterator[Reply]:
        """End a list that has all its elements, or an attribute, which is none itself."""
        if self._attributes and self._attributes[-1] == len(self._left):
            self._attributes.pop()
            if not self._left and self._mark == b"|":
                self._mark = b""  # the reply that it belongs to is still to come
            return
        yield from self._end_element(b"")

    def _end_element(self, text: bytes) -> Iterator[Reply]:
        if not self._attributes and self._first is None:
            self._first = text
        if not self._left:
            reply = Reply(self._mark, self._first or b"")
            self._mark, self._first = b"", None
            yield reply
            return
        self._left[-1] -= 1
        if not self._left[-1]:
            self._left.pop()
            yield from self._end_list()
