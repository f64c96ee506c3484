"""The rules for reading HTTP/1.1 answers, the same for every connection of the load engine.

- An interim answer (1xx) is not the answer: reading goes on (RFC 9110, 15.2).
- 101 ends HTTP on the connection. It is the answer to a request that offered an upgrade, and
  malformed after any other (RFC 9110, 7.8).
- An answer to HEAD, and 204 and 304, have no body, whatever their headers say (RFC 9112, 6.3).
- An answer with neither a length nor chunks lasts until the server closes the connection. Any
  other answer that the close cuts off is no answer.
- Trailer fields are not header fields (RFC 9110, 6.5.1).
- Bytes after an answer belong to no request: the connection is not used again.
"""

from collections.abc import Callable, Container
from functools import partial

import httptools

INTERIM_BELOW = 200
SWITCHING = 101
LONGEST_HEAD = 262_144
"""The most bytes of an answer's head, interim answers included."""
LONGEST_KEPT = 2**26
"""The most bytes of a body that are kept. What follows them is read and dropped."""
_END = b"\r\n\r\n"
_JOINED = 4096
"""Bytes of a head from which on pieces of one field are put together before they are read."""


class MalformedAnswer(Exception):
    """What was read is not an HTTP answer to the request."""


class AnswerReader:
    """Reads one answer after another from the bytes of one connection. It does no I/O."""

    def __init__(
        self, *, keep_headers: Container[str] | None = None, keep_body: bool = True
    ) -> None:
        self.can_reuse = True
        """Whether the connection may carry another request."""
        self.headers: dict[str, str] = {}
        """The last answer's, by lower-case name: those of `keep_headers`."""
        self.body: list[bytes] = []
        """The last answer's body in pieces, up to `LONGEST_KEPT`; only with `keep_headers`, and
        where `keep_body` says so."""
        self.body_size = 0
        """Bytes of the last answer's body so far; only where the body is kept."""
        self._keep = keep_headers
        self._keep_body = keep_body
        self._is_head = self._offers_upgrade = False
        self._status = 0
        self._head = bytearray()
        self._searched = 0
        """Bytes of the head in which its end does not begin."""
        self._is_final = False
        self._held = bytearray()
        """Bytes of the head that the parser has not had."""
        self._renew()

    def __repr__(self) -> str:
        return f"<AnswerReader {'in an answer' if self._head else 'between two answers'}>"

    @property
    def has_begun(self) -> bool:
        """Whether a part of the final answer has come; while only interim ones have, it has not."""
        return self._is_final or not _is_interim(self._head)

    @property
    def is_complete(self) -> bool:
        """Whether the bytes being fed have completed an answer already."""
        return self._status != 0

    def expect(self, *, is_head: bool = False, offers_upgrade: bool = False) -> None:
        """Read the next answer as one to HEAD, or to a request that offers an upgrade."""
        self._is_head = is_head
        self._offers_upgrade = offers_upgrade
        self._renew()

    def _renew(self) -> None:
        # With one callback alone, the parser enters Python once an answer.
        handler: object = _Calls(on_message_complete=self._complete)
        if self._keep is not None:
            collecting = _Collecting if self._keep_body else _CollectingFields
            handler = (_CollectingHead if self._is_head else collecting)(
                self, self._keep, self._complete
            )
        elif self._is_head:
            handler = _Calls(on_headers_complete=self._complete)
        self._parser = httptools.HttpResponseParser(handler)
        self._feed: Callable[[bytes], None] = self._parser.feed_data
        if isinstance(handler, _CollectingFields):
            self._feed = partial(self._feed_fields, handler)

    def feed(self, data: bytes) -> int:
        """Take more bytes. Return the answer's status once it is complete, else 0.

        Raises MalformedAnswer.
        """
        try:
            self._feed(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self._status:
                raise MalformedAnswer(self._mistake(error)) from None
            self.can_reuse = False  # the answer is complete: what follows it is not HTTP
        status = self._status
        if not status:
            self._remember(data)
            return 0
        self._status = 0
        self._head.clear()
        self._searched = 0
        self._is_final = False
        if self._is_head or self._offers_upgrade:
            self.expect()
        return status

    def _feed_fields(self, fields: "_CollectingFields", data: bytes) -> None:
        """Give the parser no field of a long head in small pieces.

        With each piece it copies what it has of the field. So they wait for the end of the line, or
        until they are an eighth of the head.
        """
        is_long = fields.is_in_head and len(self._head) > _JOINED
        if is_long and b"\n" not in data and len(self._held) * 8 < len(self._head):
            self._held += data
            return
        if self._held:
            data = bytes(self._held) + data
            self._held.clear()
        self._parser.feed_data(data)

    def _remember(self, data: bytes) -> None:
        """Keep the final answer's head: at the connection's close, its end depends on it."""
        if self._is_final:
            return
        head = self._head
        head += data
        begun = 0  # where the first answer is that is not a complete interim one
        while (end := head.find(_END, max(begun, self._searched))) >= 0:
            if not _is_interim(head, begun):
                self._is_final = True
                break
            begun = self._searched = end + len(_END)
        del head[:begun]
        self._searched = max(len(head) - len(_END) + 1, 0)
        if len(head) > LONGEST_HEAD and not self._is_final:
            raise MalformedAnswer(f"a head of over {LONGEST_HEAD} bytes")

    def at_close(self) -> int:
        """Return the status of an answer that lasts until the connection's close, else 0."""
        return _status_until_close(self._head) if self._is_final else 0

    def _complete(self) -> None:
        """Note the status of a complete answer, unless it is an interim one."""
        status = self._parser.get_status_code()
        if self._status:
            self.can_reuse = False  # a second answer to one request
        elif status >= INTERIM_BELOW:
            self.can_reuse = self._parser.should_keep_alive()
            self._status = status
        elif status == SWITCHING and self._offers_upgrade:
            self.can_reuse = False
            self._status = status

    def _mistake(self, error: Exception) -> str:
        if self._parser.get_status_code() == SWITCHING:
            return "101 to a request that offered no upgrade"
        return str(error)


class _Calls:
    """A parser's handler: httptools looks for its attributes."""

    def __init__(self, **calls: Callable[[], None]) -> None:
        self.__dict__.update(calls)


class _CollectingFields:
    """A parser's handler that also keeps headers."""

    def __init__(
        self, reader: AnswerReader, keep: Container[str], complete: Callable[[], None]
    ) -> None:
        self.on_message_complete = complete
        self._reader = reader
        self._keep = keep
        self.is_in_head = True
        self._is_over = False

    def on_message_begin(self) -> None:
        """Forget what an interim answer had; take nothing that follows the answer."""
        self.is_in_head = True
        self._is_over = self._reader.is_complete
        if self._is_over:
            return
        self._reader.headers = {}
        self._reader.body = []
        self._reader.body_size = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header that was asked for; what comes after the head is a trailer."""
        lowered = name.lower().decode("latin-1")
        if self.is_in_head and lowered in self._keep and not self._is_over:
            text = value.decode("latin-1")
            headers = self._reader.headers
            if lowered in headers:
                # Several are one list (RFC 9110, 5.3), but Set-Cookie, whose values have commas.
                text = f"{headers[lowered]}{chr(10) if lowered == 'set-cookie' else ', '}{text}"
            headers[lowered] = text

    def on_headers_complete(self) -> None:
        """Take no more headers."""
        self.is_in_head = False


class _Collecting(_CollectingFields):
    """A parser's handler that also keeps headers and the body."""

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body, which may have no end."""
        if self._is_over:
            return
        self._reader.body_size += len(body)
        if self._reader.body_size <= LONGEST_KEPT:
            self._reader.body.append(body)


class _CollectingHead(_CollectingFields):
    """As that, of an answer to HEAD, which is complete with its head."""

    def __init__(
        self, reader: AnswerReader, keep: Container[str], complete: Callable[[], None]
    ) -> None:
        super().__init__(reader, keep, lambda: None)
        self._complete = complete

    def on_headers_complete(self) -> None:
        """Take no more headers: it is complete."""
        super().on_headers_complete()
        self._complete()


def _is_interim(head: bytearray, begun: int = 0) -> bool:
    """Return whether bytes from a place on are, or may become, the head of an interim answer."""
    status = bytes(head[begun + 9 : begun + 12])
    return status[:1] in {b"", b"1"} and status != b"101"


def _status_until_close(head: bytearray) -> int:
    """Return the status of an answer that has neither a length nor chunks (RFC 9112, 6.3)."""
    lines = bytes(head).partition(_END)[0].split(b"\r\n")
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        fields[name.strip().lower()] = value.strip().lower()
    coding = fields.get(b"transfer-encoding")
    if coding is not None:
        is_open = coding.rpartition(b",")[2].strip() != b"chunked"
    else:
        is_open = b"content-length" not in fields
    status = lines[0][9:12]
    return int(status) if is_open and status.isdigit() else 0
