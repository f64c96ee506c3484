"""A success does not set its count back."""

import time

from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker, State, _Period


class Flawed(CircuitBreaker):
    """Counts all failures of the window, whatever is between them."""

    def _succeeded(self, period: _Period) -> None:
        if period.state is not State.CLOSED:
            super()._succeeded(period)


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return guarding(Flawed(name, configured(settings), time.monotonic))
