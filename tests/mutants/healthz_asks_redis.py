"""Its /healthz asks Redis, and answers ok whatever comes back."""

from contextlib import suppress

from fastapi import FastAPI, Response

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.clients import DependencyError
from windtunnel_sample.service import Service
from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig
from windtunnel_sample.unified_server import create_app


def make() -> FastAPI:
    """Return the application with another /healthz before its own."""
    service = Service(ConnectionConfig(), CircuitBreakerConfig())
    app = create_app(service)

    async def healthz() -> Response:
        with suppress(DependencyError):
            await service.store.ping()
        return Response('{"status":"ok"}', 200, None, "application/json")

    app.add_api_route("/healthz", healthz)
    app.router.routes.insert(0, app.router.routes.pop())
    return app


if __name__ == "__main__":
    serve(make, "tests.mutants.healthz_asks_redis")
