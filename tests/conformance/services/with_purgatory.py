"""purgatory, by its asynchronous factory and context manager."""

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from tests.conformance.services.calls import Call, ClientError, Guarded, Rejected
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through a breaker of their own."""
    factory = AsyncCircuitBreakerFactory(
        default_threshold=settings.threshold,
        default_ttl=settings.recovery,
        exclude=[ClientError],
    )

    async def guarded(call: Call) -> bytes:
        try:
            async with await factory.get_breaker(name):
                return await call()
        except OpenedState as error:
            raise Rejected from error

    return guarded
