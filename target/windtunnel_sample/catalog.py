"""The sample's HTTP dependency: a small service that knows the agents.

`python -m windtunnel_sample.catalog --host 127.0.0.1 --port 8001`
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from windtunnel_sample.asgi_program import serve

Send = Callable[[dict[str, Any]], Awaitable[None]]

AGENTS: tuple[Mapping[str, str], ...] = tuple(
    {"id": f"agent-{number}", "name": f"Agent {number}", "state": state}
    for number, state in enumerate(("idle", "busy", "idle", "offline", "busy"), 1)
)


class Catalog:
    """A bare ASGI application: it is to cost as little as possible beside the target."""

    def __init__(self) -> None:
        self._by_id = {agent["id"]: agent for agent in AGENTS}
        self._all = json.dumps(AGENTS).encode()

    async def __call__(
        self, scope: Mapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Send
    ) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            status, body = self._answer(scope["path"], scope["query_string"])
            await _respond(send, status, body)

    def _answer(self, path: str, query: bytes) -> tuple[int, bytes]:
        if path == "/health":
            return 200, b'{"status":"ok"}'
        if path == "/agents":
            wanted = parse_qs(query.decode("latin-1")).get("ids")
            if wanted is None:
                return 200, self._all
            found = [self._by_id[each] for each in wanted[0].split(",") if each in self._by_id]
            return 200, json.dumps(found).encode()
        agent = self._by_id.get(path.removeprefix("/agents/"))
        if agent is None:
            return 404, b'{"error":"not found"}'
        return 200, json.dumps(agent).encode()


async def _respond(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    serve(Catalog, "windtunnel_sample.catalog")
