"""A success closes it, whatever its state, and whenever the call began."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker, State


class Flawed(CircuitBreaker):
    """Takes any success for a sign that all is well."""

    @contextmanager
    def call(self) -> Iterator[None]:
        """Guard one call."""
        with super().call():
            yield
        if self._period.state is State.OPEN:
            self._change(State.CLOSED)


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return guarding(Flawed(name, configured(settings), time.monotonic))
