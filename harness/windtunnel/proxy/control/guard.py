"""Who may use the control port: programs on this machine, or those that know the token.

A page in a browser on this machine could otherwise inject faults: by a form that it posts to
127.0.0.1 (cross-site request forgery), or by a name of its own that it lets point there (DNS
rebinding). Browsers say what they are by User-Agent, Origin and Sec-Fetch-Site, and what name they
asked for by Host.
"""

import base64
import binascii
import hmac
import ipaddress
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Middleware

from windtunnel.proxy.api_errors import ApiError, ErrorCode
from windtunnel.proxy.control.answers import as_error, as_text

LOG = logging.getLogger(__name__)
BODY_LIMIT = 2**20
"""The greatest size of a request's body, in bytes."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Access:
    """What a request must show."""

    token: str = ""
    """If set, every request must carry it: as bearer token, or as the password of any user."""
    any_host: bool = False
    """Whether requests may ask for this server by any name: it is not only on loopback."""


def guard(access: Access) -> Middleware:
    """Return what turns away whoever may not be here, and gives every refusal its form."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = _refusal(request, access)
        if refusal is not None:
            return refusal
        try:
            response = await handler(request)
        except ApiError as error:
            response = as_error(error)
        except web.HTTPRequestEntityTooLarge:
            text = f"bad request body: over {BODY_LIMIT} bytes"
            response = as_error(ApiError(413, ErrorCode.BODY_TOO_LARGE, text))
        except web.HTTPNotFound:
            return as_text("404 page not found", 404)
        except web.HTTPMethodNotAllowed as error:
            return web.Response(
                status=405, headers={"Allow": ", ".join(sorted(error.allowed_methods))}
            )
        if not response.prepared:
            response.headers["X-Toxiproxy-Request-Id"] = secrets.token_hex(10)
        return response

    return guarded


def _refusal(request: web.Request, access: Access) -> web.Response | None:
    if request.headers.get("User-Agent", "").startswith("Mozilla/"):
        return as_text("User agent not allowed", 403)
    for name in ("Origin", "Sec-Fetch-Site"):
        if name in request.headers:
            return as_text(f"Requests from web pages are not allowed: found the header {name}", 403)
    if not access.any_host and not _is_local(request.host):
        return as_text(f"Host not allowed: expected a loopback address, found {request.host}", 403)
    if access.token and not _knows(request.headers.get("Authorization", ""), access.token):
        refused = as_text("A token is needed: Authorization: Bearer …", 401)
        refused.headers["WWW-Authenticate"] = 'Bearer realm="windtunnel"'
        return refused
    return None


def _is_local(host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if name.lower() in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _knows(authorization: str, token: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.encode(errors="backslashreplace"), token.encode())
