"""Its caches keep answers, but every miss makes a call of its own."""

from fastapi import FastAPI

from target.service import Service
from target.serving import serve
from target.settings import CircuitBreakerConfig, ConnectionConfig
from target.unified_server import create_app


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
