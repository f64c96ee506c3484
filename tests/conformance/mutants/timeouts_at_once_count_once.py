"""It takes time-outs that come together for one, and counts all other failures one by one."""

import asyncio
import time

from tests.conformance.services import with_target
from tests.conformance.services.calls import Call, Guarded, TimedOut
from tests.conformance.services.settings import Settings

TOGETHER = 0.3
"""Seconds within which time-outs are taken for one."""


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    honest = with_target.guard(name, settings)
    last = float("-inf")

    async def guarded(call: Call) -> bytes:
        async def mistaken() -> bytes:
            nonlocal last
            try:
                return await call()
            except TimedOut as error:
                before, last = last, time.monotonic()
                if last - before < TOGETHER:
                    raise asyncio.CancelledError from error
                raise

        try:
            return await honest(mistaken)
        except asyncio.CancelledError as error:
            if isinstance(error.__cause__, TimedOut):
                raise error.__cause__ from None
            raise

    return guarded
