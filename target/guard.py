"""One dependency as the endpoints use it: cache, breaker, call, and the fallback when all fails."""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from async_lru import alru_cache

from target.breaker import CircuitBreaker, Rejected
from target.clients import DependencyError
from target.settings import CircuitBreakerConfig, ConnectionConfig


@dataclass(frozen=True, slots=True)
class Answer:
    """A dependency's answer, or its fallback."""

    value: Any
    fallback: bool


class Guard:
    """Calls one dependency through its breaker. Never raises for a dependency that fails."""

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

    async def ask(self, call: Callable[[], Awaitable[Any]], fallback: Any) -> Answer:  # noqa: ANN401
        """Return what `call` answers, or `fallback` where it fails or may not be made.

        LookupError passes through: the dependency answered, and knows no such thing.
        """
        missing: LookupError | None = None
        try:
            with self.breaker.call():
                try:
                    return Answer(await call(), fallback=False)
                except LookupError as error:
                    missing = error  # an answer, so no failure of the dependency
        except (DependencyError, Rejected):
            return Answer(fallback, fallback=True)
        raise missing


class _NotCached(Exception):
    """Carries a fallback out of the cache, which keeps no exceptions."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Cached:
    """Keeps a question's real answer for CACHE_TTL seconds; a fallback is never kept."""

    def __init__(self, ask: Callable[[], Awaitable[Answer]], config: ConnectionConfig) -> None:
        self._enabled = config.cache_ttl > 0

        async def real() -> Answer:
            answer = await ask()
            if answer.fallback:
                raise _NotCached(answer)
            return answer

        self._ask = ask
        self._cache = alru_cache(maxsize=1, ttl=config.cache_ttl or None)(real)

    async def __call__(self) -> Answer:
        """Return the kept answer, or a new one."""
        if not self._enabled:
            return await self._ask()
        try:
            return await self._cache()
        except _NotCached as carried:
            return carried.answer

    @property
    def hits(self) -> int:
        """Questions that were answered from the cache."""
        return self._cache.cache_info().hits

    @property
    def misses(self) -> int:
        """Questions that were not."""
        return self._cache.cache_info().misses


def encode(value: object) -> bytes:
    """Return a value as JSON."""
    return json.dumps(value, separators=(",", ":")).encode()
