"""It counts a failure in the period in which the call ends, not in which it began."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker


class Flawed(CircuitBreaker):
    """Lets calls of an earlier period fail the present one."""

    @contextmanager
    def call(self) -> Iterator[None]:
        """Guard one call."""
        with super().call():
            admitted = self._period
            try:
                yield
            except asyncio.CancelledError:
                raise
            except Exception:
                if self._period is not admitted:
                    self._failed(self._period)
                raise


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return guarding(Flawed(name, configured(settings), time.monotonic))
