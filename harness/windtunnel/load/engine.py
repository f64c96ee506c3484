"""The load engine: one event loop drives all connections of a plan and records every request.

Closed loop: a connection that is free sends the next request. Open loop: requests come due by a
schedule that no answer can slow down; one that finds every connection busy waits, and its latency
counts from when it was due (no coordinated omission: Tene, "How NOT to Measure Latency").
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from windtunnel.errors import WindtunnelError
from windtunnel.load.encoding import Encoded
from windtunnel.load.generator_saturation import busy_seconds
from windtunnel.load.http1_connection import NAN, Exchanger, Slot
from windtunnel.load.noting_connection import NoteTaker, NotingExchanger
from windtunnel.load.plan import LoadPlan
from windtunnel.load.recorder import PACK, LoadRecorder
from windtunnel.open_files import allow_files
from windtunnel.records.load_run import LoadRun
from windtunnel.records.request_failure import RequestFailure
from windtunnel.records.strain import Strain
from windtunnel.timers import Timers

SWEEP = 0.010
"""Seconds between two checks of the deadlines. Each check also measures the loop's lag."""


class LoadEngine:
    """Runs one plan in the running event loop."""

    def __init__(self, plan: LoadPlan) -> None:
        self.recorder = LoadRecorder(plan.keep, plan.seed)
        self.began = self._until = 0.0
        self._plan = plan
        self._tls = plan.destination.tls()
        self._order = plan.mix.order(
            plan.destination.host_header,
            # Every worker draws its own requests.
            plan.seed * 257 + plan.part,
            keep_alive=plan.keep_alive,
            part=plan.part,
            parts=plan.parts,
        )
        self._connections: list[Slot] = []
        self._idle: deque[Slot] = deque()
        self._waiting: deque[tuple[float, Encoded]] = deque()
        self._left = plan.most
        self._due: list[float] = []
        self._next = 0
        self._blocks: Iterator[NDArray[np.float64]] = iter(())
        if plan.arrivals is not None:
            self._blocks = plan.arrivals.blocks(plan.seed, plan.part, plan.parts)
        self._lags: list[float] = []
        self._sweep_every = max(SWEEP, 2e-5 * plan.connections)
        self._finished = asyncio.get_running_loop().create_future()
        self._timers = Timers()
        self._notes: NoteTaker | None = None
        if plan.fallback_header:
            self._notes = NoteTaker(self.recorder, plan.fallback_header.lower())

    def __repr__(self) -> str:
        return f"<LoadEngine on {self._plan.destination}, {len(self.recorder)} requests so far>"

    async def run(self, start: float | None = None) -> LoadRun:
        """Run the plan and return its records. It begins at the monotonic time `start`, or now."""
        plan = self._plan
        allow_files(plan.connections)
        self.began = monotonic() if start is None else start
        self._until = self.began + plan.stretch
        self._look_ahead()
        numbers = [plan.part + plan.parts * place for place in range(plan.connections)]
        if plan.destination.http2:
            from windtunnel.load.http2.stream import streams  # noqa: PLC0415 - a tenth of a second

            self._connections += streams(plan, numbers, self._tls, self.recorder)
        else:
            self._connections += [self._connect(number) for number in numbers]
        released = self._release_open if plan.arrivals else self._release_closed
        for connection in self._connections:
            connection.released = released
        self._timers.call_at(self.began, self._start)
        self._sweep_at(self.began + self._sweep_every)
        try:
            await self._finished
        finally:
            self._timers.close()
            for connection in self._connections:
                connection.close()
        return self._result()

    def stop(self) -> None:
        """Send no further request; the run ends with those under way."""
        self._until = min(self._until, monotonic())
        self._due = self._due[: self._next]
        self._blocks = iter(())
        self._finish_if_idle()

    def _start(self) -> None:
        self._busy = busy_seconds()
        plan = self._plan
        if plan.arrivals is None:
            now = monotonic()
            for connection in self._connections:
                self._release_closed(connection, now)
            return
        self._idle.extend(self._connections)
        self._arrive()

    def _connect(self, number: int) -> Slot:
        to = self._plan.destination
        if self._notes is not None:
            return NotingExchanger(number, to, self._tls, self.recorder, self._notes)
        return Exchanger(number, to, self._tls, self.recorder)

    def _renewed(self, dead: Slot) -> Slot:
        another = self._connect(dead.number)
        another.released = dead.released
        self._connections[dead.number // self._plan.parts] = another
        return another

    def _begin(self, connection: Slot, item: Encoded, intended: float, queued: int) -> None:
        usable = self._renewed(connection) if connection.is_dead else connection
        usable.send(item, intended, queued, monotonic())

    def _release_closed(self, connection: Slot, now: float) -> None:
        if now < self._until and self._left > 0:
            self._left -= 1
            # As _begin does: one call fewer on the path of every request of a closed loop.
            usable = self._renewed(connection) if connection.is_dead else connection
            try:
                item = next(self._order)
            except WindtunnelError as error:
                self._give_up(error)
                return
            usable.send(item, now, 0, now)
        else:
            self._idle.append(connection)
            self._finish_if_idle()

    def _give_up(self, error: WindtunnelError) -> None:
        """End the run by an error: the next request cannot be made."""
        if not self._finished.done():
            self._finished.set_exception(error)

    def _release_open(self, connection: Slot, now: float) -> None:
        self._forget_late(now)
        if self._waiting:
            intended, item = self._waiting.popleft()
            self._begin(connection, item, intended, 1)
        else:
            self._idle.append(connection)
            self._finish_if_idle()

    def _arrive(self) -> None:
        """Send what is due, and set the timer for the next."""
        now = monotonic()
        due, place = self._due, self._next
        while place < len(due) and due[place] <= now:
            try:
                item = next(self._order)
            except WindtunnelError as error:
                self._give_up(error)
                return
            if self._idle:
                self._begin(self._idle.popleft(), item, due[place], 0)
            else:
                self._waiting.append((due[place], item))
            place += 1
        self._next = place
        if place == len(due):
            self._look_ahead()
        if self._next < len(self._due):
            self._timers.call_at(self._due[self._next], self._arrive)
        else:
            self._finish_if_idle()

    def _look_ahead(self) -> None:
        """Compute the next due times, once all before have passed."""
        self._due = []
        self._next = 0
        while not self._due and (block := next(self._blocks, None)) is not None:
            self._due = (block + self.began).tolist()

    def _forget_late(self, now: float) -> None:
        """Record as not sent what waited for a connection until its deadline."""
        while self._waiting and self._waiting[0][0] + self._waiting[0][1].timeout <= now:
            intended, item = self._waiting.popleft()
            row = PACK(intended, NAN, NAN, now, 0, 0, item.index, RequestFailure.NOT_SENT, 1)
            self.recorder.write(row)

    def _sweep_at(self, at: float) -> None:
        self._timers.call_at(at, lambda: self._sweep(at))

    def _sweep(self, due: float) -> None:
        now = monotonic()
        self._lags.append(now - due)
        for connection in list(self._connections):
            if connection.deadline <= now:
                connection.expire()
        self._forget_late(now)
        self.recorder.tend()
        self._sweep_at(max(due + self._sweep_every, now))
        self._finish_if_idle()

    def _finish_if_idle(self) -> None:
        started = len(self._idle) == len(self._connections)
        if not started or self._waiting or self._next < len(self._due):
            return
        # An open loop whose last arrivals are done early has still offered its whole stretch.
        if self._plan.arrivals and monotonic() < self._until:
            return
        if not self._finished.done():
            self._finished.set_result(None)

    def _result(self) -> LoadRun:
        plan = self._plan
        busy = (busy_seconds() - self._busy) / max(1e-9, monotonic() - self.began)
        samples, totals = self.recorder.finish(plan.mix.names)
        late = samples.lateness if plan.arrivals else np.empty(0)
        ended = float(samples.ended[-1]) if len(samples) else self.began
        return LoadRun(
            samples=samples,
            began=self.began,
            ended=max(ended, self._until) if plan.arrivals else ended,
            seconds=self._until - self.began if plan.arrivals else max(1e-9, ended - self.began),
            connections=plan.connections,
            seed=plan.seed,
            strain=Strain(
                busy=min(1.0, busy),
                lag=float(np.quantile(self._lags, 0.99)) if self._lags else 0.0,
                longest=max(self._lags, default=0.0),
                late=float(np.quantile(late, 0.99)) if len(late) else 0.0,
            ),
            url=str(plan.destination),
            arrivals=str(plan.arrivals or ""),
            protocol=plan.protocol,
            totals=totals,
            expected=tuple(request.expect for request in plan.mix.requests),
            answer_notes=self._notes.notes() if self._notes else None,
        )
