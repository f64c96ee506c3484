"""Ends a plain function that does not return in its time, in the thread that called it.

It stays in the caller's thread, because much of what tests hold belongs to theirs: connections of
SQLite and of Django, a browser's page. So a signal ends it: SIGURG, which nobody else minds.
"""

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

from windtunnel.load.journeys.step_sender import TookTooLong
from windtunnel.outgoing.log_text import LogText

LOG = logging.getLogger(__name__)

LOOK = 0.1
"""Seconds between two looks at the time."""
AGAIN = 1.0
"""Seconds after which a function is interrupted again that caught it, or did not notice."""


class FunctionTime:
    """Interrupts the main thread's functions beyond their time, while it is entered."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._over = threading.Event()
        self._end: float | None = None
        """When the function under way is to be ended; None between two."""
        self._caller = threading.get_ident()

    def __repr__(self) -> str:
        return f"<FunctionTime of {self._name}>"

    @staticmethod
    def is_at_hand() -> bool:
        """Whether functions of this thread can be ended: the main one, with the signal free."""
        return threading.current_thread() is threading.main_thread() and signal.getsignal(
            signal.SIGURG
        ) in {signal.SIG_DFL, signal.SIG_IGN}

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGURG, self._interrupt)
        threading.Thread(target=self._watch, name="windtunnel journey's time", daemon=True).start()
        return self

    def __exit__(self, *ignored: object) -> None:
        self._over.set()
        signal.signal(signal.SIGURG, self._before)

    @contextmanager
    def until(self, end: float) -> Iterator[None]:
        """Let the block run until then (monotonic), and raise TookTooLong in it afterwards."""
        self._end = end
        try:
            yield
        finally:
            self._end = None

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._end is not None:
            raise TookTooLong("its function did not return, and was interrupted")

    def _watch(self) -> None:
        times = 0
        while not self._over.wait(LOOK):
            end = self._end
            if end is None or time.monotonic() < end + times * AGAIN:
                times = times if end is not None else 0
                continue
            times += 1
            signal.pthread_kill(self._caller, signal.SIGURG)
            if times == 10:
                LOG.warning(
                    "journey %s: its function goes on %.0f s after its time, and cannot be"
                    " interrupted",
                    LogText(self._name),
                    time.monotonic() - end,
                )
