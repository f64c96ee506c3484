"""Drives one direction of a connection: the pipeline's due times become writes to a transport."""

import asyncio
from collections.abc import Callable
from time import monotonic

from windtunnel.proxy.byte_counts import ByteCounts
from windtunnel.proxy.pipeline import Pipeline
from windtunnel.timers import TimerHandle, Timers
from windtunnel.toxics.chunk import Action, Activity, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic

HIGH_WATER = 4 * 2**20
"""Bytes that may wait in a pipeline before the sender is paused."""
PIECE = 4096

Through = Callable[[bytes], bytes]
Hear = Callable[[bytes, float], None]
"""Takes bytes, and their time."""


class Direction:
    """Bytes from one transport to the other, each when it is due and never before."""

    def __init__(
        self,
        timers: Timers,
        activity: Activity,
        *,
        arrived: Hear,
        delivered: Hear,
        finish: Callable[[Action], None],
    ) -> None:
        """Make a direction that is closed until it has a sink.

        `arrived` takes each chunk that does not go straight through, and must feed it. `delivered`
        takes what is written of them, and `finish` the action that follows.
        """
        self.pipeline = Pipeline()
        self.source: asyncio.Transport | None = None
        self.sink: asyncio.Transport | None = None
        """None until it is connected: nothing is delivered before."""
        self.passing: Hear | None = None
        """Takes what goes straight through. While it is None, all goes through the pipeline."""
        self.counts = ByteCounts()
        self._activity = activity
        self._arrived = arrived
        self._delivered = delivered
        self._finish = finish
        self._through: Through | None = None
        self._overfull: Callable[[], bool] | None = None
        self._straight: Hear | None = None
        """`passing` while data may go straight from the source to the sink: the usual case."""
        self._timers = timers
        self._timer: TimerHandle | None = None
        self._sink_full = False
        self._paused = False
        self._delivering = False

    def __repr__(self) -> str:
        return f"<Direction {self.pipeline!r}{' paused' if self._paused else ''}>"

    def receive(self, data: bytes) -> None:
        """Take what the source sends. A transport calls this for every chunk: it is kept short."""
        now = monotonic()
        straight = self._straight
        if straight is None:
            self._arrived(data, now)
            return
        size = len(data)
        counts = self.counts
        counts.taken += size
        counts.given += size
        straight(data, now)
        self.sink.write(data)  # type: ignore[union-attr]  # straight only where there is one
        self._activity.last = now

    def feed(self, data: bytes, now: float, action: Action = Action.NONE) -> None:
        """Let what the source sent go through the pipeline."""
        self.counts.taken += len(data)
        if self._through is not None:
            # In small pieces: each may fill something else, and the next one then waits.
            for start in range(0, len(data), PIECE):
                self.pipeline.feed(data[start : start + PIECE], now)
            if action is not Action.NONE:
                self.pipeline.feed(b"", now, action)
        else:
            self.pipeline.feed(data, now, action)
        at = self.pipeline.next()
        if at is None or at > now:
            self._wait(at)
        else:
            self.deliver()

    def let_pass(self, passing: Hear | None) -> None:
        """Let data go straight through while nothing is in its way; None ends that."""
        self.passing = passing
        self.deliver()

    def divert(self, through: Through | None, overfull: Callable[[], bool] | None = None) -> None:
        """Let bytes that are due go through something, and write what it returns; or end that.

        While `overfull` says that something else holds too much, nothing goes.
        """
        self._through = through
        self._overfull = overfull
        self.deliver()

    def pass_held(self) -> None:
        """Write what the bytes' way through something else holds back and need not."""
        if self._through is not None and self.sink is not None:
            self._write(b"")

    def put(self, chunks: list[Chunk]) -> None:
        """Take chunks that already have their due times."""
        self.pipeline.put(chunks, monotonic())
        self.deliver()

    def _write(self, data: bytes) -> None:
        if self._through is not None:
            data = self._through(data)
        if data and self.sink is not None:
            self.counts.given += len(data)
            self._delivered(data, monotonic())
            self.sink.write(data)

    def deliver(self) -> None:
        """Write what is due, and ask to be called when the next parcel is."""
        self._straight = None
        if self._delivering:
            return  # what was written brought us here; the loop that wrote it goes on
        self._delivering = True
        try:
            ended = self._deliver()
        finally:
            self._delivering = False
        if ended:
            return
        if self.sink is not None and self._through is None and self.pipeline.clear:
            self._straight = self.passing
        self._wait(self.pipeline.next())

    def go_on(self) -> None:
        """Deliver what was held back, if anything was."""
        if self._paused or self.pipeline.size:
            self.deliver()

    def _deliver(self) -> bool:
        """Write what is due; return whether the connection ended by it."""
        if self.sink is None or self._is_overfull():
            return False
        for chunk in self.pipeline.due(monotonic()):
            if chunk.data:
                self._write(chunk.data)
            if chunk.action is not Action.NONE:
                self._finish(chunk.action)
                if chunk.action is not Action.EOF:
                    return True
            if self.sink is None or self._is_overfull():
                break
        return False

    def _wait(self, at: float | None) -> None:
        """Deliver the next chunk when it is due. Pause the source while too much waits."""
        # What waits for the sink to be connected takes memory too.
        overfull = self.regulate()
        if self.sink is not None:
            self._call_again(None if overfull else at)

    def _call_again(self, at: float | None) -> None:
        """Let `deliver` be called at this time, and at no other."""
        timer = self._timer
        if timer is not None:
            if timer.callback is not None and timer.at == at:
                return
            timer.cancel()
        self._timer = None if at is None else self._timers.call_at(at, self.deliver)

    def replace(self, toxics: list[ByteToxic], *, flush: bool) -> None:
        """Change the toxics; `flush` lets everything that waits go at once."""
        self.pipeline.toxics = toxics
        if flush:
            self.pipeline.flush(monotonic())
        self.deliver()

    def sink_is_full(self, *, full: bool) -> None:
        """Pause or resume the source with the sink's buffer."""
        self._sink_full = full
        self.regulate()

    def regulate(self) -> bool:
        """Pause the source while too much waits, and resume it afterwards.

        Return whether the other direction, which this one fills, holds too much.
        """
        overfull = self._is_overfull()
        pause = overfull or self._sink_full or self.pipeline.size > HIGH_WATER
        if pause == self._paused or self.source is None or self.source.is_closing():
            return overfull
        self._paused = pause
        if pause:
            self.source.pause_reading()
        else:
            self.source.resume_reading()
        return overfull

    def _is_overfull(self) -> bool:
        return self._overfull is not None and self._overfull()

    def stop(self) -> None:
        """Deliver nothing more."""
        self._call_again(None)
        self.sink = None
        self._straight = None
