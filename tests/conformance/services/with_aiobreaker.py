"""aiobreaker, by call_async."""

from datetime import timedelta

import aiobreaker

from tests.conformance.services.calls import Call, ClientError, Guarded, Rejected
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through a breaker of their own."""
    breaker = aiobreaker.CircuitBreaker(
        fail_max=settings.threshold,
        timeout_duration=timedelta(seconds=settings.recovery),
        exclude=[ClientError],
    )

    async def guarded(call: Call) -> bytes:
        try:
            return bytes(await breaker.call_async(call))
        except aiobreaker.CircuitBreakerError as error:
            raise Rejected from error

    return guarded
