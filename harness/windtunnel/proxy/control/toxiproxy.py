"""Toxiproxy's routes: https://github.com/Shopify/toxiproxy/blob/v2.12.0/README.md#http-api."""

import json

from aiohttp import web

from windtunnel import __version__
from windtunnel.proxy import request_bodies
from windtunnel.proxy.api_errors import ApiError
from windtunnel.proxy.control import answers
from windtunnel.proxy.control.answers import as_json
from windtunnel.proxy.named_proxy import NamedProxy
from windtunnel.proxy.proxy_registry import ProxyRegistry
from windtunnel.proxy.request_bodies import ProxyBody, ToxicBody, ToxicChange

COMPATIBLE = "2.12.0"
"""The version of Toxiproxy whose API this is."""


class ToxiproxyRoutes:
    """One handler a route."""

    def __init__(self, registry: ProxyRegistry) -> None:
        self._registry = registry

    @property
    def routes(self) -> list[web.RouteDef]:
        """The routes, without the HEAD that aiohttp would add: Toxiproxy has none."""
        one, toxic = "/proxies/{proxy}", "/proxies/{proxy}/toxics/{toxic}"
        return [
            web.get("/version", self.version, allow_head=False),
            web.get("/proxies", self.proxies, allow_head=False),
            web.post("/proxies", self.create),
            web.get(one, self.proxy, allow_head=False),
            web.post(one, self.update),
            web.patch(one, self.update),
            web.delete(one, self.delete),
            web.get(f"{one}/toxics", self.toxics, allow_head=False),
            web.post(f"{one}/toxics", self.add_toxic),
            web.get(toxic, self.toxic, allow_head=False),
            web.post(toxic, self.update_toxic),
            web.patch(toxic, self.update_toxic),
            web.delete(toxic, self.remove_toxic),
            web.post("/populate", self.populate),
            web.post("/reset", self.reset),
        ]

    async def version(self, request: web.Request) -> web.Response:
        """GET /version: Toxiproxy's, whose API this is, and ours as its build."""
        body = json.dumps({"version": f"{COMPATIBLE}+windtunnel.{__version__}"}) + "\n"
        headers = {"Content-Type": "application/json;charset=utf-8"}
        return web.Response(body=body.encode(), headers=headers)

    async def proxies(self, request: web.Request) -> web.Response:
        """GET /proxies."""
        known = self._registry.proxies.items()
        return as_json({name: answers.proxy(proxy) for name, proxy in known})

    async def create(self, request: web.Request) -> web.Response:
        """POST /proxies."""
        body = ProxyBody.of(request_bodies.parse(await request.read()))
        return as_json(answers.proxy(await self._registry.create(body)), 201)

    async def proxy(self, request: web.Request) -> web.Response:
        """GET /proxies/{proxy}."""
        return as_json(answers.proxy(self._registry.get(request.match_info["proxy"])))

    async def update(self, request: web.Request) -> web.Response:
        """POST or PATCH /proxies/{proxy}."""
        name = request.match_info["proxy"]
        self._registry.get(name)
        body = ProxyBody.of(request_bodies.parse(await request.read()))
        return as_json(answers.proxy(await self._registry.update(name, body)))

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /proxies/{proxy}."""
        await self._registry.delete(request.match_info["proxy"])
        return web.Response(status=204)

    async def toxics(self, request: web.Request) -> web.Response:
        """GET /proxies/{proxy}/toxics."""
        return as_json(answers.toxics(self._registry.get(request.match_info["proxy"])))

    async def add_toxic(self, request: web.Request) -> web.Response:
        """POST /proxies/{proxy}/toxics."""
        name = request.match_info["proxy"]
        self._registry.get(name)
        body = ToxicBody.of(request_bodies.parse(await request.read()))
        return as_json(answers.toxic(await self._registry.add_toxic(name, body)))

    async def toxic(self, request: web.Request) -> web.Response:
        """GET /proxies/{proxy}/toxics/{toxic}."""
        return as_json(answers.toxic(self._registry.toxic(*_names(request))))

    async def update_toxic(self, request: web.Request) -> web.Response:
        """POST or PATCH /proxies/{proxy}/toxics/{toxic}."""
        self._registry.toxic(*_names(request))
        change = ToxicChange.of(request_bodies.parse(await request.read()))
        return as_json(answers.toxic(self._registry.update_toxic(*_names(request), change)))

    async def remove_toxic(self, request: web.Request) -> web.Response:
        """DELETE /proxies/{proxy}/toxics/{toxic}."""
        await self._registry.remove_toxic(*_names(request))
        return web.Response(status=204)

    async def populate(self, request: web.Request) -> web.Response:
        """POST /populate: its errors are JSON, with the proxies that there are already."""
        made: list[NamedProxy] = []
        try:
            wanted = request_bodies.proxies(request_bodies.parse(await request.read()))
            await self._registry.populate(wanted, made)
        except ApiError as error:
            shown = [answers.proxy(proxy) for proxy in made] or None
            return as_json({**answers.error_fields(error), "proxies": shown}, error.status)
        return as_json({"proxies": [answers.proxy(proxy) for proxy in made] or None}, 201)

    async def reset(self, request: web.Request) -> web.Response:
        """POST /reset."""
        await self._registry.reset()
        return web.Response(status=204)


def _names(request: web.Request) -> tuple[str, str]:
    return request.match_info["proxy"], request.match_info["toxic"]
