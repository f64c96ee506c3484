"""One keep-alive HTTP/1.1 connection of the load engine: one request at a time."""

import asyncio
import errno
from dataclasses import dataclass, field
from typing import cast

import httptools

from windtunnel.address import Address
from windtunnel.load.answer_head import status_until_close
from windtunnel.load.connection_errors import failure_of
from windtunnel.records import RequestFailure


@dataclass(slots=True)
class HttpAnswer:
    """What came back for one request."""

    status: int | None = None
    failure: RequestFailure = RequestFailure.NONE
    detail: str = ""
    """The system's or the parser's own words for the failure, where there are any."""
    headers: dict[str, str] = field(default_factory=dict)
    """By lower-case name; only those that were asked to be kept."""
    body: bytes = b""
    """Kept only where asked for."""


class HttpConnection(asyncio.Protocol):
    """Sends GET requests one after another; connects when it has no usable connection.

    A failure is an HttpAnswer with `failure`, never an exception: the caller records it.
    """

    def __init__(self, address: Address, *, keep_headers: frozenset[str]) -> None:
        self._address = address
        self._keep_headers = keep_headers
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._answer = HttpAnswer()
        self._body: list[bytes] = []
        self._head = b""
        self._lost: Exception | None = None

    def __repr__(self) -> str:
        state = "idle" if self._transport and not self._waiter else "busy"
        return f"<HttpConnection {self._address} {state if self._transport else 'closed'}>"

    async def get(self, path: str, *, timeout: float) -> HttpAnswer:  # noqa: ASYNC109 - part of the answer
        """Return the answer to GET `path`, within `timeout` seconds including any connect."""
        self._answer = HttpAnswer()
        self._body = []
        self._head = b""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                if self._transport is None or self._transport.is_closing():
                    await loop.create_connection(
                        lambda: self, self._address.host, self._address.port
                    )
                self._parser = httptools.HttpResponseParser(self)
                self._waiter = loop.create_future()
                assert self._transport is not None  # noqa: S101 - connection_made has set it
                self._transport.write(
                    b"GET %b HTTP/1.1\r\nhost: %b\r\n\r\n"
                    % (path.encode("ascii"), str(self._address).encode())
                )
                await self._waiter
        except TimeoutError:
            self._answer = HttpAnswer(failure=RequestFailure.TIMED_OUT)
            self.close()
        except (OSError, httptools.HttpParserError) as error:
            failure, detail = _failure(error)
            self._answer = HttpAnswer(failure=failure, detail=detail)
            self.close()
        finally:
            self._waiter = None
        self._answer.body = b"".join(self._body)
        return self._answer

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the new transport."""
        # uvloop's transports are no subclasses of asyncio's, only like them.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Feed the answer's parser; what arrives without a request ends the connection."""
        if self._parser is None or self._waiter is None or self._waiter.done():
            self.close()
            return
        if b"\r\n\r\n" not in self._head:
            self._head += data
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._waiter.set_exception(error)

    def eof_received(self) -> bool:
        """Close on the peer's end of data."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """End the request that waits: with its answer, where that lasts until the close."""
        self._transport = None
        if self._waiter is None or self._waiter.done():
            return
        status = status_until_close(self._head) if self._head and exc is None else 0
        if status:
            self._answer.status = status
            self._waiter.set_result(None)
        else:
            self._waiter.set_exception(exc or _ClosedEarly())

    # httptools's callbacks

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the headers that were asked for."""
        lowered = name.lower().decode("latin-1")
        if lowered in self._keep_headers:
            self._answer.headers[lowered] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """Gather the body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Give the answer to the waiter."""
        assert self._parser is not None  # noqa: S101 - it is the one that calls
        self._answer.status = self._parser.get_status_code()
        if not self._parser.should_keep_alive():
            self.close()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class _ClosedEarly(ConnectionError):
    """The peer closed the connection in an orderly way before the answer was whole."""


def _failure(error: Exception) -> tuple[RequestFailure, str]:
    """Return the failure, and what the system or the parser says of it."""
    if isinstance(error, _ClosedEarly):
        return RequestFailure.CLOSED, ""
    if isinstance(error, httptools.HttpParserError):
        return RequestFailure.MALFORMED, str(error)
    failure = failure_of(error)
    if failure is not RequestFailure.OTHER:
        return failure, ""
    known = errno.errorcode.get(getattr(error, "errno", None) or 0)
    return failure, known or str(error) or type(error).__name__
