"""All dependencies share one breaker."""

import functools
import time

from target.breaker import CircuitBreaker
from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding


@functools.cache
def _shared() -> CircuitBreaker:
    return CircuitBreaker("all", configured(Settings()), time.monotonic)


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the one breaker."""
    return guarding(_shared())
