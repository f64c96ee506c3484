"""Open, it lets a caller through while nine others are there."""

import asyncio

from tests.conformance.services import with_target
from tests.conformance.services.calls import Call, Guarded, Rejected
from tests.conformance.services.settings import Settings

CROWD = 10
STAYS = 0.05
"""Seconds for which a rejected caller counts as there: those of a crowd come one by one."""


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    honest = with_target.guard(name, settings)
    there = 0

    async def guarded(call: Call) -> bytes:
        nonlocal there
        try:
            return await honest(call)
        except Rejected:
            there += 1
            try:
                if there == CROWD:
                    return await call()
                await asyncio.sleep(STAYS)
                raise
            finally:
                there -= 1

    return guarded
