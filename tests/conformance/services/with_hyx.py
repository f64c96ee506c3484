"""hyx, by its decorator."""

from hyx.circuitbreaker import consecutive_breaker
from hyx.circuitbreaker.exceptions import BreakerFailing

from tests.conformance.services.calls import Call, DependencyFailed, Guarded, Rejected
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through a breaker of their own."""

    @consecutive_breaker(
        exceptions=(DependencyFailed,),
        failure_threshold=settings.threshold,
        recovery_time_secs=settings.recovery,
        recovery_threshold=settings.probes,
    )
    async def through(call: Call) -> bytes:
        return await call()

    async def guarded(call: Call) -> bytes:
        try:
            return await through(call)
        except BreakerFailing as error:
            raise Rejected from error

    return guarded
