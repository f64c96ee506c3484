"""Its breakers say that they are open and serve fallbacks, but call the dependency all the same."""

from collections.abc import Awaitable, Callable
from typing import Any

from target.clients import DependencyError
from target.guard import Answer, Guard
from target.serving import serve
from target.unified_server import create_app

honest = Guard.ask


async def lie(guard: Guard, call: Callable[[], Awaitable[Any]], fallback: object) -> Answer:
    """Answer as an honest breaker would, and call on the side."""
    rejected = guard.breaker.counters.rejected
    answer = await honest(guard, call, fallback)
    if guard.breaker.counters.rejected > rejected:
        try:
            await call()
        except (DependencyError, LookupError):
            return answer
    return answer


if __name__ == "__main__":
    Guard.ask = lie  # type: ignore[method-assign, assignment]  # the flaw
    serve(create_app, "tests.mutants.lying_breaker")
