"""The workflows' client against servers that misbehave: one call is one attempt."""

import asyncio

import pytest

from tests.target.support import DEADLINE, Behaviour, Server, refusing_port
from windtunnel_sample.clients import DependencyError, WorkflowStore
from windtunnel_sample.settings import ConnectionConfig

pytestmark = pytest.mark.asyncio


def store(port: int, **changed: object) -> WorkflowStore:
    config = ConnectionConfig(redis_url=f"redis://127.0.0.1:{port}/0")
    return WorkflowStore(config.model_copy(update={"redis_timeout": DEADLINE, **changed}))


async def command(reader: asyncio.StreamReader) -> bytes:
    """Return one command in RESP, its words joined by spaces."""
    count = int((await reader.readuntil(b"\r\n"))[1:])
    words = []
    for _ in range(count):
        size = int((await reader.readuntil(b"\r\n"))[1:])
        words.append((await reader.readexactly(size + 2))[:-2])
    return b" ".join(words)


def replying(server: Server, *replies: bytes) -> Behaviour:
    """Reply to command n of all with reply n, the last one again and again; b"" closes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            server.requests.append(await command(reader))
            text = replies[min(len(server.requests), len(replies)) - 1]
            if not text:
                writer.transport.abort()
                return
            writer.write(text)

    return answer


async def test_a_call_is_one_command_and_a_new_connection_sends_nothing_else() -> None:
    server = Server()
    async with server.running(replying(server, b"*2\r\n$1\r\nw\r\n$4\r\ndone\r\n")):
        redis = store(server.port)
        assert await redis.workflows() == {"w": "done"}
        await redis.close()
    assert server.requests == [b"HGETALL workflows"]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(b"-ERR no\r\n", id="an error"),
        pytest.param(b"-LOADING Redis is loading the dataset in memory\r\n", id="loading"),
        pytest.param(b"-WRONGTYPE another kind of value\r\n", id="another type"),
        pytest.param(b"?nonsense\r\n", id="no RESP"),
        pytest.param(b"", id="a closed connection"),
    ],
)
async def test_what_is_no_answer_is_one_failed_attempt(reply: bytes) -> None:
    server = Server()
    async with server.running(replying(server, reply)):
        redis = store(server.port)
        for call in (redis.workflows, redis.count):
            with pytest.raises(DependencyError):
                await call()
        await redis.close()
    assert server.requests == [b"HGETALL workflows", b"HLEN workflows"]


async def test_a_reply_of_another_shape_is_a_failed_attempt() -> None:
    server = Server()
    async with server.running(replying(server, b":5\r\n", b"+OK\r\n")):
        redis = store(server.port)
        for call in (redis.workflows, redis.count):
            with pytest.raises(DependencyError):
                await call()
        await redis.close()
    assert len(server.requests) == 2


async def test_a_connection_that_closes_just_before_the_command_is_a_failed_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Uvloop says so by a RuntimeError, which redis-py (8.1) does not expect."""

    async def closed(*words: str) -> None:
        raise RuntimeError("unable to perform operation on <TCPTransport>; the handler is closed")

    redis = store(1)
    monkeypatch.setattr(redis._redis, "execute_command", closed)
    with pytest.raises(DependencyError, match="handler is closed"):
        await redis.count()
    await redis.close()


async def test_a_kept_connection_that_breaks_is_not_tried_a_second_time() -> None:
    """By itself redis-py would retry ten times, and hide the failure from the breaker."""
    server = Server()
    async with server.running(replying(server, b":1\r\n", b"", b":2\r\n")):
        redis = store(server.port)
        assert await redis.count() == 1
        with pytest.raises(DependencyError):
            await redis.count()
        assert len(server.requests) == 2
        assert await redis.count() == 2, "the broken connection was kept"
        await redis.close()


async def test_a_late_reply_is_never_taken_for_the_next_calls() -> None:
    server, late = Server(), asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = server.connections == 1
        await command(reader)
        if first:
            await late.wait()
        writer.write(b":1\r\n" if first else b":2\r\n")

    async with server.running(slow), asyncio.timeout(DEADLINE):
        redis = store(server.port, redis_timeout=0.05)
        with pytest.raises(DependencyError, match="Timeout"):
            await redis.count()
        late.set()
        assert await redis.count() == 2
        await redis.close()


async def test_a_refused_connection_is_a_failure() -> None:
    held, port = refusing_port()
    with held:
        redis = store(port)
        with pytest.raises(DependencyError):
            await redis.ping()
        assert (redis.pool().created, redis.pool().in_use) == (0, 0)
        await redis.close()


async def test_a_warmed_store_opens_no_connection_for_its_first_call() -> None:
    server = Server()
    async with server.running(replying(server, b":3\r\n")):
        redis = store(server.port)
        await redis.warm()
        await redis.count()
        assert server.connections == 1
        pool = redis.pool()
        assert (pool.idle, pool.in_use, pool.created, pool.reused) == (1, 0, 1, 1)
        await redis.close()
    assert server.requests == [b"HLEN workflows"] * 2


async def test_without_reuse_each_call_opens_a_connection() -> None:
    server = Server()
    async with server.running(replying(server, b":3\r\n")):
        redis = store(server.port, enable_connection_reuse=False)
        for _ in range(3):
            await redis.count()
        assert server.connections == 3
        assert (redis.pool().idle, redis.pool().created, redis.pool().reused) == (0, 3, 0)
        await redis.close()


async def test_an_exhausted_pool_shows_who_waits_and_never_exceeds_its_limit() -> None:
    server, asked, go = Server(), asyncio.Semaphore(0), asyncio.Event()

    async def held(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await command(reader)
            asked.release()
            await go.wait()
            writer.write(b":1\r\n")

    async with server.running(held), asyncio.timeout(DEADLINE):
        redis = store(server.port, redis_pool_size=2)
        calls = [asyncio.create_task(redis.count()) for _ in range(5)]
        for _ in range(2):
            await asked.acquire()
        pool = redis.pool()
        assert (pool.in_use, pool.waiting, pool.limit) == (2, 3, 2)
        go.set()
        await asyncio.gather(*calls)
        pool = redis.pool()
        assert (pool.in_use, pool.waiting, pool.created, pool.reused) == (0, 0, 2, 3)
        assert server.connections == 2
        await redis.close()
