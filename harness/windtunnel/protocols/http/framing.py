"""Cuts one direction of an HTTP/1 connection into messages, and leaves every byte as it was."""

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Literal

from windtunnel.protocols.http.message_heads import (
    Message,
    Unreadable,
    begins_request,
    check_answer_start,
    check_request_start,
    is_of_http,
    read_answer_head,
    read_plain_answer,
    read_plain_request,
    read_request_head,
)
from windtunnel.protocols.http.message_segment import MessageSegment

HEAD_LIMIT = 64 * 2**10
"""Bytes of one head, at most: a fault is decided on whole heads, which are held until then."""
LINE_LIMIT = 16 * 2**10
"""Bytes of one line of a chunked body's framing, at most."""
MARK = len(b"HTTP/")
"""Bytes by which a message is known from its beginning."""
BODILESS = frozenset({204, 304})
"""Statuses of answers that have no content, whatever their heads say (RFC 9112, 6.3)."""

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_WHOLE_HEAD = re.compile(rb"[\r\n]*+.*?\r?\n\r?\n", re.DOTALL)
_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;.*)?", re.DOTALL)

Kind = Literal["requests", "answers"]


class _Part(Enum):
    """The part of a message that comes next."""

    HEAD = auto()
    SIZED = auto()
    """Content up to a length."""
    ENDLESS = auto()
    """Content up to the connection's end."""
    SIZE = auto()
    """The line before a chunk."""
    AFTER_CHUNK = auto()
    """The line's end after a chunk."""
    TRAILER = auto()
    UNSURE = auto()
    """A body that the client has kept, or the next request in its place."""


class Framer:
    """Finds where messages begin and end.

    Every segment belongs to one message, and content stands at its beginning. How the bytes are cut
    into pieces changes no message.
    """

    def __init__(
        self, kind: Kind, bodiless: Callable[[Message], bool] = lambda message: False
    ) -> None:
        self.broken = ""
        """Why the data could not be read; what follows is of no message any more."""
        self._kind = kind
        self._bodiless = bodiless
        """Asked at a final answer's head: whether it has no body, as one to HEAD."""
        self._data = b""
        self._at = 0
        self._plain_end = 0
        """Where the next empty line after a plain head ends, as far as that was looked for."""
        self._begin()

    def __repr__(self) -> str:
        return f"<Framer of {self._kind} {self.broken or self.message!r}>"

    def _begin(self) -> None:
        self.message = Message()
        """What is being read; a new one once the last is complete."""
        self._part = _Part.HEAD
        self._held = b""
        """What came of a head, or of a line of a chunked body's framing."""
        self._left = 0
        self._kept = False
        """Whether a body follows of which nothing came."""
        self._start_is_whole = False
        """Whether the first line of the head that arrives came, and was found to be one."""
        self._after_doubt = _Part.HEAD

    @property
    def rest(self) -> bytes:
        """What was fed and not yet given as a segment."""
        unsure = self._held if self._part is _Part.UNSURE else b""
        return unsure + self._data[self._at :]

    @property
    def unread(self) -> bytes:
        """What came of a head that is not whole."""
        return self._held if self._part is _Part.HEAD else b""

    @property
    def begun(self) -> bool:
        """Whether some of a message came, and not all of it."""
        return self.message.headed or bool(self._held.lstrip(b"\r\n"))

    def feed(self, data: bytes) -> Iterator[MessageSegment]:
        """Give the segments that the data consists of, up to what cannot be read."""
        self._data, self._at, self._plain_end = data, 0, 0
        while self._at < len(self._data) and not self.broken:
            try:
                segment = self._next()
            except Unreadable as error:
                self.broken = str(error)
                return
            if segment.last:
                self._begin()
            yield segment

    def _next(self) -> MessageSegment:
        message = self.message
        match self._part:
            case _Part.HEAD:
                return MessageSegment(message, self._head(), 0, message.complete)
            case _Part.SIZED | _Part.ENDLESS:
                return self._body()
            case _Part.UNSURE:
                return self._decide()
            case _:
                return MessageSegment(message, self._line(), 0, message.complete)

    # Bodies that clients keep until they are told to go on.

    def doubt_body(self) -> None:
        """Note that a final answer came instead of leave to go on.

        A client that kept its body until then sends it now, or its next request (RFC 9110, 10.1.1):
        what comes will tell.
        """
        if self._kept and self._part is not _Part.UNSURE:
            self._after_doubt, self._part = self._part, _Part.UNSURE

    def _decide(self) -> MessageSegment:
        """Find out which of both comes, from its first line."""
        message = self.message
        data = self._held + self._data[self._at :]
        is_request = begins_request(data)
        if message.length is not None and len(data) >= message.length and is_request is None:
            is_request = False
        if is_request is None and len(data) <= LINE_LIMIT:
            self._held, self._at = data, len(self._data)
            return MessageSegment(message, b"")
        if is_request and is_of_http(message):
            raise Unreadable("what follows a final answer may be its body or a next request")
        self._data, self._at, self._plain_end, self._held = data, 0, 0, b""
        self._part = self._after_doubt
        message.complete = bool(is_request)
        return MessageSegment(message, b"", 0, message.complete)

    # Heads.

    def _head(self) -> bytes:
        """Take what there is of the head; read it where it is whole."""
        if not self._held and (size := self._plain_head() or self._loose_head()):
            return self._take(size)
        before = len(self._held)
        held = self._held + self._data[self._at : self._at + HEAD_LIMIT - before + 1]
        text = held.lstrip(b"\r\n")
        # Lines without anything before a message are passed over (RFC 9112, 2.2).
        skipped = len(held) - len(text)
        found = _END_OF_HEAD.search(held, max(skipped, before - 3))
        if found is None:
            self._check_start(text, max(0, before - skipped))
            if len(held) > HEAD_LIMIT:
                raise Unreadable(f"its head is over {HEAD_LIMIT} bytes")
            self._held = held
            return self._take(len(held) - before)
        self._read(held[: found.end()])
        self._held = b""
        return self._take(found.end() - before)

    def _check_start(self, text: bytes, checked: int) -> None:
        """Raise where a first line can be none; so many of its bytes were looked at before."""
        if self._start_is_whole:
            return
        check = check_request_start if self._kind == "requests" else check_answer_start
        end = text.find(b"\n", checked)
        if end >= 0:
            check(text[:end], whole=True)
            self._start_is_whole = True
        else:
            # A byte that comes alone is not to cost as much as all that came before it.
            check(text[:MARK] + text[max(MARK, checked) :], whole=False)

    def _plain_head(self) -> int:
        """Read a head that came in one piece and is spelt as nearly all are.

        Return its size, or 0 where it takes the other way.
        """
        if self._plain_end < self._at + 4:
            found = self._data.find(b"\r\n\r\n", self._at)
            # Heads that end otherwise may come before it: it is looked for once, not for each.
            self._plain_end = found + 4 if found >= 0 else len(self._data) + HEAD_LIMIT + 1
        end = self._plain_end
        if end > self._at + HEAD_LIMIT:
            return 0
        read = read_plain_request if self._kind == "requests" else read_plain_answer
        if not read(self.message, self._data[self._at : end]):
            return 0
        self._begin_body()
        return end - self._at

    def _loose_head(self) -> int:
        """Read a head that came in one piece, however it is spelt; return its size, or 0."""
        limit = self._at + HEAD_LIMIT + 1
        found = _WHOLE_HEAD.match(self._data, self._at, limit)
        if found is None:
            return 0
        self._read(found[0])
        return len(found[0])

    def _read(self, head: bytes) -> None:
        read = read_request_head if self._kind == "requests" else read_answer_head
        read(self.message, head)
        self._begin_body()

    def _begin_body(self) -> None:
        """Find what follows the head that was read."""
        message = self.message
        bodiless = False
        if self._kind == "answers":
            interim = message.status < 200
            bodiless = interim or self._bodiless(message) or message.status in BODILESS
        if bodiless:
            message.complete = True
        elif message.chunked:
            self._part = _Part.SIZE
        elif message.length is not None or self._kind == "requests":
            self._part = _Part.SIZED
            self._left = message.length or 0
            message.complete = not self._left
        else:
            message.delimited = False
            self._part = _Part.ENDLESS
        self._kept = not message.complete

    # Bodies.

    def _body(self) -> MessageSegment:
        message = self.message
        self._kept = False
        if self._part is _Part.ENDLESS:
            data = self._take(len(self._data) - self._at)
            return MessageSegment(message, data, len(data))
        data = self._take(min(self._left, len(self._data) - self._at))
        self._left -= len(data)
        if not self._left:
            if message.chunked:
                self._part = _Part.AFTER_CHUNK
            else:
                message.complete = True
        return MessageSegment(message, data, len(data), message.complete)

    def _line(self) -> bytes:
        """Take what there is of a line between chunks; read it where it is whole."""
        self._kept = False
        end = self._data.find(b"\n", self._at) + 1
        piece = self._data[self._at : end or len(self._data)]
        self._held += piece
        if len(self._held) > LINE_LIMIT:
            raise Unreadable("a line of its chunked body does not end")
        if end:
            line, self._held = self._held.rstrip(b"\r\n"), b""
            self._read_line(line)
        return self._take(len(piece))

    def _read_line(self, line: bytes) -> None:
        match self._part:
            case _Part.SIZE:
                found = _SIZE.fullmatch(line)
                if found is None:
                    raise Unreadable(f"a chunk's size is {line[:40].decode('latin-1')!r}")
                self._left = int(found[1], 16)
                self._part = _Part.SIZED if self._left else _Part.TRAILER
            case _Part.AFTER_CHUNK:
                if line:
                    raise Unreadable("a chunk is longer than its size")
                self._part = _Part.SIZE
            case _:
                self.message.complete = not line

    def _take(self, size: int) -> bytes:
        data = self._data[self._at : self._at + size]
        self._at += size
        return data
