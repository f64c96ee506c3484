"""It stays half-open for ever, and gives each probe's place to the next: a crowd is kept back."""

import time

from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker, State, _Period


class Flawed(CircuitBreaker):
    """Never closes, which nobody sees who comes alone."""

    def _succeeded(self, period: _Period) -> None:
        if period.state is State.HALF_OPEN:
            period.admitted -= 1
        else:
            super()._succeeded(period)


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return guarding(Flawed(name, configured(settings), time.monotonic))
