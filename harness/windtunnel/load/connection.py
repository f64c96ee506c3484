"""One keep-alive HTTP/1.1 connection of the load engine: one request at a time."""

import asyncio
import errno
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import cast

from windtunnel.address import Address
from windtunnel.load.answer_reader import AnswerReader, MalformedAnswer
from windtunnel.load.connection_errors import failure_of
from windtunnel.records import RequestFailure


class EveryHeader:
    """Holds every header's name: all are kept."""

    def __contains__(self, name: object) -> bool:
        """Say that it does."""
        return True


@dataclass(slots=True)
class HttpAnswer:
    """What came back for one request."""

    status: int | None = None
    failure: RequestFailure = RequestFailure.NONE
    detail: str = ""
    """The system's or the parser's own words for the failure, where there are any."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name; only those that were asked to be kept."""
    body: bytes = b""
    """Its first 64 MiB, in whole pieces as they came."""


class HttpConnection(asyncio.Protocol):
    """Sends requests one after another; connects when it has no usable connection.

    A failure is an HttpAnswer with `failure`, never an exception: the caller records it.
    """

    def __init__(self, address: Address, *, keep_headers: Container[str]) -> None:
        self._address = address
        self._keep_headers = keep_headers
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[int] | None = None
        self._reader = AnswerReader(keep_headers=keep_headers)
        self._most: int | None = None

    def __repr__(self) -> str:
        state = "idle" if self._transport and not self._waiter else "busy"
        return f"<HttpConnection {self._address} {state if self._transport else 'closed'}>"

    async def get(
        self,
        path: str,
        *,
        timeout: float,  # noqa: ASYNC109 - part of the answer
        most: int | None = None,
    ) -> HttpAnswer:
        """Return the answer to GET `path`; see `send`."""
        host = str(self._address).encode()
        head = b"GET %b HTTP/1.1\r\nhost: %b\r\n\r\n" % (path.encode("ascii"), host)
        return await self.send(head, timeout=timeout, most=most)

    async def send(
        self,
        request: bytes,
        *,
        timeout: float,  # noqa: ASYNC109 - part of the answer
        is_head: bool = False,
        offers_upgrade: bool = False,
        most: int | None = None,
    ) -> HttpAnswer:
        """Return the answer to a whole request, within `timeout` seconds including any connect.

        One with a body of over `most` bytes is read no further, and MALFORMED.
        """
        self._most = most
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                if self._transport is None or self._transport.is_closing():
                    tls = self._address.tls
                    await loop.create_connection(
                        lambda: self,
                        self._address.connect_to,
                        self._address.port,
                        ssl=tls.context() if tls else None,
                        server_hostname=tls.name(self._address.host) if tls else None,
                    )
                self._waiter = loop.create_future()
                assert self._transport is not None  # noqa: S101 - connection_made has set it
                if is_head or offers_upgrade:
                    self._reader.expect(is_head=is_head, offers_upgrade=offers_upgrade)
                self._transport.write(request)
                status = await self._waiter
        except TimeoutError:
            self.close()
            return HttpAnswer(failure=RequestFailure.TIMED_OUT)
        except (OSError, MalformedAnswer) as error:
            self.close()
            failure, detail = _failure(error)
            return HttpAnswer(failure=failure, detail=detail)
        except asyncio.CancelledError:
            self.close()  # its answer may come yet, and would be taken for the next request's
            raise
        finally:
            self._waiter = None
        answer = HttpAnswer(status, headers=self._reader.headers, body=b"".join(self._reader.body))
        if not self._reader.can_reuse:
            self.close()
        return answer

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
        self._reader = AnswerReader(keep_headers=self._keep_headers)

    def data_received(self, data: bytes) -> None:
        """Read the answer; what arrives without a request ends the connection."""
        if self._waiter is None or self._waiter.done():
            self.close()
            return
        try:
            status = self._reader.feed(data)
        except MalformedAnswer as error:
            self._waiter.set_exception(error)
            return
        if self._most is not None and self._reader.body_size > self._most:
            self._waiter.set_exception(MalformedAnswer(f"a body of over {self._most} bytes"))
        elif status:
            self._waiter.set_result(status)

    def eof_received(self) -> bool:
        """Close on the peer's end of data."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """End the request that waits: with its answer, where that lasts until the close."""
        self._transport = None
        if self._waiter is None or self._waiter.done():
            return
        status = self._reader.at_close() if exc is None else 0
        if status:
            self._waiter.set_result(status)
        else:
            self._waiter.set_exception(exc or _ClosedEarly())


class _ClosedEarly(ConnectionError):
    """The peer closed the connection in an orderly way before the answer was whole."""


def _failure(error: Exception) -> tuple[RequestFailure, str]:
    """Return the failure, and what the system or the parser says of it."""
    if isinstance(error, _ClosedEarly):
        return RequestFailure.CLOSED, ""
    if isinstance(error, MalformedAnswer):
        return RequestFailure.MALFORMED, str(error)
    failure = failure_of(error)
    if failure is not RequestFailure.OTHER:
        return failure, ""
    known = errno.errorcode.get(getattr(error, "errno", None) or 0)
    return failure, known or str(error) or type(error).__name__
