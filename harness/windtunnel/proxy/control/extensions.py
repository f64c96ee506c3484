"""The routes that Toxiproxy lacks: evidence, events, marks, heartbeats and the clock."""

import asyncio
import time

import msgspec
from aiohttp import web

from windtunnel.proxy.api_errors import ApiError, ErrorCode
from windtunnel.proxy.control.answers import as_json
from windtunnel.proxy.events import EventBroadcast, ProxyEvent
from windtunnel.proxy.proxy_registry import ProxyRegistry

KEEPALIVE = 15.0
"""Seconds without an event after which a comment keeps the stream open."""


class OwnRoutes:
    """One handler a route."""

    def __init__(self, registry: ProxyRegistry, events: EventBroadcast) -> None:
        self._registry = registry
        self._events = events

    @property
    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/clock", self.clock),
            web.post("/mark", self.mark),
            web.post("/heartbeat", self.heartbeat),
            web.post("/proxies/{proxy}/heartbeat", self.heartbeat),
            web.get("/leases", self.leases),
            web.get("/proxies/{proxy}/evidence", self.summary),
            web.get("/proxies/{proxy}/evidence/records", self.records),
            web.get("/events", self.events, allow_head=False),
        ]

    async def clock(self, request: web.Request) -> web.Response:
        """GET /clock: the clock of every time in evidence, events and leases."""
        return as_json({"monotonic": time.monotonic()})

    async def mark(self, request: web.Request) -> web.Response:
        """POST /mark: a time since which evidence can be asked for."""
        return as_json({"at": self._registry.mark()})

    async def heartbeat(self, request: web.Request) -> web.Response:
        """POST /heartbeat, or of one proxy: every lease begins anew."""
        name = request.match_info.get("proxy", "")
        if name:
            self._registry.get(name)
        return as_json({"renewed": self._registry.leases.heartbeat(name)})

    async def leases(self, request: web.Request) -> web.Response:
        """GET /leases: those that run, and those that ran out."""
        leases = self._registry.leases
        running = [
            {"proxy": each.proxy, "toxic": each.toxic, "seconds": each.seconds, "ends": each.ends}
            for each in leases.running
        ]
        return as_json({"running": running, "expired": list(leases.expired)})

    async def summary(self, request: web.Request) -> web.Response:
        """GET /proxies/{proxy}/evidence?since=MARK: counts, and what each toxic touched."""
        return as_json(self._registry.summary(request.match_info["proxy"], _since(request)))

    async def records(self, request: web.Request) -> web.Response:
        """GET /proxies/{proxy}/evidence/records?since=TIME: every record."""
        proxy = self._registry.get(request.match_info["proxy"])
        return as_json(proxy.evidence(_since(request)))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """GET /events: server-sent events, https://html.spec.whatwg.org/#server-sent-events."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        with self._events.subscribe() as subscription:
            try:
                await response.prepare(request)
                await response.write(b": events follow\n\n")
                while True:
                    try:
                        event = await asyncio.wait_for(subscription.next(), KEEPALIVE)
                    except TimeoutError:
                        await response.write(b": nothing happened\n\n")
                        continue
                    if event is None:
                        break
                    await response.write(_as_event(event))
            except ConnectionError:
                pass  # the subscriber is gone
        return response


def _as_event(event: ProxyEvent) -> bytes:
    data = msgspec.json.encode({"at": event.at, "what": event.what})
    return b"event: " + event.kind.encode() + b"\ndata: " + data + b"\n\n"


def _since(request: web.Request) -> float:
    text = request.query.get("since", "0")
    try:
        return float(text)
    except ValueError:
        text = f"since was invalid, expected seconds and found {text!r}"
        raise ApiError(400, ErrorCode.INVALID_SINCE, text) from None
