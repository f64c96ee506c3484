"""Caches an async function: one call for all callers who wait, and the old value on errors.

async-lru shares calls but has no old value on errors. cashews has both, but as process-wide state
with locks that poll. So this cache is our own, and the clock is an argument.
"""

import asyncio
import functools
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Kept(Generic[Value]):
    """A value from the cache."""

    value: Value
    age: float = 0.0
    """Seconds since the call that returned it began. 0 where this question caused the call."""
    stale: bool = False
    """Whether it has outlived its time to live, and is given because a new call failed."""


@dataclass(slots=True)
class CacheCounters:
    """Counts of questions, by how they were answered, and of calls, since the start."""

    hits: int = 0
    """Answered from the cache."""
    misses: int = 0
    """Answered by a call (a new one, or one under way), or failed."""
    stale: int = 0
    """Answered with an old value, because the call failed."""
    calls: int = 0

    @property
    def hit_ratio(self) -> float | None:
        """The share of questions that the cache answered. None before the first question."""
        total = self.hits + self.misses + self.stale
        return self.hits / total if total else None


class Cache(Generic[Value]):
    """A cached function. Call it as you would call the function."""

    def __init__(
        self,
        function: Callable[..., Coroutine[Any, Any, Value]],
        *,
        ttl: float,
        stale_if_error: float,
        errors: tuple[type[Exception], ...],
        entries: int,
        clock: Callable[[], float],
    ) -> None:
        functools.update_wrapper(self, function)
        self.counters = CacheCounters()
        self._function = function
        self._ttl = ttl
        self._oldest = ttl + stale_if_error
        self._errors = errors
        self._limit = entries
        self._clock = clock
        self._entries: OrderedDict[tuple[Hashable, ...], tuple[float, Value]] = OrderedDict()
        self._calls: dict[tuple[Hashable, ...], asyncio.Task[Value]] = {}

    def __repr__(self) -> str:
        return f"<Cache of {len(self._entries)} entries, {len(self._calls)} calls under way>"

    async def __call__(self, *key: Hashable) -> Kept[Value]:
        """Return the kept value, or that of a call; raises what the call raises."""
        if not self._ttl:
            self.counters.misses += 1
            self.counters.calls += 1
            return Kept(await self._function(*key))
        kept = self._find(key, self._ttl)
        if kept is not None:
            self.counters.hits += 1
            return kept
        call = self._calls.get(key)
        if call is None:
            call = self._calls[key] = asyncio.create_task(self._refresh(key))
            call.add_done_callback(_look_at_its_error)
        try:
            # Shielded, because the call is not this caller's alone: others may wait for it.
            value = await asyncio.shield(call)
        except self._errors:
            kept = self._find(key, self._oldest)
            if kept is None:
                self.counters.misses += 1
                raise
            self.counters.stale += 1
            return kept
        self.counters.misses += 1
        return Kept(value)

    async def _refresh(self, key: tuple[Hashable, ...]) -> Value:
        """Call the function and keep what it returns."""
        self.counters.calls += 1
        # Its age counts from here: the value may have been true only when the call began.
        began = self._clock()
        try:
            value = await self._function(*key)
        finally:
            del self._calls[key]
        self._entries[key] = (began, value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)
        return value

    def _find(self, key: tuple[Hashable, ...], oldest: float) -> Kept[Value] | None:
        """Return the kept value unless it is `oldest` seconds old or more."""
        if key not in self._entries:
            return None
        began, value = self._entries[key]
        age = self._clock() - began
        if age >= oldest:
            return None
        self._entries.move_to_end(key)
        return Kept(value, age, stale=age >= self._ttl)


def cache(
    ttl: float,
    *,
    stale_if_error: float = 0.0,
    errors: tuple[type[Exception], ...] = (Exception,),
    entries: int = 1024,
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[Callable[..., Coroutine[Any, Any, Value]]], Cache[Value]]:
    """Decorate an async function of positional, hashable arguments: keep its values `ttl` seconds.

    Questions that arrive while a call for the same arguments is under way wait for that one; it
    goes on even where the caller who caused it is cancelled. Where it raises one of `errors`, a
    value that outlived its `ttl` by less than `stale_if_error` seconds is given instead, marked as
    stale (the term and its meaning: RFC 5861, section 4). An error is never kept. At most `entries`
    values are kept; the one unused for longest goes first. With `ttl` 0 nothing is kept or shared.
    """

    def decorate(function: Callable[..., Coroutine[Any, Any, Value]]) -> Cache[Value]:
        return Cache(
            function,
            ttl=ttl,
            stale_if_error=stale_if_error,
            errors=errors,
            entries=entries,
            clock=clock,
        )

    return decorate


def _look_at_its_error(call: asyncio.Task[Any]) -> None:
    """Keep asyncio from reporting an error that nobody waited for any more."""
    if not call.cancelled():
        call.exception()
