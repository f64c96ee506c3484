"""Keeps other pages out: who may ask, who may change something, and what our page may load.

A page on the web can make a browser send requests to 127.0.0.1. Reading is refused unless the
request names us as its host (a rebound DNS name does not), and changing something also needs the
token that only our own page and the state file carry (a foreign page can read neither). Other
accounts of this machine are trusted: they can ask for the page as its own user does.
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web
from aiohttp.typedefs import Middleware

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

TOKEN_HEADER = "X-Windtunnel-Token"  # noqa: S105 - the header's name, not a token
READING = frozenset({"GET", "HEAD"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class RequestRefused(Exception):
    """A request that may not be answered; its text says why."""


def check(method: str, headers: Iterable[tuple[str, str]], *, port: int, token: str) -> None:
    """Raise RequestRefused unless the request comes from our own page or brings the token."""
    given: dict[str, list[str]] = {}
    for name, value in headers:
        given.setdefault(name.lower(), []).append(value)
    hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
    if port == 80:
        hosts |= {"127.0.0.1", "localhost"}
    host = given.get("host", [])
    if len(host) != 1 or host[0].lower() not in hosts:
        raise RequestRefused(
            f"host {', '.join(host) or 'missing'}: expected {' or '.join(sorted(hosts))}"
        )
    for origin in given.get("origin", []):
        if origin.lower().removeprefix("http://") not in hosts or "://" not in origin:
            raise RequestRefused(f"origin {origin}: only this dashboard's own page may ask")
    for site in given.get("sec-fetch-site", []):
        # A link or a bookmark may open the page ("none"); only the page itself may do more.
        if site not in {"same-origin", "none"}:
            raise RequestRefused(f"a {site} request: only this dashboard's own page may ask")
    if method in READING:
        return
    shown = given.get(TOKEN_HEADER.lower(), [])
    # What is not UTF-8 comes from aiohttp as halves of surrogate pairs.
    brought = [each.encode(errors="backslashreplace") for each in shown]
    if len(brought) != 1 or not secrets.compare_digest(brought[0], token.encode()):
        raise RequestRefused(f"{method} needs the token of this run in {TOKEN_HEADER}")


def guard(port: int, token: str) -> Middleware:
    """Return the middleware that refuses, and puts HEADERS on every answer."""

    async def checking(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            check(request.method, request.headers.items(), port=port, token=token)
        except RequestRefused as refused:
            return web.json_response({"error": f"refused: {refused}"}, status=403)
        return await handler(request)

    checked: Middleware = web.middleware(checking)
    return checked


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put HEADERS on an answer: a signal handler of `on_response_prepare`."""
    response.headers.update(HEADERS)
