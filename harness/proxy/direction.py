"""Drives one direction of a connection: the pipeline's due times become writes to a transport."""

import asyncio
import time
from collections.abc import Callable

from harness.proxy.flow import Flow
from harness.proxy.pipeline import Pipeline
from harness.proxy.timer import Handle, Timers
from harness.proxy.toxics import Action, Parcel, Toxic

HIGH_WATER = 4 * 2**20
"""Bytes that may wait in a pipeline before the sender is paused."""
PIECE = 4096

Deliver = Callable[[bytes, float], None]
Finish = Callable[[Action], None]
Through = Callable[[bytes], bytes]


class Direction:
    """Bytes from one transport to the other, each when it is due and never before."""

    def __init__(self, timers: Timers, delivered: Deliver, finish: Finish) -> None:
        self.pipeline = Pipeline()
        self.source: asyncio.Transport | None = None
        self.sink: asyncio.Transport | None = None
        """None until it is connected: nothing is delivered before."""
        self.flow = Flow()
        self._through: Through | None = None
        self._overfull: Callable[[], bool] = _never
        self._open = False
        """Whether data may go straight from the source to the sink: the usual case, kept short."""
        self._timers = timers
        self._delivered = delivered
        self._finish = finish
        self._timer: Handle | None = None
        self._sink_full = False
        self._paused = False
        self._delivering = False

    def __repr__(self) -> str:
        return f"<Direction {self.pipeline!r}{' paused' if self._paused else ''}>"

    def feed(self, data: bytes, now: float, action: Action = Action.NONE) -> None:
        """Take what the source sent."""
        self.flow.taken += len(data)
        if self._open and action is Action.NONE:
            self.flow.given += len(data)
            self._delivered(data, now)
            self.sink.write(data)  # type: ignore[union-attr]  # open only where there is one
            return
        if self._through is not None:
            # In small pieces: each may fill something else, and the next one then waits.
            for start in range(0, len(data), PIECE):
                self.pipeline.feed(data[start : start + PIECE], now)
            if action is not Action.NONE:
                self.pipeline.feed(b"", now, action)
        else:
            self.pipeline.feed(data, now, action)
        self.deliver()

    def divert(self, through: Through | None, overfull: Callable[[], bool] | None = None) -> None:
        """Let bytes that are due go through something, and write what it returns; or end that.

        While `overfull` says that something else holds too much, nothing goes.
        """
        self._through = through
        self._overfull = overfull or _never
        self.deliver()

    def put(self, parcels: list[Parcel]) -> None:
        """Take parcels with times of their own."""
        self.pipeline.put(parcels, time.monotonic())
        self.deliver()

    def _write(self, data: bytes, now: float) -> None:
        if self._through is not None:
            data = self._through(data)
        if data and self.sink is not None:
            self.flow.given += len(data)
            self._delivered(data, now)
            self.sink.write(data)

    def deliver(self) -> None:
        """Write what is due, and ask to be called when the next parcel is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._delivering:
            return  # what was written brought us here; the loop that wrote it goes on
        self._delivering = True
        try:
            ended = self._deliver()
        finally:
            self._delivering = False
        if ended:
            return
        # What waits for the sink to be connected takes memory too.
        self.regulate()
        if self.sink is None:
            return
        self._open = self._through is None and self.pipeline.clear
        at = None if self._overfull() else self.pipeline.next()
        if at is not None:
            self._timer = self._timers.call_at(at, self.deliver)

    def _deliver(self) -> bool:
        """Write what is due; return whether the connection ended by it."""
        if self.sink is None or self._overfull():
            return False
        for parcel in self.pipeline.due(time.monotonic()):
            if parcel.data:
                self._write(parcel.data, time.monotonic())
            if parcel.action is not Action.NONE:
                self._finish(parcel.action)
                if parcel.action is not Action.EOF:
                    return True
            if self.sink is None or self._overfull():
                break
        return False

    def replace(self, toxics: list[Toxic], *, flush: bool) -> None:
        """Change the toxics; `flush` lets everything that waits go at once."""
        self.pipeline.toxics = toxics
        if flush:
            self.pipeline.flush(time.monotonic())
        self.deliver()

    def sink_is_full(self, *, full: bool) -> None:
        """Pause or resume the source with the sink's buffer."""
        self._sink_full = full
        self.regulate()

    def regulate(self) -> None:
        """Pause the source while too much waits, and resume it afterwards."""
        pause = self._sink_full or self.pipeline.size > HIGH_WATER or self._overfull()
        if self.source is None or pause == self._paused or self.source.is_closing():
            return
        self._paused = pause
        if pause:
            self.source.pause_reading()
        else:
            self.source.resume_reading()

    def stop(self) -> None:
        """Deliver nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.sink = None
        self._open = False


def _never() -> bool:
    return False
