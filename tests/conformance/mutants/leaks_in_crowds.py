"""Open, it lets a caller through where ten or more come at once."""

import asyncio

from tests.conformance.services import with_target
from tests.conformance.services.calls import Call, Guarded, Rejected
from tests.conformance.services.settings import Settings

CROWD = 10


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    honest = with_target.guard(name, settings)
    waiting = 0

    async def guarded(call: Call) -> bytes:
        nonlocal waiting
        try:
            return await honest(call)
        except Rejected:
            waiting += 1
            try:
                await asyncio.sleep(0.005)
                if waiting == CROWD:
                    return await call()
                raise
            finally:
                waiting -= 1

    return guarded
