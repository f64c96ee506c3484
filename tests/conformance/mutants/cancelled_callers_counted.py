"""A caller that goes away counts as a failure of the dependency."""

import asyncio

from tests.conformance.services import with_target
from tests.conformance.services.calls import Call, DependencyFailed, Guarded
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    honest = with_target.guard(name, settings)

    async def guarded(call: Call) -> bytes:
        async def mistaken() -> bytes:
            try:
                return await call()
            except asyncio.CancelledError as error:
                raise DependencyFailed("cancelled") from error

        return await honest(mistaken)

    return guarded
