"""Finds the exchanges in an HTTP/1 connection."""

from collections import deque

import httptools

from windtunnel.protocols.exchanges import Exchanges, Pending

SWITCHING = 101
PATH_KEPT = 2048
"""Characters of a request's path that are recorded; "…" stands for the rest."""
BOUNDING = frozenset({b"content-length", b"transfer-encoding"})
"""Headers that say where an answer ends."""
BOUNDING_LENGTHS = frozenset(len(name) for name in BOUNDING)


class HttpExchanges(Exchanges):
    """Requests and responses in order; pipelining, HEAD and 1xx included."""

    def __init__(self) -> None:
        super().__init__()
        self._of_requests = _RequestCallbacks(self)
        self._of_answers = _AnswerCallbacks(self)
        self._requests = httptools.HttpRequestParser(self._of_requests)
        self._responses = httptools.HttpResponseParser(self._of_answers)
        self._open: deque[Pending] = deque()
        self._heads = 0
        """How many of them are answered by a head alone."""
        self._bounded = self._unbounded = False
        """Whether the head being read says where its answer ends; whether the last did not."""
        self._now = 0.0
        self._raw = False

    def received(self, data: bytes, now: float) -> None:
        """Parse what came from the target."""
        self._now = now
        while data and not self._raw:
            try:
                self._requests.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                # Asked for, not granted: without an answer of 101 HTTP goes on.
                data = data[upgrade.args[0] :]
                self._requests = httptools.HttpRequestParser(self._of_requests)
                continue
            except httptools.HttpParserError as error:
                if self._open and not self._open[-1].request.partition(" ")[2]:
                    self._open[-1].request = "bytes"
                else:
                    self.begin("bytes", now)
                self._give_up(f"a request could not be parsed: {error}")
            return

    def answered(self, data: bytes, now: float) -> None:
        """Parse what went back."""
        self._now = now
        while data and not self._raw:
            # A head's end is looked for by lines, where an answer may end with it unlike its
            # length says; the parser alone would take the next answer for its body.
            end = data.find(b"\n") + 1 or len(data) if self._heads else len(data)
            try:
                self._responses.feed_data(data[:end])
            except httptools.HttpParserUpgrade:
                self._give_up("an upgraded connection is recorded as one exchange")
            except httptools.HttpParserError as error:
                self._give_up(f"an answer could not be parsed: {error}")
            data = data[end:]

    def finished(self, now: float) -> None:
        """End the answer that only the connection's end ends (RFC 9112, 6.3)."""
        if self._unbounded and self._open and not self._raw:
            self.answer(self._open.popleft(), str(self._responses.get_status_code()), now)
            self._unbounded = False

    @property
    def idle(self) -> bool:
        """Whether every request has been answered."""
        return not self.pending and not self._raw

    def _give_up(self, why: str) -> None:
        self._raw = True
        self.blind_spots.append(why)

    def request_begun(self) -> None:
        """Begin an exchange: a request's first byte arrived."""
        self._open.append(self.begin("", self._now))

    def request_named(self, path: bytes) -> None:
        """Take the request's path, which comes in pieces."""
        pending = self._open[-1]
        pending.request += path[: PATH_KEPT + 1].decode("latin-1")
        if len(pending.request) > PATH_KEPT:
            pending.request = pending.request[:PATH_KEPT] + "…"

    def request_headed(self) -> None:
        """Take the request's method."""
        pending = self._open[-1]
        method = self._requests.get_method().decode()
        pending.head = method == "HEAD"
        self._heads += pending.head
        pending.request = f"{method} {pending.request}"

    def answer_header(self, name: bytes, _value: bytes) -> None:
        """Look for a header that says where the answer ends."""
        # The length first: this is called for every header.
        if len(name) in BOUNDING_LENGTHS and name.lower() in BOUNDING:
            self._bounded = True

    def answer_headed(self) -> None:
        """Look at an answer's head: to HEAD that is all of it."""
        final = self._responses.get_status_code() >= 200
        self._unbounded = final and not self._bounded
        self._bounded = False
        if final and self._open and self._open[0].head:
            self.answer_complete()
            self._responses = httptools.HttpResponseParser(self._of_answers)

    def answer_complete(self) -> None:
        """End an exchange: its answer was handed on whole. An interim one (1xx) is none yet."""
        status = self._responses.get_status_code()
        self._unbounded = False
        if self._open and (status >= 200 or status == SWITCHING):
            pending = self._open.popleft()
            self._heads -= pending.head
            self.answer(pending, str(status), self._now)


class _RequestCallbacks:
    """What the parser looks for by name, bound without a call between."""

    def __init__(self, exchanges: HttpExchanges) -> None:
        self.on_message_begin = exchanges.request_begun
        self.on_url = exchanges.request_named
        self.on_headers_complete = exchanges.request_headed


class _AnswerCallbacks:
    def __init__(self, exchanges: HttpExchanges) -> None:
        self.on_header = exchanges.answer_header
        self.on_headers_complete = exchanges.answer_headed
        self.on_message_complete = exchanges.answer_complete
