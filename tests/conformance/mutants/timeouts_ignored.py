"""It takes a call that timed out for one that nobody wanted: neither success nor failure."""

import asyncio

from tests.conformance.services import with_target
from tests.conformance.services.calls import Call, Guarded, TimedOut
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    honest = with_target.guard(name, settings)

    async def guarded(call: Call) -> bytes:
        async def mistaken() -> bytes:
            try:
                return await call()
            except TimedOut as error:
                raise asyncio.CancelledError from error

        try:
            return await honest(mistaken)
        except asyncio.CancelledError as error:
            if isinstance(error.__cause__, TimedOut):
                raise error.__cause__ from None
            raise

    return guarded
