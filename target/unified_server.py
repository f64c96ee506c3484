"""The sample target's HTTP side: one router, answers encoded once, fallbacks marked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiodataloader import DataLoader
from fastapi import APIRouter, FastAPI, Request, Response

from target.guard import Answer, encode
from target.request_log import RequestLog
from target.service import Service, now
from target.settings import CircuitBreakerConfig, ConnectionConfig

FALLBACK_HEADER = "X-Fallback"
"""Names the dependencies whose fallback an answer rests on."""


def create_app(service: Service | None = None) -> FastAPI:
    """Return the application; ValidationError where the environment's settings are wrong."""
    if service is None:
        service = Service(ConnectionConfig(), CircuitBreakerConfig())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await service.open()
        try:
            yield
        finally:
            await service.close()

    app = FastAPI(title="windtunnel's sample target", lifespan=lifespan)
    app.state.service = service
    app.include_router(router(service))
    app.add_middleware(RequestLog, endpoints=service.endpoints)
    return app


def router(service: Service) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    # Look-ups of one moment share a call; the loader keeps nothing beyond it.
    loader: DataLoader[str, Answer] | None = None

    @routes.get("/healthz")
    async def healthz() -> Response:
        return _json({"status": "ok"})

    @routes.get("/api/health")
    async def health() -> Response:
        answers = await service.health()
        down = [name for name, answer in answers.items() if answer.fallback]
        body = {
            "status": "degraded" if down else "ok",
            "timestamp": now(),
            "fallback": bool(down),
            "dependencies": {
                name: {"status": "down" if answer.fallback else "ok", "fallback": answer.fallback}
                for name, answer in answers.items()
            },
        }
        return _json(body, down)

    @routes.get("/api/metrics")
    async def metrics() -> Response:
        figures = await service.collect_system_metrics()
        down = [name for name, each in figures["dependencies"].items() if each["fallback"]]
        status = "degraded" if down else "ok"
        return _json({"status": status, "timestamp": now(), "metrics": figures}, down)

    @routes.get("/api/agents")
    async def agents() -> Response:
        answer = await service.agents()
        return _answer("agents", answer, "catalog")

    @routes.get("/api/agents/{agent}")
    async def agent(agent: str, request: Request) -> Response:
        nonlocal loader
        if loader is None:
            loader = service.agent_loader()
            loader.cache = False
        answer = await loader.load(agent)
        if answer.value is None and not answer.fallback:
            return Response(encode({"error": f"no agent {agent}"}), 404, None, "application/json")
        return _answer("agent", answer, "catalog")

    @routes.get("/api/workflows")
    async def workflows() -> Response:
        answer = await service.workflows()
        return _answer("workflows", answer, "redis")

    return routes


def _answer(name: str, answer: Answer, dependency: str) -> Response:
    return _json(
        {name: answer.value, "fallback": answer.fallback}, [dependency] if answer.fallback else []
    )


def _json(body: object, fallbacks: list[str] | tuple[str, ...] = ()) -> Response:
    headers = {FALLBACK_HEADER: ",".join(fallbacks)} if fallbacks else None
    return Response(encode(body), 200, headers, "application/json")
