"""The sample target, with one more route that tells how many asyncio tasks it has."""

import asyncio

from fastapi import FastAPI

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.unified_server import create_app


def make() -> FastAPI:
    """Return the application with GET /tasks."""
    app: FastAPI = create_app()

    @app.get("/tasks")
    async def tasks() -> int:
        return len(asyncio.all_tasks())

    return app


if __name__ == "__main__":
    serve(make, "tests.dashboard.counted_target")
