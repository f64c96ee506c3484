"""A cancelled probe keeps its place."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker


class Flawed(CircuitBreaker):
    """Never gives back what a cancelled call had taken."""

    @contextmanager
    def call(self) -> Iterator[None]:
        """Guard one call."""
        with super().call():
            try:
                yield
            except asyncio.CancelledError:
                self._period.admitted += 1  # what the breaker itself is about to take off
                raise


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return guarding(Flawed(name, configured(settings), time.monotonic))
