"""Its caches keep answers, but every miss makes a call of its own."""

from fastapi import FastAPI

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.service import Service
from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig
from windtunnel_sample.unified_server import create_app


class Forgetful(dict[object, object]):
    """Never finds the call that is under way."""

    def get(self, key: object, default: object = None) -> object:
        return default

    def __delitem__(self, key: object) -> None:
        self.pop(key, None)


def make() -> FastAPI:
    """Return the application with caches that forget their calls."""
    service = Service(ConnectionConfig(), CircuitBreakerConfig())
    for kept in service.caches.values():
        kept._calls = Forgetful()  # type: ignore[assignment]  # the flaw
    return create_app(service)


if __name__ == "__main__":
    serve(make, "tests.mutants.cache_without_single_flight")
