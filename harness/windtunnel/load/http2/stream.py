"""HTTP/2 streams that send one request at a time, and connections that are renewed."""

import asyncio
import ssl
from collections.abc import Sequence
from time import monotonic

from windtunnel.load.connection_errors import failure_of
from windtunnel.load.destination import Destination
from windtunnel.load.encoding import Encoded
from windtunnel.load.http1_connection import NAN, NEVER, Released, ignore
from windtunnel.load.http2.connection import Http2Connection
from windtunnel.load.http2.heads import Head, Heads
from windtunnel.load.plan import LoadPlan
from windtunnel.load.recorder import PACK, LoadRecorder
from windtunnel.records.request_failure import RequestFailure


class RenewedConnection:
    """One connection of a plan: opened at its first request, and again where it has ended."""

    def __init__(
        self, number: int, destination: Destination, tls: ssl.SSLContext | None, heads: Heads
    ) -> None:
        self.number = number
        self.heads = heads
        self._to = destination
        self._tls = tls
        self._http2: Http2Connection | None = None

    def __repr__(self) -> str:
        return f"<RenewedConnection {self.number} {self._http2 or 'not open'}>"

    def current(self) -> Http2Connection:
        """Return an open or opening connection."""
        if self._http2 is None or self._http2.is_closed:
            self._http2 = Http2Connection()
            opening = asyncio.get_running_loop().create_task(self._open(self._http2))
            self._http2.opening = opening
        return self._http2

    async def _open(self, opened: Http2Connection) -> None:
        try:
            await self._to.connect(opened, self._tls)
        except OSError as error:  # TLS's errors are OSErrors too
            opened.opening = None
            opened.fail(failure_of(error))

    def close(self) -> None:
        """Close the connection."""
        if self._http2 is not None:
            self._http2.close()


class Stream:
    """Sends one request at a time and records each, as an `Exchanger` does by HTTP/1.1.

    It is never dead: where its connection has ended, the next request opens another. A request that
    the server reports as not processed is sent once more, as any client may (RFC 9113, 8.7). Its
    latency counts from the first sending.
    """

    is_dead = False

    def __init__(self, connection: RenewedConnection, recorder: LoadRecorder) -> None:
        self.number = connection.number
        self.released: Released = ignore
        self.deadline = NEVER
        """When the request under way has failed; infinite while there is none."""
        self._connection = connection
        self._record = recorder.write
        self._item: Encoded | None = None
        self._http2: Http2Connection | None = None
        self._first_byte = NAN
        self._is_again = False

    def __repr__(self) -> str:
        return f"<Stream of {self._connection!r} {'busy' if self._item else 'idle'}>"

    def send(self, item: Encoded, intended: float, queued: int, now: float) -> None:
        """Send, `now`, a request that was due at `intended`. The one before must have ended."""
        self._item = item
        self._intended = intended
        self._queued = queued
        self.deadline = intended + item.timeout
        self._first_byte = NAN
        self._started = now
        self._is_again = False
        self._ask()

    def _ask(self) -> None:
        self._http2 = self._connection.current()
        self._http2.send(self)

    def expire(self) -> None:
        """Record the request under way as timed out."""
        http2 = self._http2
        if http2 is not None:
            http2.forget(self)
        self.failed(RequestFailure.TIMED_OUT)

    def close(self) -> None:
        """Close the connection; record nothing."""
        self._item = None
        self._connection.close()

    # windtunnel.load.http2.connection.AnswerReceiver

    def head(self) -> tuple[Head, bytes]:
        """Return the request's head and body."""
        assert self._item is not None  # noqa: S101 - the connection forgets it before this is cleared
        return self._connection.heads.of(self._item), self._item.body

    def began(self, now: float) -> None:
        """Note when the answer began."""
        self._first_byte = now

    def answered(self, now: float, status: int) -> None:
        """Record the answer."""
        if self._item is not None:
            self._end(self._item, now, status, self._item.verdicts[status])

    def failed(self, failure: RequestFailure) -> None:
        """Record that no answer came."""
        if self._item is not None:
            self._end(self._item, monotonic(), 0, failure)

    def refused(self) -> None:
        """Ask once more; a second refusal is an error."""
        if self._is_again:
            self.failed(RequestFailure.RESET)
        elif self._item is not None:
            self._is_again = True
            self._ask()

    def _end(self, item: Encoded, now: float, status: int, failure: int) -> None:
        self._item = None
        self._http2 = None
        self.deadline = NEVER
        row = PACK(
            *(self._intended, self._started, self._first_byte, now),
            *(self.number, status, item.index, failure, self._queued),
        )
        self._record(row)
        self.released(self, now)


def streams(
    plan: LoadPlan, numbers: Sequence[int], tls: ssl.SSLContext | None, recorder: LoadRecorder
) -> list[Stream]:
    """Return the streams of a plan's connections, which have these numbers.

    The connections take turns: a few concurrent requests are spread over as many connections.
    """
    heads = Heads(plan.destination)
    connections = [RenewedConnection(number, plan.destination, tls, heads) for number in numbers]
    return [Stream(connection, recorder) for _ in range(plan.streams) for connection in connections]
