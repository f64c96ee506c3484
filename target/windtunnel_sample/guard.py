"""One dependency as the endpoints use it: breaker, call, and the fallback when all fails."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from windtunnel_sample.breaker import CircuitBreaker, Rejected
from windtunnel_sample.cache import Cache
from windtunnel_sample.clients import Declined, DependencyError
from windtunnel_sample.settings import CircuitBreakerConfig

Value = TypeVar("Value")

UNAVAILABLE = (DependencyError, Rejected)
"""What a guarded call raises where the dependency failed, or was not asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A dependency's answer, or its fallback."""

    value: Any
    fallback: bool
    age: float = 0.0
    """Seconds since the dependency gave it; more than 0 only for an answer out of a cache."""
    stale: bool = False
    """Whether the fallback is an old answer, kept beyond its time to live."""


class Guard:
    """Calls one dependency through its breaker."""

    def __init__(
        self,
        name: str,
        breaker: CircuitBreakerConfig,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.breaker = CircuitBreaker(name, breaker, clock)

    def __repr__(self) -> str:
        return f"<Guard {self.breaker!r}>"

    async def call(self, call: Callable[[], Awaitable[Value]]) -> Value:
        """Return what `call` returns; raises what it raises, or Rejected instead of calling."""
        with self.breaker.call():
            try:
                return await call()
            except Declined as error:
                declined = error  # an answer, so no failure of the dependency
        raise declined

    async def ask(self, call: Callable[[], Awaitable[Any]], fallback: object) -> Answer:
        """Return what `call` answers, or `fallback` where it fails or may not be made."""
        try:
            return Answer(await self.call(call), fallback=False)
        except UNAVAILABLE:
            return Answer(fallback, fallback=True)


async def ask_cache(cache: Cache[Any], fallback: object) -> Answer:
    """Return the cache's answer, or `fallback` where a guarded call failed and nothing was kept.

    A stale answer counts as a fallback: it is better than none, and not what was asked for.
    """
    try:
        kept = await cache()
    except UNAVAILABLE:
        return Answer(fallback, fallback=True)
    return Answer(kept.value, fallback=kept.stale, age=kept.age, stale=kept.stale)
