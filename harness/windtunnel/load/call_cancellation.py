"""Lets an async caller give up what a thread of its own waits for."""

import threading
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any


class CallCancellation:
    """Whether one call was given up, and what it waits for in the loop. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given_up = False
        self._awaited: Future[Any] | None = None

    def __repr__(self) -> str:
        return f"<CallCancellation {'given up' if self._given_up else 'not given up'}>"

    def give_up(self) -> None:
        """Cancel what the call waits for now, and what it would wait for next."""
        with self._lock:
            self._given_up, awaited = True, self._awaited
        if awaited is not None:
            awaited.cancel()

    def follow(self, awaited: "Future[Any]") -> None:
        """Cancel this with the call."""
        with self._lock:
            self._awaited, given_up = awaited, self._given_up
        if given_up:
            awaited.cancel()


CURRENT: ContextVar[CallCancellation | None] = ContextVar("windtunnel_call", default=None)
"""The cancellation of the call that runs in this context, if somebody can give it up."""
