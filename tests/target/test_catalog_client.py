"""The catalog's client against servers that misbehave: one call is one attempt, with a deadline."""

import asyncio

import pytest

from tests.target.support import DEADLINE, Server, answering, http, refusing_port
from windtunnel_sample.clients import CatalogClient, Declined, DependencyError
from windtunnel_sample.settings import ConnectionConfig

pytestmark = pytest.mark.asyncio

AGENT = b'{"id": "a", "name": "A", "state": "idle"}'


def client(port: int, **changed: object) -> CatalogClient:
    config = ConnectionConfig(catalog_url=f"http://127.0.0.1:{port}")
    return CatalogClient(config.model_copy(update={"http_request_timeout": DEADLINE, **changed}))


async def test_agents_are_asked_for_by_id_in_one_request() -> None:
    server = Server()
    async with server.running(answering(server, http(body=b"[%b]" % AGENT))):
        catalog = client(server.port)
        assert await catalog.agents(["a", "b"]) == [{"id": "a", "name": "A", "state": "idle"}]
        await catalog.close()
    assert server.requests[0].startswith(b"GET /agents?ids=a,b HTTP/1.1\r\n")


async def test_a_kept_connection_that_breaks_is_not_tried_a_second_time() -> None:
    """By itself aiohttp would repeat an idempotent request, unseen by the breaker."""
    server = Server()
    async with server.running(answering(server, http(), b"")):
        catalog = client(server.port)
        await catalog.agents()
        with pytest.raises(DependencyError):
            await catalog.agents()
        await catalog.close()
    assert (server.connections, len(server.requests)) == (1, 2)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(http(500), id="an error"),
        pytest.param(http(429), id="a refusal"),
        pytest.param(http(404), id="an unknown path"),
        pytest.param(http(302, headers=b"location: /agents\r\n"), id="a redirect"),
        pytest.param(http(body=b"[{]"), id="broken JSON"),
        pytest.param(http(body=b'{"agents": []}'), id="another shape"),
        pytest.param(http(body=b'[{"name": "A"}]'), id="an agent without id"),
        pytest.param(http(body=b"[\xff]"), id="no text"),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
        pytest.param(b"", id="a closed connection"),
    ],
)
async def test_what_is_no_answer_is_one_failed_attempt(answer: bytes) -> None:
    server = Server()
    async with server.running(answering(server, answer)):
        catalog = client(server.port)
        with pytest.raises(DependencyError):
            await catalog.agents()
        await catalog.close()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "declined"), [(400, True), (404, True), (499, True), (302, False), (500, False)]
)
async def test_only_client_errors_are_told_as_such(status: int, *, declined: bool) -> None:
    server = Server()
    async with server.running(answering(server, http(status))):
        catalog = client(server.port)
        with pytest.raises(DependencyError, match=f"answered {status}") as caught:
            await catalog.agents()
        await catalog.close()
    assert isinstance(caught.value, Declined) is declined


async def test_a_cut_answer_is_a_failure() -> None:
    server = Server()

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(body=b"[%b]" % AGENT)[:-5])
        writer.close()

    async with server.running(cut):
        catalog = client(server.port)
        with pytest.raises(DependencyError):
            await catalog.agents()
        await catalog.close()


async def test_a_silent_server_costs_the_timeout_and_no_more() -> None:
    server = Server()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with server.running(silent), asyncio.timeout(DEADLINE):
        catalog = client(server.port, http_request_timeout=0.05)
        with pytest.raises(DependencyError, match="Timeout"):
            await catalog.agents()
        await catalog.close()


async def test_a_refused_connection_is_a_failure() -> None:
    held, port = refusing_port()
    with held:
        catalog = client(port)
        with pytest.raises(DependencyError):
            await catalog.agents()
        assert catalog.pool().created == 0
        await catalog.close()


async def test_a_warmed_client_opens_no_connection_for_its_first_call() -> None:
    server = Server()
    async with server.running(answering(server, http())):
        catalog = client(server.port)
        await catalog.warm()
        assert server.connections == 1
        await catalog.agents()
        assert server.connections == 1
        pool = catalog.pool()
        assert (pool.idle, pool.in_use, pool.created, pool.reused) == (1, 0, 1, 1)
        await catalog.close()


async def test_without_reuse_each_call_opens_a_connection() -> None:
    server = Server()
    async with server.running(answering(server, http())):
        catalog = client(server.port, enable_connection_reuse=False)
        for _ in range(3):
            await catalog.agents()
        assert server.connections == 3
        assert (catalog.pool().idle, catalog.pool().reused) == (0, 0)
        await catalog.close()


async def test_an_exhausted_pool_shows_who_waits_and_never_exceeds_its_limit() -> None:
    server, asked, go = Server(), asyncio.Semaphore(0), asyncio.Event()

    async def held(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            asked.release()
            await go.wait()
            writer.write(http())

    async with server.running(held), asyncio.timeout(DEADLINE):
        catalog = client(server.port, http_pool_size=2)
        calls = [asyncio.create_task(catalog.agents()) for _ in range(5)]
        for _ in range(2):
            await asked.acquire()
        pool = catalog.pool()
        assert (pool.in_use, pool.waiting, pool.limit) == (2, 3, 2)
        go.set()
        await asyncio.gather(*calls)
        pool = catalog.pool()
        assert (pool.in_use, pool.waiting, pool.created, pool.reused) == (0, 0, 2, 3)
        assert server.connections == 2
        await catalog.close()
