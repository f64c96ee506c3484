"""One bare, fast service with two dependencies, each behind a breaker of the named module.

`python -m tests.conformance.services MODULE --host 127.0.0.1 --port 8080`; the module's `guard`
makes a breaker. GET /first and GET /second call one dependency each, once and without a retry.
"""

import argparse
import asyncio
import importlib
import json
import os
from collections.abc import AsyncIterator

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


async def answer(guarded: Guarded, session: aiohttp.ClientSession, url: str) -> web.Response:
    """Return the dependency's answer, or an error that says why there is none."""
    try:
        body = await guarded(lambda: fetch(session, url))
    except Rejected:
        return web.Response(status=503, text="rejected\n")
    except DependencyFailed as error:
        return web.Response(status=502, text=f"{error}\n")
    except ClientError as error:
        return web.Response(status=404, text=f"{error}\n")
    return web.Response(body=body, content_type="application/json")


def application(module: str) -> web.Application:
    """Return the service."""
    settings = Settings()
    guard = importlib.import_module(module).guard
    app = web.Application()
    key = web.AppKey("session", aiohttp.ClientSession)

    async def session(app: web.Application) -> AsyncIterator[None]:
        timeout = aiohttp.ClientTimeout(total=settings.call_timeout)
        connector = aiohttp.TCPConnector(limit=200)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as opened:
            # aiohttp repeats a request whose kept connection broke, and has no public switch.
            opened._retry_connection = False
            app[key] = opened
            yield

    app.cleanup_ctx.append(session)
    for path, variable in DEPENDENCIES.items():
        url = f"{os.environ[variable]}/agents"
        guarded: Guarded = guard(path, settings)

        async def handle(
            request: web.Request, guarded: Guarded = guarded, url: str = url
        ) -> web.Response:
            return await answer(guarded, request.app[key], url)

        app.router.add_get(path, handle)

    async def healthy(request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    app.router.add_get("/healthz", healthy)
    return app


async def serve(module: str, host: str, port: int) -> None:
    """Serve until SIGTERM; a caller that leaves cancels its handler."""
    runner = web.AppRunner(application(module), handler_cancellation=True, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port, backlog=1024).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.services")
    parser.add_argument("module")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.module, arguments.host, arguments.port))
