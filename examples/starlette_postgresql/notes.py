"""Notes: a Starlette service that reads its notes from PostgreSQL, through psycopg's pool."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

DEADLINE = 0.3
"""Seconds that a caller waits for the database at most."""

pool = AsyncConnectionPool(
    os.environ["DATABASE_URL"],
    open=False,
    max_size=8,
    timeout=DEADLINE,
    # Without it, a connection that died in the pool is found out by the next caller.
    check=AsyncConnectionPool.check_connection,
)
last_known: list[str] = []
abandoned: set[asyncio.Task[list[str]]] = set()
"""Queries that nobody waits for any more, kept until they end."""


async def read_notes() -> list[str]:
    """Return the notes, newest first."""
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT text FROM notes ORDER BY number DESC LIMIT 10")
        return [text for (text,) in await cursor.fetchall()]


async def in_time(work: Coroutine[None, None, list[str]]) -> list[str]:
    """Return what `work` returns; TimeoutError after the deadline.

    Not by cancelling it, as asyncio.timeout does: psycopg then waits until the server has confirmed
    that the query is cancelled, and a silent server never does.
    """
    if os.environ.get("DEADLINE") == "cancel":
        return await asyncio.wait_for(work, DEADLINE)
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait({task}, timeout=DEADLINE)
    if not done:
        abandoned.add(task)
        task.add_done_callback(forget)
        raise TimeoutError
    return task.result()


def forget(task: asyncio.Task[list[str]]) -> None:
    """Let go of an abandoned query, whatever became of it."""
    abandoned.discard(task)
    if not task.cancelled():
        task.exception()


async def notes(request: Request) -> JSONResponse:
    """Answer with the notes, or with the last known ones where the database is of no use."""
    try:
        last_known[:] = await in_time(read_notes())
    except (psycopg.Error, PoolTimeout, TimeoutError):
        return JSONResponse({"notes": last_known}, headers={"X-Fallback": "database"})
    return JSONResponse({"notes": last_known})


async def health(request: Request) -> JSONResponse:
    """Answer without asking anybody."""
    return JSONResponse({"status": "ok"})


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Keep the pool open while the service serves."""
    await pool.open()
    async with pool.connection(timeout=10) as connection:
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS notes (number serial PRIMARY KEY, text text NOT NULL)"
        )
        await connection.execute("INSERT INTO notes (text) VALUES ('Buy an anvil')")
    yield
    await pool.close()


app = Starlette(routes=[Route("/notes", notes), Route("/health", health)], lifespan=lifespan)
