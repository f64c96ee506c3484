"""The dashboard's HTTP side: the page, its live stream, and what a person may do."""

import asyncio
import time
from collections.abc import Callable
from html import escape
from importlib.resources import files
from pathlib import PurePath
from typing import TypeVar

import msgspec
from aiohttp import web

from windtunnel.dashboard.board import Board
from windtunnel.dashboard.guard import Handler, add_headers, guard
from windtunnel.dashboard.leases import FaultLeases
from windtunnel.dashboard.state import (
    LEASE,
    Cost,
    DashboardState,
    RunFacts,
    TrafficNow,
    active,
    spans,
)
from windtunnel.dashboard.traffic import Traffic
from windtunnel.errors import ControlError, WindtunnelError
from windtunnel.fault_kinds import build, find
from windtunnel.outgoing.clean_records import clean
from windtunnel.outgoing.masking import Masking
from windtunnel.records import Edge

ASSETS = files("windtunnel.dashboard") / "assets"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
LISTENERS = 16
"""Pages that may watch at once."""
SILENCE = 10.0
"""Seconds after which an idle stream sends a comment, so that a dead page is noticed."""


class Inject(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is sent to inject a fault."""

    fault: str
    dependency: str
    parameters: dict[str, str] = {}
    lease: float = LEASE


class Renew(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is sent to renew a lease; without seconds for as long as before."""

    lease: float | None = None


class Rate(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is sent to change the background traffic."""

    rate: float


Body = TypeVar("Body", bound=msgspec.Struct)


class Dashboard:
    """Everything that is shown, and one handler a route."""

    def __init__(
        self,
        run: RunFacts,
        board: Board,
        leases: FaultLeases,
        traffic: Traffic,
        *,
        token: str,
        cost: Callable[[], Cost],
        masking: Masking,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._run = run
        self._board = board
        self._leases = leases
        self._traffic = traffic
        self._token = token
        self._cost = cost
        self._masking = masking
        self._wall = wall
        self._listeners = 0
        self._closing = False
        self._changed = asyncio.Event()
        self._last_cost = cost()

    def __repr__(self) -> str:
        return f"<Dashboard of run {self._run.id}, {self._listeners} pages>"

    def looked(self) -> None:
        """Show what the last look found."""
        self._last_cost = self._cost()
        self.changed()

    def changed(self) -> None:
        """Wake every page's stream."""
        self._changed.set()
        self._changed = asyncio.Event()

    def close(self) -> None:
        """End every page's stream."""
        self._closing = True
        self.changed()

    def application(self, port: int) -> web.Application:
        """Return the application that serves on `port`."""
        app = web.Application(
            middlewares=[guard(port, self._token), self._errors], client_max_size=2**14
        )
        app.on_response_prepare.append(add_headers)
        app.add_routes(
            [
                web.get("/", self.page),
                web.get("/assets/{name}", self.asset),
                web.get("/api/state", self.state),
                web.get("/api/events", self.events),
                web.post("/api/faults", self.inject),
                web.delete("/api/faults", self.heal_all),
                web.delete(r"/api/faults/{number:\d{1,9}}", self.heal),
                web.post(r"/api/faults/{number:\d{1,9}}/renew", self.renew),
                web.put("/api/traffic", self.traffic),
            ]
        )
        return app

    async def page(self, request: web.Request) -> web.Response:
        """GET /: the page, with the token that it needs."""
        text = _asset("index.html").decode().replace("{token}", escape(self._token))
        return web.Response(text=text, content_type="text/html")

    async def asset(self, request: web.Request) -> web.Response:
        """GET /assets/NAME."""
        name = request.match_info["name"]
        kind = TYPES.get(PurePath(name).suffix)
        if kind is None or name not in {each.name for each in ASSETS.iterdir()}:
            raise web.HTTPNotFound
        return web.Response(body=_asset(name), content_type=kind, charset="utf-8")

    async def state(self, request: web.Request) -> web.Response:
        """GET /api/state: the run and everything as it is now."""
        return self._json({"run": self._run, "state": self._now(), "events": self._board.events(0)})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """GET /api/events: first everything, then what is new at each look and each change."""
        if self._listeners >= LISTENERS:
            return self._json({"error": f"{LISTENERS} pages watch already"}, 503)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        self._listeners += 1
        try:
            await response.prepare(request)
            await self._stream(response)
        except ConnectionError:
            pass  # the page was closed, which is how a stream ends
        finally:
            self._listeners -= 1
        return response

    async def _stream(self, response: web.StreamResponse) -> None:
        shown = 0
        first: dict[str, object] = {"run": self._run}
        while not self._closing:
            changed = self._changed
            message = first | {
                "state": self._now(),
                "points": self._board.points(shown),
                "events": self._board.events(shown),
            }
            shown, first = self._board.number, {}
            await response.write(b"data: %b\n\n" % self._encoded(message))
            while not changed.is_set():
                try:
                    async with asyncio.timeout(SILENCE):
                        await changed.wait()
                except TimeoutError:
                    await response.write(b": nothing new\n\n")

    def _now(self) -> DashboardState:
        wall = self._wall()
        return DashboardState(
            at=wall,
            figures=self._board.figures,
            faults=active(self._leases, wall),
            spans=spans(self._leases, wall),
            traffic=TrafficNow(rate=self._traffic.rate, left_out=self._traffic.left_out),
            cost=self._last_cost,
        )

    async def inject(self, request: web.Request) -> web.Response:
        """POST /api/faults."""
        asked = await _body(request, Inject)
        # A row of the page is an edge: its text names the caller too.
        edge = Edge(asked.dependency)
        takes = {each.name for each in find(asked.fault).parameters}
        caller = {"caller": edge.caller} if edge.caller and "caller" in takes else {}
        fault = build(asked.fault, edge.dependency, {**asked.parameters, **caller})
        lease = await self._leases.inject(fault, asked.lease)
        made = {"fault": repr(fault), "number": lease.number, "lease": lease.seconds}
        return self._json(made, 201)

    async def heal(self, request: web.Request) -> web.Response:
        """DELETE /api/faults/NUMBER."""
        return self._json({"said": await self._leases.heal(int(request.match_info["number"]))})

    async def heal_all(self, request: web.Request) -> web.Response:
        """DELETE /api/faults."""
        return self._json({"said": await self._leases.heal_all()})

    async def renew(self, request: web.Request) -> web.Response:
        """POST /api/faults/NUMBER/renew."""
        asked = await _body(request, Renew)
        lease = self._leases.renew(int(request.match_info["number"]), asked.lease)
        return self._json({"number": lease.number, "lease": lease.seconds})

    async def traffic(self, request: web.Request) -> web.Response:
        """PUT /api/traffic."""
        asked = await _body(request, Rate)
        self._traffic.change(asked.rate)
        self._board.record_event(
            self._wall(), "you", f"background traffic: {asked.rate:g} requests/s"
        )
        self.changed()
        return self._json({"rate": self._traffic.rate})

    @web.middleware
    async def _errors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except ControlError as error:
            return self._json({"error": str(error)}, 502)
        except WindtunnelError as error:
            return self._json({"error": str(error)}, 400)

    def _json(self, value: object, status: int = 200) -> web.Response:
        return web.Response(
            status=status,
            body=self._encoded(value),
            content_type="application/json",
        )

    def _encoded(self, value: object) -> bytes:
        return msgspec.json.encode(clean(msgspec.to_builtins(value), self._masking))


async def _body(request: web.Request, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(await request.read() or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WindtunnelError(f"the request's body: {error}") from None


def _asset(name: str) -> bytes:
    return (ASSETS / name).read_bytes()
