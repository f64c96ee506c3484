"""Puts a mediator between the two directions of a connection while HTTP toxics need one."""

import time

from windtunnel.proxy.direction import HIGH_WATER, Direction
from windtunnel.proxy.http.effects import Part
from windtunnel.proxy.http.mediator import Mediator
from windtunnel.proxy.http.toxic import HttpToxic
from windtunnel.proxy.toxics import Parcel
from windtunnel.proxy.watcher import Watcher


class Mediation:
    """A connection's HTTP toxics. Without any, bytes pass by without being looked at."""

    def __init__(self, upstream: Direction, downstream: Direction) -> None:
        self.settled = True
        """Whether the mediator is as the toxics need it."""
        self._upstream = upstream
        self._downstream = downstream
        self._toxics: list[HttpToxic] = []
        self._mediator: Mediator | None = None

    def __repr__(self) -> str:
        return f"<Mediation by {self._mediator!r}>"

    @property
    def active(self) -> bool:
        """Whether what the dependency sends is for `answer`."""
        return self._mediator is not None

    def use(self, toxics: list[HttpToxic]) -> None:
        """Let these toxics, and no others, strike exchanges from the next one on."""
        if toxics == self._toxics:
            return
        self._toxics = toxics
        self.settled = False
        self._upstream.let_pass(None)
        if self._mediator is not None:
            self._mediator.toxics = toxics

    def drop(self, toxic: HttpToxic) -> None:
        """Let a toxic do no more to the exchanges under way."""
        if self._mediator is not None:
            self._mediator.drop(toxic)

    def settle(self, watcher: Watcher) -> None:
        """Begin or end; only while no exchange is under way can a request's place be known."""
        if not watcher.idle:
            return
        self.settled = True
        if not self._toxics:
            self._mediator = None
            self._upstream.divert(None)
        elif self._mediator is None:
            self._mediator = Mediator(self._toxics, watcher, watcher.begun)
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
        self._downstream.flow.taken += len(data)
        if self._mediator is not None:
            self._put(self._mediator.answer(data, now))

    def _put(self, parts: list[Part]) -> None:
        if parts:
            self._downstream.put([Parcel(part.due, part.data, part.action) for part in parts])
        self._upstream.go_on()
