"""pybreaker, by its context manager: its call_async is for tornado's coroutines."""

import pybreaker

from tests.conformance.services.calls import Call, ClientError, Guarded, Rejected
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through a breaker of their own."""
    breaker = pybreaker.CircuitBreaker(
        fail_max=settings.threshold,
        reset_timeout=settings.recovery,
        exclude=[ClientError],
        # The call's own error, also on the call that opens it.
        throw_new_error_on_trip=False,
    )

    async def guarded(call: Call) -> bytes:
        try:
            with breaker.calling():
                return await call()
        except pybreaker.CircuitBreakerError as error:
            raise Rejected from error

    return guarded
