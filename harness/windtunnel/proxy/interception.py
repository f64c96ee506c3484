"""Puts a mediator between the two directions of a connection while toxics on exchanges need one."""

import time
from collections.abc import Sequence

from windtunnel.proxy.direction import HIGH_WATER, Direction
from windtunnel.proxy.traffic_observer import TrafficObserver
from windtunnel.toxics.chunk import Chunk
from windtunnel.toxics.connection_toxic import AnswerPart, ExchangeMediator, ExchangeToxic


class Interception:
    """A connection's toxics on exchanges. Without any, bytes pass unread."""

    def __init__(self, upstream: Direction, downstream: Direction) -> None:
        self.settled = True
        """Whether there is a mediator exactly if the toxics need one."""
        self._upstream = upstream
        self._downstream = downstream
        self._toxics: list[ExchangeToxic] = []
        self._mediator: ExchangeMediator | None = None

    def __repr__(self) -> str:
        return f"<Interception by {self._mediator!r}>"

    @property
    def active(self) -> bool:
        """Whether what the dependency sends is for `answer`."""
        return self._mediator is not None

    def use(self, toxics: list[ExchangeToxic]) -> None:
        """Let these toxics, and no others, strike exchanges; new ones from the next exchange on."""
        if toxics == self._toxics:
            return
        self._toxics = toxics
        self.settled = False
        self._upstream.let_pass(None)
        if self._mediator is not None:
            self._mediator.use(toxics)
            if not toxics:
                self._upstream.pass_held()

    def settle(self, observer: TrafficObserver) -> None:
        """Make or drop the mediator, once no exchange is under way.

        Only then is the next request's place on the connection known.
        """
        if not observer.idle:
            return
        self.settled = True
        if not self._toxics:
            self._mediator = None
            self._upstream.divert(None)
        elif self._mediator is None:
            self._mediator = self._toxics[0].mediate(self._toxics, observer, observer.begun)
            self._upstream.divert(self._request, self._overfull)

    def _overfull(self) -> bool:
        crowded = self._mediator is not None and self._mediator.crowded
        return crowded or self._downstream.pipeline.size > HIGH_WATER

    def _request(self, data: bytes) -> bytes:
        if self._mediator is None:
            return data
        forward, parts = self._mediator.request(data, time.monotonic())
        self._put(parts)
        return forward

    def answer(self, data: bytes, now: float) -> None:
        """Take what the dependency sent."""
        self._downstream.counts.taken += len(data)
        if self._mediator is not None:
            self._put(self._mediator.answer(data, now))

    def finished(self, now: float) -> None:
        """Take the dependency's end of data, before it is passed on."""
        if self._mediator is not None:
            self._put(self._mediator.finished(now))

    def _put(self, parts: Sequence[AnswerPart]) -> None:
        if parts:
            self._downstream.put([Chunk(part.due, part.data, part.action) for part in parts])
        self._upstream.go_on()
