"""Renews leases from a thread, as long as the runner lives."""

import threading
from collections.abc import Callable

from windtunnel.errors import ControlError


class LeaseRenewal:
    """Calls `beat` every `interval` seconds from a thread of its own, until it is closed."""

    def __init__(self, beat: Callable[[], None], interval: float) -> None:
        self._beat = beat
        self._interval = interval
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="windtunnel lease", daemon=True)
        self._thread.start()

    def __repr__(self) -> str:
        return f"<LeaseRenewal every {self._interval:g} s>"

    def _run(self) -> None:
        while not self._closed.wait(self._interval):
            try:
                self._beat()
            except ControlError:
                # Who is stopped for a while misses one; who is gone is found by the next call.
                continue

    def close(self, *, deadline: float = 5.0) -> None:
        """Beat no more; wait for the beat under way for `deadline` seconds at most."""
        self._closed.set()
        self._thread.join(deadline)
