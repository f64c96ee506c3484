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

from collections.abc import Callable

import httptools

INTERIM_BELOW = 200
SWITCHING = 101
LONGEST_HEAD = 262_144
"""The most bytes of an answer's head, interim answers included."""
_END = b"\r\n\r\n"


class MalformedAnswer(Exception):
    """What was read is not an HTTP answer to the request."""


class AnswerReader:
    """Reads one answer after another from the bytes of one connection. It does no I/O."""

    def __init__(self, *, keep_headers: frozenset[str] | None = None) -> None:
        self.can_reuse = True
        """Whether the connection may carry another request."""
        self.headers: dict[str, str] = {}
        """The last answer's, by lower-case name: those of `keep_headers`."""
        self.body: list[bytes] = []
        """The last answer's body in pieces; only with `keep_headers`."""
        self._keep = keep_headers
        self._is_head = self._offers_upgrade = False
        self._status = 0
        self._head = b""
        self._is_final = False
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
        if self._is_head:
            handler = _Calls(on_headers_complete=self._complete)
        elif self._keep is not None:
            handler = _Collecting(self, self._keep, self._complete)
        self._parser = httptools.HttpResponseParser(handler)
        self._feed = self._parser.feed_data

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
        self._head = b""
        self._is_final = False
        if self._is_head or self._offers_upgrade:
            self.expect()
        return status

    def _remember(self, data: bytes) -> None:
        """Keep the final answer's head: at the connection's close, its end depends on it."""
        if self._is_final:
            return
        self._head = _without_interim(self._head + data)
        self._is_final = _END in self._head and not _is_interim(self._head)
        if len(self._head) > LONGEST_HEAD and not self._is_final:
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


class _Collecting:
    """A parser's handler that also keeps headers and the body."""

    def __init__(
        self, reader: AnswerReader, keep: frozenset[str], complete: Callable[[], None]
    ) -> None:
        self.on_message_complete = complete
        self._reader = reader
        self._keep = keep
        self._in_head = True
        self._is_over = False

    def on_message_begin(self) -> None:
        """Forget what an interim answer had; take nothing that follows the answer."""
        self._in_head = True
        self._is_over = self._reader.is_complete
        if self._is_over:
            return
        self._reader.headers = {}
        self._reader.body = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header that was asked for; what comes after the head is a trailer."""
        lowered = name.lower().decode("latin-1")
        if self._in_head and lowered in self._keep and not self._is_over:
            self._reader.headers[lowered] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Take no more headers."""
        self._in_head = False

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        if not self._is_over:
            self._reader.body.append(body)


def _is_interim(head: bytes) -> bool:
    """Return whether bytes are, or may become, the head of an interim answer."""
    return head[9:10] in {b"", b"1"} and head[9:12] != b"101"


def _without_interim(head: bytes) -> bytes:
    """Return what follows the interim answers that are complete."""
    while _is_interim(head) and _END in head:
        head = head.partition(_END)[2]
    return head


def _status_until_close(head: bytes) -> int:
    """Return the status of an answer that has neither a length nor chunks (RFC 9112, 6.3)."""
    lines = head.partition(_END)[0].split(b"\r\n")
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
