"""The sample target's HTTP side: one router, answers encoded once, fallbacks marked."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Response

from windtunnel_sample.agent_lookups import LARGEST
from windtunnel_sample.guard import Answer
from windtunnel_sample.metrics import CONTENT_TYPE, Metrics
from windtunnel_sample.request_log import RequestLog
from windtunnel_sample.service import Service, now
from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig

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
    app.include_router(observation(service))
    app.include_router(router(service))
    app.add_middleware(RequestLog, endpoints=service.endpoints)
    return app


def router(service: Service) -> APIRouter:
    """Return the routes of the service's work."""
    routes = APIRouter()

    @routes.get("/api/agents")
    async def agents(ids: str | None = None) -> Response:
        if ids is not None:
            return await _several(service, ids.split(","))
        return _answer("agents", await service.agents(), "catalog")

    @routes.get("/api/agents/{agent}")
    async def agent(agent: str) -> Response:
        (answer,) = await service.lookups.batch_requests([agent])
        if answer.value is None and not answer.fallback:
            return _json({"error": f"no agent {agent!r}"}, status=404)
        return _answer("agent", answer, "catalog")

    @routes.get("/api/workflows")
    async def workflows() -> Response:
        answer = await service.workflows()
        return _answer("workflows", answer, "redis")

    return routes


def observation(service: Service) -> APIRouter:
    """Return the routes that report how the service does."""
    routes = APIRouter()
    prometheus = Metrics(service)

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

    @routes.get("/api/breakers")
    async def breakers() -> Response:
        return _json({"timestamp": now(), "breakers": service.breakers()})

    @routes.get("/metrics")
    async def exposition() -> Response:
        return Response(prometheus.exposition(), 200, None, CONTENT_TYPE)

    return routes


async def _several(service: Service, wanted: Sequence[str]) -> Response:
    """Look several agents up; those that are not known are left out."""
    if len(wanted) > LARGEST:
        return _json({"error": f"{len(wanted)} ids: expected {LARGEST} at most"}, status=400)
    answers = await service.lookups.batch_requests(wanted)
    found = [answer.value for answer in answers if answer.value is not None]
    return _answer("agents", Answer(found, any(each.fallback for each in answers)), "catalog")


def _answer(name: str, answer: Answer, dependency: str) -> Response:
    body = {name: answer.value, "fallback": answer.fallback, "stale": answer.stale}
    if answer.stale:
        body["age_seconds"] = round(answer.age, 3)
    return _json(body, [dependency] if answer.fallback else [])


def _json(body: object, fallbacks: Sequence[str] = (), *, status: int = 200) -> Response:
    headers = {FALLBACK_HEADER: ",".join(fallbacks)} if fallbacks else None
    encoded = json.dumps(body, separators=(",", ":")).encode()
    return Response(encoded, status, headers, "application/json")
