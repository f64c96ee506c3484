"""It has no breakers: every request calls its dependency, and falls back when that fails."""

from collections.abc import Iterator
from contextlib import contextmanager

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.breaker import CircuitBreaker
from windtunnel_sample.unified_server import create_app


@contextmanager
def let_through(breaker: CircuitBreaker) -> Iterator[None]:
    """Guard nothing."""
    yield


if __name__ == "__main__":
    CircuitBreaker.call = let_through  # type: ignore[method-assign, assignment]  # the flaw
    serve(create_app, "tests.mutants.no_breaker")
