"""It tries each failed call once more, through the breaker."""

from tests.conformance.services import with_target
from tests.conformance.services.calls import Call, DependencyFailed, Guarded
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    honest = with_target.guard(name, settings)

    async def guarded(call: Call) -> bytes:
        try:
            return await honest(call)
        except DependencyFailed:
            return await honest(call)

    return guarded
