"""The forms of the control port's answers."""

import json
from typing import Any

import msgspec
from aiohttp import web

from windtunnel.proxy.api_errors import ApiError
from windtunnel.proxy.named_proxy import NamedProxy
from windtunnel.proxy.toxic_settings import ToxicSettings


def as_json(value: Any, status: int = 200) -> web.Response:  # noqa: ANN401 - any JSON
    """Answer with JSON; records are written as objects."""
    try:
        body = msgspec.json.encode(value)
    except UnicodeEncodeError:
        # No name can be like that. If one is, it is not to take every other one out of sight.
        body = json.dumps(msgspec.to_builtins(value)).encode()
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json"})


def as_error(error: ApiError) -> web.Response:
    """Answer with an error as Toxiproxy does: JSON that calls itself text."""
    return as_text(json.dumps(error_fields(error)), error.status)


def error_fields(error: ApiError) -> dict[str, Any]:
    """Return Toxiproxy's two fields of an error, and our field `code`."""
    return {"error": str(error), "status": error.status, "code": error.code}


def as_text(text: str, status: int) -> web.Response:
    """Answer with a line of text, and headers that keep a browser from taking it for HTML."""
    headers = {"X-Content-Type-Options": "nosniff"}
    written = f"{text}\n".encode(errors="backslashreplace").decode()
    return web.Response(status=status, text=written, headers=headers)


def proxy(named: NamedProxy) -> dict[str, Any]:
    """Return a proxy as the API has it."""
    shown = {
        "name": named.name,
        "listen": named.listen,
        "upstream": named.upstream_text,
        "enabled": named.enabled,
        "protocol": named.protocol.name,
        "toxics": toxics(named),
    }
    if named.tls is not None:
        shown["tls"] = named.tls.shown
    if named.recorded is not None:
        shown["record"] = list(named.recorded.hashed)
        shown["record_in_clear"] = list(named.recorded.clear)
    return shown if named.lease is None else {**shown, "lease": named.lease}


def toxics(named: NamedProxy) -> list[dict[str, Any]]:
    """Return a proxy's toxics as the API has them: upstream first."""
    ordered = sorted(named.toxics, key=lambda settings: settings.stream.lower() != "upstream")
    return [toxic(settings) for settings in ordered]


def toxic(settings: ToxicSettings) -> dict[str, Any]:
    """Return a toxic as the API has it."""
    whole = settings.toxicity == int(settings.toxicity)
    shown = {
        "attributes": settings.attributes,
        "name": settings.name,
        "type": settings.kind.name,
        "stream": settings.stream,
        "toxicity": int(settings.toxicity) if whole else settings.toxicity,
    }
    return shown if settings.lease is None else {**shown, "lease": settings.lease}
