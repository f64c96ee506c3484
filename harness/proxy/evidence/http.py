"""Finds the exchanges in an HTTP/1 connection."""

from collections import deque

import httptools

from harness.proxy.evidence.exchanges import Exchanges, Pending


class HttpExchanges(Exchanges):
    """Requests and responses in order; pipelining, HEAD and 1xx included."""

    def __init__(self) -> None:
        super().__init__()
        self._requests = httptools.HttpRequestParser(_RequestCallbacks(self))
        self._responses = httptools.HttpResponseParser(_ResponseCallbacks(self))
        self._open: deque[Pending] = deque()
        self._now = 0.0
        self._raw = False

    def received(self, data: bytes, now: float) -> None:
        """Parse what came from the target."""
        self._now = now
        if self._raw:
            return
        try:
            self._requests.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._give_up("an upgraded connection is recorded as one exchange")
        except httptools.HttpParserError as error:
            self._give_up(f"a request could not be parsed: {error}")
            self.begin("bytes", now)

    def answered(self, data: bytes, now: float) -> None:
        """Parse what went back."""
        self._now = now
        if self._raw:
            return
        try:
            self._responses.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._give_up("an upgraded connection is recorded as one exchange")
        except httptools.HttpParserError as error:
            self._give_up(f"an answer could not be parsed: {error}")

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
        """Take the request's path."""
        self._open[-1].request += path.decode("latin-1")

    def request_headed(self) -> None:
        """Take the request's method."""
        pending = self._open[-1]
        method = self._requests.get_method().decode()
        pending.head = method == "HEAD"
        pending.request = f"{method} {pending.request}"

    def answer_headed(self) -> None:
        """Look at an answer's head; to HEAD that is all of it."""
        if self._open and self._open[0].head:
            self.answer_complete()
            self._responses = httptools.HttpResponseParser(_ResponseCallbacks(self))

    def answer_complete(self) -> None:
        """End an exchange: its answer was handed on whole. An interim one (1xx) is none yet."""
        status = self._responses.get_status_code()
        if self._open and status >= 200:
            self.answer(self._open.popleft(), str(status), self._now)


class _RequestCallbacks:
    def __init__(self, exchanges: HttpExchanges) -> None:
        self._exchanges = exchanges

    def on_message_begin(self) -> None:
        self._exchanges.request_begun()

    def on_url(self, url: bytes) -> None:
        self._exchanges.request_named(url)

    def on_headers_complete(self) -> None:
        self._exchanges.request_headed()


class _ResponseCallbacks:
    def __init__(self, exchanges: HttpExchanges) -> None:
        self._exchanges = exchanges

    def on_headers_complete(self) -> None:
        self._exchanges.answer_headed()

    def on_message_complete(self) -> None:
        self._exchanges.answer_complete()
