"""circuitbreaker, by its decorator."""

from circuitbreaker import CircuitBreaker, CircuitBreakerError

from tests.conformance.services.calls import Call, DependencyFailed, Guarded, Rejected
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through a breaker of their own."""
    breaker = CircuitBreaker(
        failure_threshold=settings.threshold,
        recovery_timeout=settings.recovery,
        expected_exception=DependencyFailed,
        name=name,
    )

    @breaker  # type: ignore[untyped-decorator]  # circuitbreaker has no types
    async def through(call: Call) -> bytes:
        return await call()

    async def guarded(call: Call) -> bytes:
        try:
            return bytes(await through(call))
        except CircuitBreakerError as error:
            raise Rejected from error

    return guarded
