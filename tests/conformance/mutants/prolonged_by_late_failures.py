"""A failure that ends while it is open begins its open time anew."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker, Rejected, State


class Flawed(CircuitBreaker):
    """Counts its open time from the last failure that it heard of."""

    @contextmanager
    def call(self) -> Iterator[None]:
        """Guard one call."""
        try:
            with super().call():
                yield
        except (asyncio.CancelledError, Rejected):
            raise
        except Exception:
            if self._period.state is State.OPEN:
                self._change(State.OPEN)
            raise


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return guarding(Flawed(name, configured(settings), time.monotonic))
