"""It admits its probes, and then nothing more."""

import time

from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker, State, _Period


class Flawed(CircuitBreaker):
    """Stays half-open, whatever its probes bring."""

    def _succeeded(self, period: _Period) -> None:
        if period.state is not State.HALF_OPEN:
            super()._succeeded(period)


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return guarding(Flawed(name, configured(settings), time.monotonic))
