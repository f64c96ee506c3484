"""The routes' promises, asked in place: their shapes, and never an error for a dead dependency."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from tests.target.support import Server, answering, ask, http, refusing_port
from windtunnel_sample.service import Service
from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig
from windtunnel_sample.unified_server import create_app

pytestmark = pytest.mark.asyncio

AGENTS = b'[{"id": "agent-1", "name": "Agent 1", "state": "idle"}]'
ENDPOINTS = [
    "/api/agents",
    "/api/workflows",
    "/api/health",
    "/api/metrics",
    "/api/agents/agent-1",
    "/api/agents?ids=a,b",
]


@asynccontextmanager
async def application(catalog: int, redis: int) -> AsyncIterator[FastAPI]:
    """Run the application, without a server, on dependencies at these ports."""
    config = ConnectionConfig(
        catalog_url=f"http://127.0.0.1:{catalog}", redis_url=f"redis://127.0.0.1:{redis}/0"
    )
    app = create_app(Service(config, CircuitBreakerConfig()))
    async with app.router.lifespan_context(app):
        yield app


@asynccontextmanager
async def with_a_catalog(*answers: bytes) -> AsyncIterator[tuple[FastAPI, Server]]:
    """Run it on a catalog that gives these answers, the first to the warming, and no Redis."""
    server = Server()
    held, redis = refusing_port()
    with held:
        async with (
            server.running(answering(server, http(), *answers)),
            application(server.port, redis) as app,
        ):
            yield app, server


@asynccontextmanager
async def with_nothing() -> AsyncIterator[FastAPI]:
    """Run it on two dependencies that refuse."""
    (first, catalog), (second, redis) = refusing_port(), refusing_port()
    with first, second:
        async with application(catalog, redis) as app:
            yield app


def aware(timestamp: str) -> datetime:
    parsed = datetime.fromisoformat(timestamp)
    assert parsed.tzinfo is not None, f"{timestamp} has no zone"
    return parsed


async def test_with_both_dependencies_down_every_endpoint_answers_its_marked_fallback() -> None:
    async with with_nothing() as app:
        for _ in range(5):  # before and after the breakers have opened
            for path in ENDPOINTS:
                answer = await ask(app, path)
                assert answer.status == 200, f"{path}: {answer.status} {answer.body!r}"
                assert "x-fallback" in answer.headers, path
        metrics = json.loads((await ask(app, "/api/metrics")).body)["metrics"]
        assert {each["state"] for each in metrics["breakers"].values()} == {"open"}
        health = await ask(app, "/api/health")
        assert health.headers["x-fallback"] == "catalog,redis"
        assert json.loads(health.body)["status"] == "degraded"


async def test_healthz_is_ok_whatever_the_dependencies_do() -> None:
    async with with_nothing() as app:
        answer = await ask(app, "/healthz")
        assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok"})


async def test_metrics_have_status_an_aware_timestamp_and_every_group_of_figures() -> None:
    async with with_a_catalog(http(body=AGENTS)) as (app, _):
        await ask(app, "/api/agents")
        before = datetime.now(UTC)
        answer = await ask(app, "/api/metrics")
        body = json.loads(answer.body)
        assert set(body) == {"status", "timestamp", "metrics"}
        assert before <= aware(body["timestamp"]) <= datetime.now(UTC)
        metrics = body["metrics"]
        assert set(metrics) == {
            *("process", "endpoints", "breakers", "pools", "cache", "batching", "dependencies")
        }
        assert metrics["process"]["memory_bytes"] > 0
        assert metrics["endpoints"]["/api/agents"]["requests"] == 1
        assert metrics["dependencies"]["catalog"] == {"agents": 1, "fallback": False}
        assert metrics["dependencies"]["redis"]["fallback"]
        assert metrics["cache"]["agents"]["hit_ratio"] == 0.5
        catalog = {"limit": 100, "in_use": 0, "idle": 1, "waiting": 0, "created": 1, "reused": 1}
        assert metrics["pools"]["catalog"] == catalog


async def test_a_breakers_history_has_its_changes_with_their_times() -> None:
    before = datetime.now(UTC) - timedelta(seconds=0.01)
    async with with_nothing() as app:
        for _ in range(3):
            await ask(app, "/api/agents")
        body = json.loads((await ask(app, "/api/breakers")).body)
        (opened,) = body["breakers"]["catalog"]["history"]
        assert opened["state"] == "open"
        assert before <= aware(opened["timestamp"]) <= aware(body["timestamp"])
        assert body["breakers"]["redis"]["history"] == []


async def test_an_agent_is_found_and_an_unknown_one_is_404_without_a_fallback() -> None:
    async with with_a_catalog(http(body=AGENTS)) as (app, server):
        found = await ask(app, "/api/agents/agent-1")
        assert (found.status, json.loads(found.body)["agent"]["name"]) == (200, "Agent 1")
        for unknown in ("nobody", "a&ids=b", "x" * 5000):
            answer = await ask(app, f"/api/agents/{unknown}")
            assert answer.status == 404
            assert "x-fallback" not in answer.headers
        assert len(server.requests) == 3, "what cannot be an id reached the catalog"


async def test_several_agents_are_looked_up_by_one_call_and_the_unknown_left_out() -> None:
    async with with_a_catalog(http(body=AGENTS)) as (app, server):
        answer = await ask(app, "/api/agents?ids=agent-1,nobody")
        assert answer.status == 200
        assert [agent["id"] for agent in json.loads(answer.body)["agents"]] == ["agent-1"]
        assert server.requests[1].startswith(b"GET /agents?ids=")
        too_many = await ask(app, "/api/agents?ids=" + ",".join(["a"] * 101))
        assert too_many.status == 400
        assert b"101 ids: expected 100 at most" in too_many.body
        assert len(server.requests) == 2


async def test_an_unknown_agent_does_not_count_against_the_breaker() -> None:
    async with with_a_catalog(http(body=AGENTS)) as (app, _):
        for _ in range(10):
            assert (await ask(app, "/api/agents/nobody")).status == 404
        breaker = json.loads((await ask(app, "/api/breakers")).body)["breakers"]["catalog"]
        assert (breaker["state"], breaker["failed"]) == ("closed", 0)


async def test_an_unknown_path_is_404_and_counted_under_one_name() -> None:
    async with with_nothing() as app:
        for path in ("/nothing", "/api/nothing", "/else"):
            assert (await ask(app, path)).status == 404
        assert app.state.service.endpoints["(none)"].errors == 3


async def test_figures_for_prometheus_have_the_agreed_names_and_touch_no_dependency() -> None:
    async with with_a_catalog(http(body=AGENTS)) as (app, server):
        await ask(app, "/api/agents")
        for _ in range(3):
            await ask(app, "/api/workflows")
        reached = len(server.requests)
        answer = await ask(app, "/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert len(server.requests) == reached
        found = figures(answer.body.decode())
        endpoint = {"endpoint": "/api/agents"}
        assert found("http_requests_total", status="200", **endpoint) == 1
        assert found("http_request_duration_seconds_count", **endpoint) == 1
        assert found("http_request_duration_seconds_bucket", le="+Inf", **endpoint) == 1
        for state, expected in (("closed", 0), ("open", 1), ("half_open", 0)):
            assert found("circuit_breaker_state", dependency="redis", state=state) == expected
        assert found("circuit_breaker_calls_total", dependency="redis", outcome="failed") == 3
        assert found("circuit_breaker_openings_total", dependency="redis") == 1
        assert found("connection_pool_connections", dependency="catalog", state="idle") == 1
        assert found("connection_pool_connections", dependency="catalog", state="in_use") == 0
        assert found("connection_pool_waiting", dependency="catalog") == 0
        assert found("connection_pool_limit", dependency="redis") == 50
        assert found("connection_pool_connections_created_total", dependency="catalog") == 1
        assert found("connection_pool_connections_reused_total", dependency="catalog") == 1
        assert found("connection_pool_requests_total", dependency="catalog") == 2
        assert found("cache_requests_total", cache="agents", result="miss") == 1
        assert found("batch_lookups_total") == 0
        assert found("batch_upstream_calls_total") == 0
        assert found("process_resident_memory_bytes") > 0


async def test_two_applications_in_one_process_count_apart() -> None:
    async with with_nothing() as first, with_nothing() as second:
        await ask(first, "/healthz")
        await ask(second, "/healthz")
        for app in (first, second):
            found = figures((await ask(app, "/metrics")).body.decode())
            assert found("http_requests_total", endpoint="/healthz", status="200") == 1


def figures(text: str) -> Any:  # noqa: ANN401 - a function of a name and labels
    """Return a function that finds one sample; it fails where there is none."""
    samples = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    return lambda name, **labels: samples[name, frozenset(labels.items())]
