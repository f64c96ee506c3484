"""A probe that is cut off while others are turned away opens it again, and keeps its place."""

import time

import aiohttp

from tests.conformance.services.calls import Call, DependencyFailed, Guarded
from tests.conformance.services.settings import Settings
from tests.conformance.services.with_target import configured, guarding
from windtunnel_sample.breaker import CircuitBreaker, State


class Flawed(CircuitBreaker):
    """Admits fewer probes with each that was lost."""

    lost = 0

    def _change(self, state: State) -> None:
        super()._change(state)
        self._period.admitted = self.lost


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    breaker = Flawed(name, configured(settings), time.monotonic)
    honest = guarding(breaker)

    async def guarded(call: Call) -> bytes:
        async def leaking() -> bytes:
            probing, before = breaker.state is State.HALF_OPEN, breaker.counters.rejected
            try:
                return await call()
            except DependencyFailed as error:
                cut = isinstance(error.__cause__, aiohttp.ClientConnectionError)
                breaker.lost += probing and cut and breaker.counters.rejected > before
                raise

        return await honest(leaking)

    return guarded
