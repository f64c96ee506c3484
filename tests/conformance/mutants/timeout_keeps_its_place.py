"""A probe that times out opens it again, and keeps its place ever after."""

import time

from tests.conformance.services.calls import Call, Guarded, TimedOut
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
            probing = breaker.state is State.HALF_OPEN
            try:
                return await call()
            except TimedOut:
                breaker.lost += probing
                raise

        return await honest(leaking)

    return guarded
