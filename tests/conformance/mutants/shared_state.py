"""One breaker for all dependencies."""

import functools
import time

from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker


@functools.cache
def shared(settings: Settings) -> CircuitBreaker:
    """Return the same breaker for every name."""
    return CircuitBreaker("all", configured(settings), time.monotonic)


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return guarding(shared(settings))
