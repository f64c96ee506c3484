"""A probe that is answered with a client error is neither good nor bad, and keeps its place."""

from tests.conformance.services.calls import Call, ClientError, Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import breaker_of, guarding
from windtunnel_sample.breaker import State


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    breaker = breaker_of(name, settings)
    honest = guarding(breaker)

    async def guarded(call: Call) -> bytes:
        missing: list[ClientError] = []

        async def unnoticed() -> bytes:
            try:
                return await call()
            except ClientError as error:
                if breaker.state is State.HALF_OPEN:
                    missing.append(error)
                    breaker._period.successes -= 1
                    return b""
                raise

        found = await honest(unnoticed)
        if missing:
            raise missing[0]
        return found

    return guarded
