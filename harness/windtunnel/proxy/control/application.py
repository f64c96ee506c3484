"""Puts the control port together."""

from aiohttp import web

from windtunnel.proxy.control.extensions import OwnRoutes
from windtunnel.proxy.control.guard import BODY_LIMIT, Access, guard
from windtunnel.proxy.control.toxiproxy import ToxiproxyRoutes
from windtunnel.proxy.events import EventBroadcast
from windtunnel.proxy.proxy_registry import ProxyRegistry

__all__ = ["Access", "application"]


def application(
    registry: ProxyRegistry,
    events: EventBroadcast,
    access: Access,
    *,
    further: tuple[web.RouteDef, ...] = (),
) -> web.Application:
    """Return the control port's application."""
    app = web.Application(middlewares=[guard(access)], client_max_size=BODY_LIMIT)
    app.add_routes(ToxiproxyRoutes(registry).routes)
    app.add_routes(OwnRoutes(registry, events).routes)
    app.add_routes(further)

    async def end(_: web.Application) -> None:
        events.end()

    app.on_shutdown.append(end)
    return app
