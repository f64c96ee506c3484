"""A failed probe leaves it half-open, and gives its place to the next."""

import time

from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker, State, _Period


class Flawed(CircuitBreaker):
    """Opens from the closed state only."""

    def _failed(self, period: _Period) -> None:
        if period.state is State.HALF_OPEN:
            period.admitted -= 1
        else:
            super()._failed(period)


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return guarding(Flawed(name, configured(settings), time.monotonic))
