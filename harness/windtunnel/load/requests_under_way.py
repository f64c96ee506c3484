"""When requests of a scenario were under way, whoever sent them: for what was done meanwhile."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

KEPT = 100_000
"""Spans that are kept; what is asked about is the last of them."""


class RequestsUnderWay:
    """Notes spans of time in which one request at least was under way. Times are monotonic."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self._since = 0.0
        self._spans: deque[tuple[float, float]] = deque(maxlen=KEPT)

    def __repr__(self) -> str:
        return f"<RequestsUnderWay: {self._now} now>"

    @contextmanager
    def one(self) -> Iterator[None]:
        """Note one request, from here to the end of the block."""
        with self._lock:
            if not self._now:
                self._since = time.monotonic()
            self._now += 1
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1
                if not self._now:
                    self._spans.append((self._since, time.monotonic()))

    @property
    def any(self) -> bool:
        """Whether there was a request at all."""
        with self._lock:
            return bool(self._now or self._spans)

    def between(self, since: float, until: float) -> bool:
        """Return whether one was under way at any moment from `since` to `until`."""
        with self._lock:
            if self._now and self._since <= until:
                return True
            return any(began <= until and ended >= since for began, ended in self._spans)
