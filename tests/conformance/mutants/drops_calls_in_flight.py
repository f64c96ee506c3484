"""When it opens it gives up the calls that are in flight."""

import asyncio

from tests.conformance.services import with_target
from tests.conformance.services.calls import Call, DependencyFailed, Guarded, Rejected
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    honest = with_target.guard(name, settings)
    in_flight: set[asyncio.Task[bytes]] = set()

    async def guarded(call: Call) -> bytes:
        async def dropped_when_open() -> bytes:
            task = asyncio.ensure_future(call())
            in_flight.add(task)
            try:
                return await task
            except asyncio.CancelledError:
                if task in in_flight:
                    raise
                raise DependencyFailed("dropped") from None
            finally:
                in_flight.discard(task)

        try:
            return await honest(dropped_when_open)
        except Rejected:
            for task in tuple(in_flight):
                in_flight.discard(task)
                task.cancel()
            raise

    return guarded
