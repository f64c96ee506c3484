"""Its breakers say that they are open and serve fallbacks, but call the dependency all the same."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.breaker import Rejected
from windtunnel_sample.clients import DependencyError
from windtunnel_sample.guard import Guard
from windtunnel_sample.unified_server import create_app

honest = Guard.call


async def lie(guard: Guard, call: Callable[[], Awaitable[Any]]) -> object:
    """Do as an honest breaker would, and call on the side."""
    try:
        return await honest(guard, call)
    except Rejected:
        with suppress(DependencyError):
            await call()
        raise


if __name__ == "__main__":
    Guard.call = lie  # type: ignore[method-assign, assignment]  # the flaw
    serve(create_app, "tests.mutants.lying_breaker")
