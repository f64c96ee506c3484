"""Cuts one direction of an HTTP/1 connection into messages, and leaves every byte as it was."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httptools

HEAD_LIMIT = 64 * 2**10
"""Bytes of one head, at most: a fault is decided on whole heads, which are held until then."""

Parser = httptools.HttpRequestParser | httptools.HttpResponseParser


@dataclass(slots=True, eq=False)
class Message:
    """A request or an answer, as far as its head has been read."""

    method: str = ""
    path: str = ""
    status: int = 0
    version: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    headed: bool = False
    """Whether the whole head was read."""
    complete: bool = False
    delimited: bool = True
    """False where only the connection's end ends the body."""

    def header(self, name: str) -> str | None:
        """Return a header's first value, or None."""
        wanted = name.lower()
        for each, value in self.headers:
            if each.lower() == wanted:
                return value
        return None


@dataclass(slots=True)
class MessageSegment:
    """Some bytes of one message: head, content or the framing between."""

    message: Message
    data: bytes
    content: int = 0
    """How many of the bytes, from the first, are content rather than head or framing."""
    last: bool = False
    """Whether the message ends here."""


class Framer:
    """Feeds a parser so that its callbacks know where in the data they are.

    Heads go in whole or line by line, chunked bodies line by line, other bodies by their length. So
    every segment belongs to one message, and content stands at its beginning.
    """

    def __init__(
        self,
        parser: Callable[["Framer"], Parser],
        bodiless: Callable[[Message], bool] = lambda message: False,
    ) -> None:
        self.broken = ""
        """Why the data could not be parsed; what follows is of no message any more."""
        self._make = parser
        self._bodiless = bodiless
        """Asked at a final answer's head: whether it has no body, as one to HEAD."""
        self._data = b""
        self._at = 0
        self._parser = parser(self)
        self._begin()

    def __repr__(self) -> str:
        return f"<Framer {self.broken or self._message!r}>"

    def _begin(self) -> None:
        self._message = Message()
        self._head_size = 0
        self._left = 0
        self._content = 0

    @property
    def rest(self) -> bytes:
        """What was fed and not yet given as a segment."""
        return self._data[self._at :]

    def feed(self, data: bytes) -> Iterator[MessageSegment]:
        """Give the segments that the data consists of, up to what cannot be parsed."""
        self._data, self._at = data, 0
        while self._at < len(data):
            piece = data[self._at : self._cut()]
            message = self._message
            self._content = 0
            upgraded = False
            if not message.headed:
                self._head_size += len(piece)
                if self._head_size > HEAD_LIMIT:
                    self.broken = f"a head of over {HEAD_LIMIT} bytes"
                    return
            self._left -= min(self._left, len(piece))
            try:
                self._parser.feed_data(piece)
            except httptools.HttpParserUpgrade:
                upgraded = True
            except httptools.HttpParserError as error:
                self.broken = str(error)
                return
            self._at += len(piece)
            if message.complete and (upgraded or message is self._message):
                # The parser would now wait for a body that does not come, or for no message at all.
                self._parser = self._make(self)
                self._begin()
            yield MessageSegment(message, piece, self._content, message.complete)

    def _cut(self) -> int:
        """Return where the piece that begins here ends."""
        if not self._message.delimited:
            return len(self._data)
        if self._left:
            return min(len(self._data), self._at + self._left)
        if not self._head_size:
            # The usual case, a head that comes whole; lines would find the same later.
            end = self._data.find(b"\r\n\r\n", self._at, self._at + HEAD_LIMIT)
            if end > self._at:
                return end + 4
        return self._data.find(b"\n", self._at) + 1 or len(self._data)

    # What the parser calls.

    def on_url(self, url: bytes) -> None:
        """Take a part of the request's target."""
        self._message.path += url.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; trailers, which come after the head, are passed over."""
        if not self._message.headed:
            self._message.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Look at a head: what it asks or answers, and how its body will end."""
        message = self._message
        message.headed = True
        message.version = self._parser.get_http_version()
        if isinstance(self._parser, httptools.HttpRequestParser):
            message.method = self._parser.get_method().decode("latin-1")
        else:
            message.status = self._parser.get_status_code()
        chunked = message.header("transfer-encoding") is not None
        length = message.header("content-length")
        if length is not None and not chunked:
            self._left = int(length)
        if message.status >= 200:
            message.complete = self._bodiless(message)
            message.delimited = chunked or length is not None or message.complete

    def on_body(self, body: bytes) -> None:
        """Count content."""
        self._content += len(body)

    def on_message_complete(self) -> None:
        """Begin the next message."""
        self._message.complete = self._message.delimited = True
        content = self._content
        self._begin()
        self._content = content


def waits(request: Message) -> bool:
    """Whether the client waits for leave to go on before it sends the body (RFC 9110, 10.1.1)."""
    return (request.header("expect") or "").lower() == "100-continue"
