"""The sample target's own breaker."""

import time

from tests.conformance.services.calls import Call, ClientError, Guarded, Rejected
from tests.conformance.services.settings import Settings
from windtunnel_sample.breaker import CircuitBreaker
from windtunnel_sample.breaker import Rejected as BreakerRejected
from windtunnel_sample.settings import CircuitBreakerConfig


def configured(settings: Settings) -> CircuitBreakerConfig:
    """Return the breaker's own settings."""
    return CircuitBreakerConfig(
        failure_threshold=settings.threshold,
        recovery_timeout=settings.recovery,
        half_open_requests=settings.probes,
        monitor_window=settings.window,
    )


def guarding(breaker: CircuitBreaker) -> Guarded:
    """Return calls through this breaker."""

    async def guarded(call: Call) -> bytes:
        missing: ClientError | None = None
        try:
            with breaker.call():
                try:
                    return await call()
                except ClientError as error:
                    missing = error  # an answer, so no failure of the dependency
        except BreakerRejected as error:
            raise Rejected from error
        raise missing

    return guarded


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through a breaker of their own."""
    return guarding(breaker_of(name, settings))


def breaker_of(name: str, settings: Settings) -> CircuitBreaker:
    """Return the breaker itself."""
    return CircuitBreaker(name, configured(settings), time.monotonic)
