"""One HTTP/1.1 connection of the load engine. Each request takes this path: it allocates little."""

import asyncio
import ssl
from collections.abc import Callable
from time import monotonic
from typing import Protocol, cast

from windtunnel.load.answer_reader import AnswerReader, MalformedAnswer
from windtunnel.load.connection_errors import failure_of
from windtunnel.load.destination import Destination
from windtunnel.load.encoding import Encoded
from windtunnel.load.recorder import PACK, LoadRecorder
from windtunnel.load.repeated_answer import is_one_answer
from windtunnel.records.request_failure import RequestFailure

NAN = float("nan")
NEVER = float("inf")
REMEMBERED = 4096
"""The most bytes of an answer that a connection keeps: there may be thousands of connections."""

Released = Callable[["Slot", float], None]


class Slot(Protocol):
    """Sends one request at a time: an HTTP/1.1 connection, or a stream of an HTTP/2 connection."""

    @property
    def number(self) -> int:
        """The number of its connection."""

    @property
    def is_dead(self) -> bool:
        """Whether it can send no further request."""

    @property
    def deadline(self) -> float:
        """When the request under way has failed; infinite while there is none."""

    released: Released
    """Called when it is free for another."""

    def send(self, item: Encoded, intended: float, queued: int, now: float) -> None:
        """Send, `now`, a request that was due at `intended`. The one before must have ended."""

    def expire(self) -> None:
        """Record the request under way as timed out."""

    def close(self) -> None:
        """Close; record nothing."""


class Exchanger(asyncio.Protocol):
    """One HTTP/1.1 connection: sends one request at a time and records each.

    It calls `released` when it is free for another. The time to connect counts in the first
    request's. It never raises: each error is recorded as a `RequestFailure`.
    """

    def __init__(
        self,
        number: int,
        destination: Destination,
        tls: ssl.SSLContext | None,
        recorder: LoadRecorder,
    ) -> None:
        self.number = number
        self.released: Released = ignore
        self.deadline = NEVER
        """When the request under way has failed; infinite while there is none."""
        self.is_dead = False
        self._destination = destination
        self._tls = tls
        self._record = recorder.write
        self._item: Encoded | None = None
        self._transport: asyncio.Transport | None = None
        self._opening: asyncio.Task[None] | None = None
        self._first_byte = NAN
        self._reader = self._new_reader()
        self._read = self._reader.feed
        self._last = self._again = b""
        """The last answer that came in one piece, and the last that came twice in a row."""
        self._again_status = 0

    def __repr__(self) -> str:
        state = "dead" if self.is_dead else "busy" if self._item else "idle"
        return f"<Exchanger {self.number} {state}>"

    def _new_reader(self) -> AnswerReader:
        return AnswerReader()

    def send(self, item: Encoded, intended: float, queued: int, now: float) -> None:
        """Send, `now`, a request that was due at `intended`. The one before must have ended."""
        self._item = item
        self._intended = intended
        self._queued = queued
        self.deadline = intended + item.timeout
        self._first_byte = NAN
        self._started = now
        if self._transport is not None:
            if not item.is_plain:
                self._expect(item)
            self._write(item.wire)
        else:
            self._opening = asyncio.get_running_loop().create_task(self._open())

    async def _open(self) -> None:
        try:
            await self._destination.connect(self, self._tls)
        except OSError as error:  # TLS's errors are OSErrors too
            self._opening = None
            self._fail(failure_of(error))

    def expire(self) -> None:
        """Record the request under way as timed out."""
        self._fail(RequestFailure.TIMED_OUT)

    def close(self) -> None:
        """Close; record nothing."""
        self._item = None
        self._drop()

    def _drop(self) -> None:
        self.is_dead = True
        if self._opening is not None:
            self._opening.cancel()
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, failure: RequestFailure) -> None:
        self._drop()
        self._end(monotonic(), 0, failure)

    def _end(self, now: float, status: int, failure: int) -> None:
        item = self._item
        if item is None:
            return
        self._item = None
        self.deadline = NEVER
        self._record(
            PACK(
                self._intended,
                self._started,
                self._first_byte,
                now,
                self.number,
                status,
                item.index,
                failure,
                self._queued,
            )
        )
        self.released(self, now)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the request that this connection was opened for."""
        # uvloop's transports are no subclasses of asyncio's, only like them.
        self._transport = cast("asyncio.Transport", transport)
        self._write = self._transport.write
        self._opening = None
        if self._item is None:
            self._drop()
            return
        if not self._item.is_plain:
            self._expect(self._item)
        self._write(self._item.wire)

    def _expect(self, item: Encoded) -> None:
        """Have the next answer read as that to HEAD or to an offer of an upgrade."""
        self._again = b""
        self._reader.expect(is_head=item.is_head, offers_upgrade=item.offers_upgrade)

    def data_received(self, data: bytes) -> None:
        """Feed the answer's parser, and end the request with the answer."""
        now = monotonic()
        item = self._item
        if item is None:
            self._drop()  # an answer without a request
            return
        is_first = self._first_byte != self._first_byte  # NaN: no answer has begun
        if is_first:
            self._first_byte = now
            if data == self._again:
                # The same bytes in the same state of the reader: their status is known.
                self._end_again(now, item)
                return
        try:
            status = self._read(data)
        except MalformedAnswer:
            self._fail(RequestFailure.MALFORMED)
            return
        if status:
            if not self._reader.can_reuse:
                self._drop()
            elif is_first and item.is_plain:
                self._remember(data, status)
            self._end(now, status, item.verdicts[status])
        elif not self._reader.has_begun:
            self._first_byte = NAN

    def _end_again(self, now: float, item: Encoded) -> None:
        """End the request with the answer that came again."""
        self._end(now, self._again_status, item.verdicts[self._again_status])

    def _remember(self, data: bytes, status: int) -> None:
        """Remember an answer that came twice in a row."""
        if len(data) > REMEMBERED:
            return
        if data == self._last and is_one_answer(data):
            self._again = data
            self._again_status = status
        self._last = data

    def eof_received(self) -> bool:
        """Close on the peer's end of data."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """End the request under way: with its answer, where that lasts until the close."""
        self.is_dead = True
        item = self._item
        if item is None:
            return
        status = self._reader.at_close() if exc is None else 0
        if status:
            self._end(monotonic(), status, item.verdicts[status])
        else:
            self._end(monotonic(), 0, failure_of(exc) if exc else RequestFailure.CLOSED)


def ignore(place: Slot, now: float) -> None:
    """Do nothing with a released connection."""
