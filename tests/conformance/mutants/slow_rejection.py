"""Open, it keeps its callers waiting before it sends them away."""

import asyncio

from tests.conformance.services import with_target
from tests.conformance.services.calls import Call, Guarded, Rejected
from tests.conformance.services.settings import Settings

SECONDS = 0.15


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    honest = with_target.guard(name, settings)

    async def guarded(call: Call) -> bytes:
        try:
            return await honest(call)
        except Rejected:
            await asyncio.sleep(SECONDS)
            raise

    return guarded
