"""It tries a call once more that was answered with a server error, and no other."""

from tests.conformance.services import with_target
from tests.conformance.services.calls import Call, DependencyFailed, Guarded
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    honest = with_target.guard(name, settings)

    async def guarded(call: Call) -> bytes:
        async def twice() -> bytes:
            try:
                return await call()
            except DependencyFailed as error:
                if error.args[0] not in {"500", "503"}:
                    raise
                return await call()

        return await honest(twice)

    return guarded
