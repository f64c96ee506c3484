"""The control port: Toxiproxy's HTTP API, and ours for evidence."""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from harness import __version__
from harness.proxy.equipment import ToxicSettings
from harness.proxy.named_proxy import NamedProxy
from harness.proxy.registry import ApiError, Registry, as_object, parse

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(registry: Registry) -> web.Application:
    """Return the control port's application."""
    api = Api(registry)
    app = web.Application(middlewares=[_errors])
    app.add_routes(
        [
            web.get("/version", api.version),
            web.get("/proxies", api.proxies),
            web.post("/proxies", api.create),
            web.get("/proxies/{proxy}", api.proxy),
            web.post("/proxies/{proxy}", api.update),
            web.patch("/proxies/{proxy}", api.update),
            web.delete("/proxies/{proxy}", api.delete),
            web.get("/proxies/{proxy}/toxics", api.toxics),
            web.post("/proxies/{proxy}/toxics", api.add_toxic),
            web.get("/proxies/{proxy}/toxics/{toxic}", api.toxic),
            web.post("/proxies/{proxy}/toxics/{toxic}", api.update_toxic),
            web.patch("/proxies/{proxy}/toxics/{toxic}", api.update_toxic),
            web.delete("/proxies/{proxy}/toxics/{toxic}", api.remove_toxic),
            web.post("/populate", api.populate),
            web.post("/reset", api.reset),
            web.get("/windtunnel/clock", api.clock),
            web.post("/windtunnel/mark", api.mark),
            web.get("/windtunnel/evidence", api.all_evidence),
            web.get("/windtunnel/evidence/{proxy}", api.evidence),
        ]
    )
    return app


class Api:
    """One handler a route."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def version(self, request: web.Request) -> web.Response:
        """GET /version."""
        return _json({"version": f"windtunnel-{__version__}"})

    async def proxies(self, request: web.Request) -> web.Response:
        """GET /proxies."""
        return _json({name: _proxy(proxy) for name, proxy in self._registry.proxies.items()})

    async def create(self, request: web.Request) -> web.Response:
        """POST /proxies."""
        body = as_object(parse(await request.read()))
        return _json(_proxy(await self._registry.create(body)), 201)

    async def proxy(self, request: web.Request) -> web.Response:
        """GET /proxies/{proxy}."""
        return _json(_proxy(self._registry.get(request.match_info["proxy"])))

    async def update(self, request: web.Request) -> web.Response:
        """POST or PATCH /proxies/{proxy}."""
        self._registry.get(request.match_info["proxy"])
        body = as_object(parse(await request.read()))
        return _json(_proxy(await self._registry.update(request.match_info["proxy"], body)))

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /proxies/{proxy}."""
        self._registry.delete(request.match_info["proxy"])
        return web.Response(status=204)

    async def toxics(self, request: web.Request) -> web.Response:
        """GET /proxies/{proxy}/toxics: upstream first."""
        return _json(_toxics(self._registry.get(request.match_info["proxy"])))

    async def add_toxic(self, request: web.Request) -> web.Response:
        """POST /proxies/{proxy}/toxics."""
        self._registry.get(request.match_info["proxy"])
        body = as_object(parse(await request.read()))
        return _json(_toxic(self._registry.add_toxic(request.match_info["proxy"], body)))

    async def toxic(self, request: web.Request) -> web.Response:
        """GET /proxies/{proxy}/toxics/{toxic}."""
        proxy, toxic = request.match_info["proxy"], request.match_info["toxic"]
        return _json(_toxic(self._registry.toxic(proxy, toxic)))

    async def update_toxic(self, request: web.Request) -> web.Response:
        """POST or PATCH /proxies/{proxy}/toxics/{toxic}."""
        proxy, toxic = request.match_info["proxy"], request.match_info["toxic"]
        self._registry.toxic(proxy, toxic)
        body = as_object(parse(await request.read()))
        return _json(_toxic(self._registry.update_toxic(proxy, toxic, body)))

    async def remove_toxic(self, request: web.Request) -> web.Response:
        """DELETE /proxies/{proxy}/toxics/{toxic}."""
        proxy, toxic = request.match_info["proxy"], request.match_info["toxic"]
        settings = self._registry.toxic(proxy, toxic)
        self._registry.get(proxy).remove(settings)
        return web.Response(status=204)

    async def populate(self, request: web.Request) -> web.Response:
        """POST /populate."""
        made = await self._registry.populate(parse(await request.read()))
        return _json({"proxies": [_proxy(proxy) for proxy in made] or None}, 201)

    async def reset(self, request: web.Request) -> web.Response:
        """POST /reset."""
        await self._registry.reset()
        return web.Response(status=204)

    async def clock(self, request: web.Request) -> web.Response:
        """GET /windtunnel/clock."""
        return _json({"monotonic": time.monotonic()})

    async def mark(self, request: web.Request) -> web.Response:
        """POST /windtunnel/mark: read what is only counted."""
        for proxy in self._registry.proxies.values():
            proxy.read_counters()
        return _json({"at": time.monotonic()})

    async def all_evidence(self, request: web.Request) -> web.Response:
        """GET /windtunnel/evidence."""
        since = _since(request)
        found = [proxy.evidence(since) for proxy in self._registry.proxies.values()]
        return web.Response(body=msgspec.json.encode(found), content_type="application/json")

    async def evidence(self, request: web.Request) -> web.Response:
        """GET /windtunnel/evidence/{proxy}."""
        found = self._registry.get(request.match_info["proxy"]).evidence(_since(request))
        return web.Response(body=msgspec.json.encode(found), content_type="application/json")


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.headers.get("User-Agent", "").startswith("Mozilla/"):
        # A page in a browser must not be able to inject faults.
        return web.Response(status=403, text="User agent not allowed\n")
    try:
        return await handler(request)
    except ApiError as error:
        body = json.dumps({"error": str(error), "status": error.status}) + "\n"
        return web.Response(status=error.status, text=body)
    except web.HTTPNotFound:
        return web.Response(status=404, text="404 page not found\n")


def _since(request: web.Request) -> float:
    text = request.query.get("since", "0")
    try:
        return float(text)
    except ValueError:
        raise ApiError(400, f"since was invalid, expected seconds and found {text!r}") from None


def _json(value: Any, status: int = 200) -> web.Response:  # noqa: ANN401 - any JSON
    return web.Response(
        status=status, text=json.dumps(value) + "\n", content_type="application/json"
    )


def _proxy(proxy: NamedProxy) -> dict[str, Any]:
    return {
        "name": proxy.name,
        "listen": proxy.listen,
        "upstream": proxy.upstream_text,
        "enabled": proxy.enabled,
        "protocol": proxy.protocol,
        "toxics": _toxics(proxy),
    }


def _toxics(proxy: NamedProxy) -> list[dict[str, Any]]:
    ordered = sorted(proxy.toxics, key=lambda settings: settings.stream.lower() != "upstream")
    return [_toxic(settings) for settings in ordered]


def _toxic(settings: ToxicSettings) -> dict[str, Any]:
    return {
        "attributes": settings.attributes,
        "name": settings.name,
        "type": settings.kind,
        "stream": settings.stream,
        "toxicity": settings.toxicity,
    }
