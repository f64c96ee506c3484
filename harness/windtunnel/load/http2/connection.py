"""One HTTP/2 connection from its opening to its end."""

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from time import monotonic
from typing import Protocol, cast

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.exceptions import H2Error, StreamClosedError
from h2.settings import SettingCodes, Settings

from windtunnel.load.connection_errors import failure_of
from windtunnel.load.http2.goaway import Frames, GoAway
from windtunnel.load.http2.heads import Head
from windtunnel.records.request_failure import RequestFailure

WINDOW = 2**24
"""Bytes that a server may send ahead, so that its answers never wait for us."""
STATUSES = range(100, 600)
"""What a status is (RFC 9110, 15)."""
WITHOUT_BODY = (204, 304)
"""Statuses whose answers have no body, whatever their length says (RFC 9110, 6.4.1)."""


class AnswerReceiver(Protocol):
    """Takes the answer to one request, or the reason why none comes."""

    def head(self) -> tuple[Head, bytes]:
        """Return the request's head and body."""

    def began(self, now: float) -> None:
        """Note that the answer has begun."""

    def answered(self, now: float, status: int) -> None:
        """Take the status of the complete answer."""

    def failed(self, failure: RequestFailure) -> None:
        """Take the reason why no answer comes."""

    def refused(self) -> None:
        """Note that the server never processed the request: it may be sent again."""


class Http2Connection(asyncio.Protocol):
    """Carries any number of requests at a time. Once `is_closed`, it takes no more."""

    def __init__(self) -> None:
        self.is_closed = False
        self.opening: asyncio.Task[None] | None = None
        """Connects it; cancelled with it."""
        settings = H2Configuration(
            client_side=True,
            # Our own fields are in order already; each check costs tens of microseconds.
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self._h2 = H2Connection(config=settings)
        values = {SettingCodes.ENABLE_PUSH: 0, SettingCodes.INITIAL_WINDOW_SIZE: WINDOW}
        self._h2.local_settings = Settings(client=True, initial_values=values)
        self._most = 1
        """Streams at a time. The server's first SETTINGS frame sets it."""
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[AnswerReceiver] = deque()
        self._asked: dict[int, AnswerReceiver] = {}
        self._statuses: dict[int, int] = {}
        self._bodies: dict[int, memoryview] = {}
        """What is not sent yet, seen and not copied: a body may have many thousand frames."""
        self._to_head: set[int] = set()
        """Streams whose answer has no body, whatever its length says."""

    def __repr__(self) -> str:
        state = "closed" if self.is_closed else "open" if self._transport else "opening"
        return f"<Http2Connection {state}, {len(self._asked)} streams>"

    def send(self, receiver: AnswerReceiver) -> None:
        """Send the receiver's request as soon as the connection and the server's limit allow."""
        self._waiting.append(receiver)
        if self._transport is not None:
            self._begin()

    def forget(self, receiver: AnswerReceiver) -> None:
        """Give up the receiver's request; its answer is not wanted any more."""
        if receiver in self._waiting:
            self._waiting.remove(receiver)
        for stream, each in list(self._asked.items()):
            if each is receiver:
                self._done(stream)
                self._cancel(stream)
        self._begin()

    def close(self) -> None:
        """Close; report nothing to the receivers."""
        self._waiting.clear()
        self._asked.clear()
        self._drop()

    def fail(self, failure: RequestFailure) -> None:
        """Close, and report the failure to every receiver."""
        waiting = [*self._asked.values(), *self._waiting]
        self.close()
        for receiver in waiting:
            receiver.failed(failure)

    def _drop(self) -> None:
        self.is_closed = True
        if self.opening is not None:
            self.opening.cancel()
        if self._transport is not None:
            self._transport.abort()

    def _begin(self) -> None:
        """Send the waiting requests that the limit allows, and the bytes that h2 has produced."""
        if self._transport is None:
            return
        while self._waiting and not self.is_closed:
            if self._h2.open_outbound_streams >= self._most:
                break
            receiver = self._waiting.popleft()
            stream = self._h2.get_next_available_stream_id()
            head, body = receiver.head()
            self._asked[stream] = receiver
            if head[0][1] == "HEAD":
                self._to_head.add(stream)
            self._h2.send_headers(stream, head, end_stream=not body)
            if body:
                self._bodies[stream] = memoryview(body)
                self._send_body(stream)
        data = self._h2.data_to_send()
        if data and not self._transport.is_closing():
            self._transport.write(data)
        if self.is_closed and not self._asked:
            self._drop()  # the last request before the GOAWAY has ended

    def _send_body(self, stream: int) -> None:
        """Send as much of a body as the server's window has room for."""
        body = self._bodies.pop(stream, None)
        while body and stream in self._asked:
            window = self._h2.local_flow_control_window(stream)
            size = min(window, self._h2.max_outbound_frame_size)
            if size <= 0:
                self._bodies[stream] = body
                return
            part, body = body[:size], body[size:]
            self._h2.send_data(stream, part, end_stream=not body)

    def _cancel(self, stream: int, reason: ErrorCodes = ErrorCodes.CANCEL) -> None:
        with suppress(StreamClosedError):  # then there is nothing left to cancel
            self._h2.reset_stream(stream, reason)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the preface, and the requests that waited for the connection."""
        # uvloop's transports are no subclasses of asyncio's, only like them.
        self._transport = cast("asyncio.Transport", transport)
        self.opening = None
        if self.is_closed:
            self._transport.abort()
            return
        tls = transport.get_extra_info("ssl_object")
        if tls is not None and tls.selected_alpn_protocol() != "h2":
            self.fail(RequestFailure.TLS)  # it agreed to no HTTP/2
            return
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(WINDOW)
        self._begin()

    def data_received(self, data: bytes) -> None:
        """Pass frames to h2, and its events to the receivers."""
        now = monotonic()
        try:
            frames, goaway = self._frames.feed(data)
            # Before the events: a receiver that one of them frees must ask on another connection.
            self.is_closed = self.is_closed or goaway is not None
            for event in self._h2.receive_data(frames):
                self._take(event, now)
            # After all events: a stream that they ended has no window any more.
            for stream in list(self._bodies):
                self._send_body(stream)
            if goaway is not None:
                self._take_goaway(goaway)
            self._begin()
        except H2Error:
            self.fail(RequestFailure.MALFORMED)

    def _take(self, event: events.Event, now: float) -> None:
        match event:
            case events.ResponseReceived():
                self._begin_answer(event, now)
            case events.InformationalResponseReceived():
                if _status(event.headers) is None:
                    self._refuse(event.stream_id)
            case events.DataReceived():
                size = event.flow_controlled_length
                self._h2.acknowledge_received_data(size, event.stream_id)
            case events.RemoteSettingsChanged():
                self._most = self._h2.remote_settings.max_concurrent_streams
            case events.StreamEnded() | events.StreamReset():
                status = self._statuses.get(event.stream_id, 0)
                if receiver := self._done(event.stream_id):
                    _report_end(receiver, event, now, status)

    def _begin_answer(self, event: events.ResponseReceived, now: float) -> None:
        # An interim answer is another event (InformationalResponseReceived), and not the answer.
        stream = event.stream_id
        fields = dict(event.headers)
        status = _status(event.headers)
        if status is None:
            self._refuse(stream)
            return
        self._statuses[stream] = status
        if stream not in self._asked:
            return
        self._asked[stream].began(now)
        has_body = status not in WITHOUT_BODY and stream not in self._to_head
        # h2 checks the length of a body, but not that one comes.
        is_cut = event.stream_ended and fields.get(b"content-length", b"0") != b"0"
        if has_body and is_cut and (receiver := self._done(stream)):
            receiver.failed(RequestFailure.CLOSED)

    def _refuse(self, stream: int) -> None:
        """Take no answer on this stream: a malformed one is an error of it alone (RFC 9113, 8.1.1).

        The other streams of the connection are answered still.
        """
        receiver = self._done(stream)
        self._cancel(stream, ErrorCodes.PROTOCOL_ERROR)
        if receiver:
            receiver.failed(RequestFailure.MALFORMED)

    def _done(self, stream: int) -> AnswerReceiver | None:
        self._statuses.pop(stream, None)
        self._to_head.discard(stream)
        if self._bodies.pop(stream, None):
            self._cancel(stream)  # answered before it was sent in full
        return self._asked.pop(stream, None)

    def _take_goaway(self, goaway: GoAway) -> None:
        """Take no more requests, and report as refused those that the server never processed."""
        never = [stream for stream in self._asked if stream > goaway.last_stream]
        receivers = [self._asked[stream] for stream in never] + list(self._waiting)
        self._waiting.clear()
        for stream in never:
            self._done(stream)
        for receiver in receivers:
            receiver.refused()

    def eof_received(self) -> bool:
        """Close on the peer's end of data."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Report the loss to every receiver that still waits."""
        self.fail(failure_of(exc) if exc else RequestFailure.CLOSED)


def _status(head: Iterable[tuple[bytes, bytes]]) -> int | None:
    """Return the status of an answer's head, or None where it is none: h2 checks only its place."""
    text = dict(head)[b":status"]
    if len(text) != len("200") or not text.isdigit() or int(text) not in STATUSES:
        return None
    return int(text)


def _report_end(
    receiver: AnswerReceiver, end: events.StreamEnded | events.StreamReset, now: float, status: int
) -> None:
    if isinstance(end, events.StreamEnded):
        receiver.answered(now, status)
    elif end.error_code == ErrorCodes.REFUSED_STREAM:
        receiver.refused()
    else:
        receiver.failed(RequestFailure.RESET)
