"""Timers finer than the event loop's, which round to whole milliseconds.

A network of one millisecond would come out as anything up to two. Linux's timerfd_create(2) wakes
the loop through a file descriptor, to within some tens of microseconds. Elsewhere the loop's own
timers serve.
"""

import asyncio
import ctypes
import heapq
import itertools
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress

TFD_NONBLOCK_CLOEXEC = 0o2004000
TFD_TIMER_ABSTIME = 1
CLOCK_MONOTONIC = 1
NEVER = float("inf")
SPACING = 50e-6
"""Seconds between two wakings, at least: setting the clock costs more than what is then done."""


class TimerHandle:
    """One call to come."""

    __slots__ = ("at", "callback")

    def __init__(self, at: float, callback: Callable[[], None]) -> None:
        self.at = at
        self.callback: Callable[[], None] | None = callback

    def __repr__(self) -> str:
        return f"<TimerHandle at {self.at:.6f}{'' if self.callback else ' cancelled'}>"

    def cancel(self) -> None:
        """Never call."""
        self.callback = None


class Timers:
    """Calls callbacks at times of the monotonic clock, never before."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: list[tuple[float, int, TimerHandle]] = []
        self._order = itertools.count()
        self._armed = NEVER
        self._earliest = -NEVER
        self._set = self._open()

    def __repr__(self) -> str:
        return f"<Timers {len(self._queue)} to come>"

    def call_at(self, at: float, callback: Callable[[], None]) -> TimerHandle:
        """Call `callback` at `at`."""
        handle = TimerHandle(at, callback)
        at = max(at, self._earliest)
        heapq.heappush(self._queue, (at, next(self._order), handle))
        if at < self._armed:
            self._arm()
        return handle

    def _arm(self) -> None:
        while self._queue and self._queue[0][2].callback is None:
            heapq.heappop(self._queue)
        if self._queue and self._queue[0][0] < self._armed:
            self._armed = max(self._queue[0][0], self._earliest)
            self._set(self._armed)

    def _fire(self) -> None:
        self._armed = -NEVER  # nothing that is called needs to set what is set below
        now = time.monotonic()
        # What is called may ask for a time that is past: it waits until the loop has gone round.
        self._earliest = now + SPACING
        queue = self._queue
        try:
            while queue and queue[0][0] <= now:
                handle = heapq.heappop(queue)[2]
                callback, handle.callback = handle.callback, None
                if callback is not None:
                    callback()
        finally:
            self._armed = NEVER
            self._arm()
            if self._armed == NEVER:
                self._set(NEVER)

    def _open(self) -> Callable[[float], None]:
        if sys.platform != "linux":
            return lambda at: _later(self._loop, at, self._fire)
        library = ctypes.CDLL(None, use_errno=True)
        self._fd = library.timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._loop.add_reader(self._fd, self._fire)
        settime = library.timerfd_settime
        # struct itimerspec: an interval, here none, and a time, both as seconds and nanoseconds.
        specification = (ctypes.c_int64 * 4)()
        arguments = ctypes.c_int(self._fd), ctypes.c_int(TFD_TIMER_ABSTIME), specification, None

        def arm(at: float) -> None:
            # Either way the file is no longer readable. To disarm would set the clock once more.
            if at == NEVER:
                with suppress(BlockingIOError):
                    os.read(self._fd, 8)
                return
            # One nanosecond at least, because zero disarms.
            nanoseconds = max(1, int(at * 1e9) + 1)
            specification[2], specification[3] = divmod(nanoseconds, 1_000_000_000)
            settime(*arguments)

        return arm

    def close(self) -> None:
        """Call nothing any more."""
        self._queue.clear()
        if sys.platform == "linux":
            self._loop.remove_reader(self._fd)
            os.close(self._fd)


def _later(loop: asyncio.AbstractEventLoop, at: float, callback: Callable[[], None]) -> None:
    if at < NEVER:
        loop.call_later(max(0.0, at - time.monotonic()), callback)
