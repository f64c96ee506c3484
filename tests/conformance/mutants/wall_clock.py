"""It measures its recovery time by the wall clock."""

import time

from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return guarding(CircuitBreaker(name, configured(settings), time.time))
