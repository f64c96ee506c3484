"""One bare, fast service with two dependencies, each behind a breaker of the module BREAKER.

`BREAKER=MODULE python -m tests.conformance.services --host 127.0.0.1 --port 8080`; the module's
`guard` makes a breaker. GET /first and GET /second call one dependency each, once and without a
retry; what fails is answered with an error, or with UNMARKED=1 by a fallback that looks like the
dependency's own answer. POST /afresh with other variables puts it back to its start, with them as
its environment. WORKERS=2 makes it two processes, each with breakers of its own.
"""

import argparse
import asyncio
import importlib
import json
import os
from collections.abc import Mapping

import aiohttp
from aiohttp import web

from tests.conformance.services.calls import (
    ClientError,
    DependencyFailed,
    Guarded,
    Rejected,
    TimedOut,
)
from tests.conformance.services.settings import Settings

WORKERS = int(os.environ.get("WORKERS", "1"))
"""Processes that share the port, each with breakers of its own."""
DEPENDENCIES = {"/first": "FIRST_URL", "/second": "SECOND_URL"}


async def fetch(session: aiohttp.ClientSession, url: str) -> bytes:
    """Return the dependency's JSON, unparsed."""
    try:
        async with session.get(url) as response:
            if 400 <= response.status < 500:
                raise ClientError(str(response.status))
            if response.status >= 500:
                raise DependencyFailed(str(response.status))
            body = await response.read()
            json.loads(body)
            return body
    except TimeoutError as error:
        raise TimedOut(url) from error
    except (aiohttp.ClientError, ValueError) as error:
        raise DependencyFailed(f"{type(error).__name__}: {error}") from error


async def answer(
    guarded: Guarded, session: aiohttp.ClientSession, url: str, *, fallback: bytes | None
) -> web.Response:
    """Return the dependency's answer, or the fallback, or an error that says why there is none."""
    try:
        body = await guarded(lambda: fetch(session, url))
    except (Rejected, DependencyFailed) as error:
        if fallback is None:
            status = 503 if isinstance(error, Rejected) else 502
            return web.Response(status=status, text=f"{type(error).__name__} {error}\n")
        body = fallback
    except ClientError as error:
        return web.Response(status=404, text=f"{error}\n")
    return web.Response(body=body, content_type="application/json")


class Service:
    """The breakers and the client's connections, which can be begun afresh."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        settings = Settings.of(environment)
        # Loaded anew: the module may keep what its breakers share.
        module = importlib.reload(importlib.import_module(environment["BREAKER"]))
        guard = module.guard
        self._guarded: dict[str, Guarded] = {path: guard(path, settings) for path in DEPENDENCIES}
        self._urls = {path: f"{environment[name]}/agents" for path, name in DEPENDENCIES.items()}
        self._fallback = b"[]" if environment.get("UNMARKED") else None
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=settings.call_timeout),
            connector=aiohttp.TCPConnector(limit=200),
        )
        # aiohttp repeats a request whose kept connection broke, and has no public switch.
        self._session._retry_connection = False

    async def handle(self, request: web.Request) -> web.Response:
        """Call the path's dependency through its breaker."""
        path = request.path
        return await answer(
            self._guarded[path], self._session, self._urls[path], fallback=self._fallback
        )

    async def close(self) -> None:
        """Close the connections to the dependencies."""
        await self._session.close()


async def serve(host: str, port: int) -> None:
    """Serve until SIGTERM; a caller that leaves cancels its handler."""
    service = Service(os.environ)

    async def handle(request: web.Request) -> web.Response:
        return await service.handle(request)

    async def begin_afresh(request: web.Request) -> web.Response:
        nonlocal service
        await service.close()
        service = Service({**os.environ, **await request.json()})
        return web.Response(text="ok\n")

    async def healthy(request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    app = web.Application()
    for path in DEPENDENCIES:
        app.router.add_get(path, handle)
    app.router.add_post("/afresh", begin_afresh)
    app.router.add_get("/healthz", healthy)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, host, port, backlog=1024, reuse_port=WORKERS > 1)
    await site.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.services")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    for _ in range(WORKERS - 1):
        if not os.fork():
            break
    asyncio.run(serve(arguments.host, arguments.port))
