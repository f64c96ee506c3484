"""Failures of calls that were in flight together count as one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker, _Period


class Flawed(CircuitBreaker):
    """Passes over the failure of a call that began before the last counted failure."""

    _counted = float("-inf")
    _began = 0.0

    @contextmanager
    def call(self) -> Iterator[None]:
        """Guard one call."""
        began = time.monotonic()
        with super().call():
            try:
                yield
            finally:
                self._began = began

    def _failed(self, period: _Period) -> None:
        if self._began > self._counted:
            self._counted = time.monotonic()
            super()._failed(period)


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return guarding(Flawed(name, configured(settings), time.monotonic))
