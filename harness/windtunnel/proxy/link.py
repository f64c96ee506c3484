"""One connection through the proxy: two transports, two directions, and who ended it."""

import asyncio
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

from windtunnel.proxy.direction import Direction
from windtunnel.proxy.interception import Interception
from windtunnel.proxy.traffic_observer import TrafficObserver
from windtunnel.records import Ending
from windtunnel.timers import Timers
from windtunnel.toxics.chunk import Action, Activity
from windtunnel.toxics.connection_toxic import Stream

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends RST (socket(7))."""

TCP_CLOSE = 7
"""The state of a connection that was reset, in the first byte of TCP_INFO (tcp(7))."""

LINGER = 5.0
"""Seconds for a closed connection's last bytes to leave, as in Toxiproxy."""


Dial = Callable[[asyncio.Protocol], Awaitable[object]]
"""Connects a protocol to the dependency; OSError where it cannot."""


class Owner(Protocol):
    """What a link belongs to."""

    timers: Timers

    def opened(self, link: "Link") -> TrafficObserver | None:
        """Take in a new link, with its toxics; None where there is no room for it."""
        ...

    def closed(self, link: "Link") -> None:
        """Forget a link."""
        ...

    @property
    def upstream(self) -> tuple[str, int]:
        """Where the dependency listens."""
        ...


class Side(asyncio.Protocol):
    """One of a link's two transports."""

    def __init__(
        self, link: "Link", ending: Ending, data_received: Callable[[bytes], None]
    ) -> None:
        self.link = link
        self.ending = ending
        self.data_received = data_received  # type: ignore[assignment]  # one call less a chunk
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Report to the link."""
        # uvloop's transports are no subclasses of asyncio's, only like them.
        self.transport = cast("asyncio.Transport", transport)
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.link.connected(self)

    def eof_received(self) -> bool:
        """Pass the end of this direction on; the other one stays open."""
        self.link.eof(self)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """End the link, by a reset if this side ended so."""
        self.link.lost(self, reset=exc is not None)

    def pause_writing(self) -> None:
        """Hold back the other side."""
        self.link.full(self, full=True)

    def resume_writing(self) -> None:
        """Let the other side go on."""
        self.link.full(self, full=False)


class Link:
    """One connection from the target, and ours to the dependency."""

    def __init__(self, owner: Owner) -> None:
        self.opened = time.monotonic()
        self.number = 0
        self._owner = owner
        self._observer: TrafficObserver
        self.activity = Activity()
        self.upstream = Direction(
            owner.timers,
            self.activity,
            arrived=self._from_target,
            delivered=_nobody,
            finish=lambda action: self._finish(action, self.target),
        )
        self.downstream = Direction(
            owner.timers,
            self.activity,
            arrived=self._from_dependency,
            delivered=self._answered,
            finish=lambda action: self._finish(action, self.dependency),
        )
        self.directions: dict[Stream, Direction] = {
            "upstream": self.upstream,
            "downstream": self.downstream,
        }
        self.target = Side(self, Ending.TARGET, self.upstream.receive)
        self.dependency = Side(self, Ending.DEPENDENCY, self.downstream.receive)
        self._dial: asyncio.Task[None] | None = None
        self.dial: Dial | None = None
        """How to connect to the dependency. None connects directly."""
        self._reached = False
        self._ended = False
        self._gone = False
        """Whether the target was gone when the link ended."""
        self._eofs: set[Ending] = set()
        self._eofs_delivered: set[Ending] = set()
        self.interception = Interception(self.upstream, self.downstream)

    def __repr__(self) -> str:
        return f"<Link {self.number} {'ended' if self._ended else 'open'}>"

    def _answered(self, data: bytes, now: float) -> None:
        self._observer.answered(data, now)
        self.activity.last = now
        if self.interception.active:
            self.upstream.go_on()

    # What the sides report.

    def connected(self, side: Side) -> None:
        """Start the dial when the target is there; join the directions when both are."""
        if side is self.target:
            self.upstream.source = self.downstream.sink = side.transport
            observer = self._owner.opened(self)
            if observer is None:
                self._ended = True
                self._close(side, reset=True)
                return
            self._observer = observer
            self._dial = asyncio.get_running_loop().create_task(self._connect())
            # Both are delivered: a toxic that waits for silence counts from the beginning.
            self._let_pass()
            return
        if self._ended:
            # The dial had succeeded already when it was given up: what waits must not go.
            self._close(side, reset=True)
            return
        self._reached = True
        self.downstream.source = self.upstream.sink = side.transport
        self.upstream.deliver()

    async def _connect(self) -> None:
        try:
            await (self.dial or self._straight)(self.dependency)
        except OSError:
            # The target's connection was accepted already: a reset is the nearest to a refusal.
            self.end(Ending.DEPENDENCY, reset=True)

    async def _straight(self, side: asyncio.Protocol) -> None:
        host, port = self._owner.upstream
        await asyncio.get_running_loop().create_connection(lambda: side, host, port)

    def _let_pass(self) -> None:
        """Let bytes go straight through in each direction that no toxic on exchanges reads."""
        observer, interception = self._observer, self.interception
        self.upstream.let_pass(observer.received if interception.settled else None)
        self.downstream.let_pass(None if interception.active else observer.answered)

    def _from_target(self, data: bytes, now: float) -> None:
        if not self.interception.settled:
            self.interception.settle(self._observer)
            self._let_pass()
        self.activity.at_rest = self._observer.idle
        self._observer.received(data, now)
        self.upstream.feed(data, now)
        self.activity.last = now

    def _from_dependency(self, data: bytes, now: float) -> None:
        if self.interception.active:
            self.interception.answer(data, now)
        else:
            self.downstream.feed(data, now)

    def eof(self, side: Side) -> None:
        """Pass an end on."""
        self._eofs.add(side.ending)
        if side is self.target:
            self._observer.left(time.monotonic(), self._target_is_gone)
        else:
            self.interception.finished(time.monotonic())
        direction = self.upstream if side is self.target else self.downstream
        direction.feed(b"", time.monotonic(), Action.EOF)

    def full(self, side: Side, *, full: bool) -> None:
        """Pause or resume the direction that writes to this side."""
        (self.downstream if side is self.target else self.upstream).sink_is_full(full=full)

    def lost(self, side: Side, *, reset: bool) -> None:
        """End the link because one transport is gone."""
        self.end(side.ending, reset=reset)

    # What ends it.

    def _finish(self, action: Action, source: Side) -> None:
        """Carry out what a direction delivered after its data."""
        if action is Action.EOF:
            self._eofs_delivered.add(source.ending)
            if source is self.dependency:
                self._observer.finished(time.monotonic())
            if len(self._eofs_delivered) == 2:
                self.end(source.ending, reset=False)
                return
            sink = (self.dependency if source is self.target else self.target).transport
            if sink is not None and not sink.is_closing():
                sink.write_eof()
            return
        self.end(Ending.FAULT, reset=action is Action.RESET)

    def end(self, by: Ending, *, reset: bool) -> None:
        """Close both transports, in order or by RST; the first call decides."""
        if self._ended:
            return
        left = Ending.TARGET in self._eofs
        # Asked before the sockets are closed.
        self._gone = (by is Ending.TARGET and reset) or (left and self._target_is_gone())
        self._ended = True
        # Whoever sent the first end of data ended the connection.
        if by is not Ending.FAULT and self._eofs and not reset:
            by = Ending.TARGET if Ending.TARGET in self._eofs else Ending.DEPENDENCY
        self.upstream.stop()
        self.downstream.stop()
        if self._dial is not None and not self._dial.done() and self._dial is not _current():
            self._dial.cancel()
        for side in (self.target, self.dependency):
            self._close(side, reset=reset)
        self._observer.ended(by, time.monotonic(), reached=self._reached)
        self._owner.closed(self)

    def _target_is_gone(self) -> bool:
        """Whether the target's end of data was its connection's end.

        One that still reads takes what is written to it. One that does not resets the connection
        then, which the kernel knows before we write again.
        """
        if self._ended:
            return self._gone
        transport = self.target.transport
        if transport is None:
            return False
        sock = transport.get_extra_info("socket")
        try:
            state = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
        except (AttributeError, OSError):
            return False
        return bool(state == TCP_CLOSE)

    def _close(self, side: Side, *, reset: bool) -> None:
        transport = side.transport
        if transport is None or transport.is_closing():
            return
        if reset:
            sock = transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            transport.abort()
            return
        transport.close()
        if transport.get_write_buffer_size():
            # The peer may never read what is left.
            at = time.monotonic() + LINGER
            self._owner.timers.call_at(at, transport.abort)


def _nobody(data: bytes, now: float) -> None:
    """Ignore what was written to the dependency: exchanges are read where bytes arrive."""


def _current() -> asyncio.Task[object] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
