"""The proxies of one server, and the rules of Toxiproxy's API on them; no HTTP here."""

import json
import math
from collections.abc import Mapping
from typing import Any

from harness.proxy import kinds
from harness.proxy.equipment import ToxicSettings
from harness.proxy.evidence.recorder import PROTOCOLS
from harness.proxy.named_proxy import NamedProxy
from harness.proxy.timer import Timers


class ApiError(Exception):
    """A refusal in Toxiproxy's form: a status and a text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Registry:
    """Creates, changes and deletes proxies and toxics. Raises ApiError."""

    def __init__(self, *, seed: int, counting: str, timers: Timers) -> None:
        self.proxies: dict[str, NamedProxy] = {}
        self._seed = seed
        self._counting = counting
        self._timers = timers

    def __repr__(self) -> str:
        return f"<Registry of {', '.join(self.proxies) or 'nothing'}>"

    def get(self, name: str) -> NamedProxy:
        """Return a proxy."""
        if name not in self.proxies:
            raise ApiError(404, "proxy not found")
        return self.proxies[name]

    def toxic(self, proxy: str, name: str) -> ToxicSettings:
        """Return a toxic of a proxy."""
        found = self.get(proxy).equipment.find(name)
        if found is None:
            raise ApiError(404, "toxic not found")
        return found

    async def create(self, body: Mapping[str, Any]) -> NamedProxy:
        """Create a proxy, and start it unless `enabled` is false."""
        fields = _proxy_fields(body)
        for name in ("name", "upstream"):
            if not fields[name]:
                raise ApiError(400, f"missing required field: {name}")
        if fields["name"] in self.proxies:
            raise ApiError(409, "proxy already exists")
        proxy = self._made(fields)
        if fields["enabled"] is not False:
            await _started(proxy)
        self.proxies[proxy.name] = proxy
        return proxy

    def _made(self, fields: Mapping[str, Any]) -> NamedProxy:
        return NamedProxy(
            fields["name"],
            _address("listen", fields["listen"] or "0.0.0.0:0"),
            _address("upstream", fields["upstream"]),
            protocol=fields["protocol"],
            seed=self._seed,
            counting=self._counting,
            timers=self._timers,
        )

    async def update(self, name: str, body: Mapping[str, Any]) -> NamedProxy:
        """Change a proxy; a changed address restarts it, its toxics survive."""
        proxy = self.get(name)
        fields = _proxy_fields(body)
        listen = _address("listen", fields["listen"] or proxy.listen)
        upstream = _address("upstream", fields["upstream"] or proxy.upstream_text)
        enabled = proxy.enabled if fields["enabled"] is None else fields["enabled"]
        if (listen, upstream) != (proxy.listen, proxy.upstream_text):
            proxy.discard()
            proxy.listen, proxy.upstream_text = listen, upstream
        if enabled and not proxy.enabled:
            await _started(proxy)
        elif not enabled and proxy.enabled:
            await proxy.stop()
        return proxy

    def delete(self, name: str) -> None:
        """Delete a proxy and close its connections."""
        self.get(name).discard()
        del self.proxies[name]

    async def populate(self, bodies: object) -> list[NamedProxy]:
        """Create the proxies that are new or different, and return them all."""
        if not isinstance(bodies, list):
            raise ApiError(400, "bad request body: expected an array of proxies")
        wanted = []
        for place, body in enumerate(bodies):
            fields = _proxy_fields(body)
            for name in ("name", "upstream"):
                if not fields[name]:
                    raise ApiError(400, f"missing required field: {name} at proxy {place + 1}")
            wanted.append(fields)
        made = []
        for fields in wanted:
            known = self.proxies.get(fields["name"])
            if known is not None:
                if (known.listen, known.upstream_text) == (fields["listen"], fields["upstream"]):
                    made.append(known)
                    continue
                self.delete(known.name)
            made.append(await self.create(fields))
        return made

    async def reset(self) -> None:
        """Start what is stopped, and remove all toxics."""
        for proxy in self.proxies.values():
            if not proxy.enabled:
                await _started(proxy)
            for settings in list(proxy.toxics):
                proxy.remove(settings)

    def add_toxic(self, name: str, body: Mapping[str, Any]) -> ToxicSettings:
        """Add a toxic; the checks run in Toxiproxy's order."""
        proxy = self.get(name)
        stream = body.get("stream", "downstream")
        if not isinstance(stream, str) or stream.lower() not in {"upstream", "downstream"}:
            raise ApiError(400, "stream was invalid, can be either upstream or downstream")
        kind = body.get("type")
        if not isinstance(kind, str) or kind not in kinds.NAMES:
            raise ApiError(400, "invalid toxic type")
        label = body.get("name") or f"{kind}_{stream}"
        if proxy.equipment.find(label) is not None:
            raise ApiError(409, "toxic already exists")
        attributes = _attributes(kind, kinds.defaults(kind), body.get("attributes"))
        settings = ToxicSettings(
            name=label,
            kind=kind,
            stream=stream,
            toxicity=_toxicity(body, 1.0),
            attributes=attributes,
        )
        proxy.equipment.add(settings)
        return settings

    def update_toxic(self, proxy: str, name: str, body: Mapping[str, Any]) -> ToxicSettings:
        """Change a toxic's attributes and toxicity."""
        settings = self.toxic(proxy, name)
        attributes = _attributes(settings.kind, settings.attributes, body.get("attributes"))
        self.get(proxy).equipment.change(settings, attributes, _toxicity(body, settings.toxicity))
        return settings


async def _started(proxy: NamedProxy) -> None:
    try:
        await proxy.start()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ApiError(500, f"listen tcp {proxy.listen}: bind: {reason}") from None


def parse(content: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return a request's first JSON value."""
    text = content.decode("utf-8", errors="replace").lstrip()
    if not text:
        raise ApiError(400, "bad request body: EOF")
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except ValueError as error:
        raise ApiError(400, f"bad request body: {error}") from None
    return value


def as_object(value: object) -> Mapping[str, Any]:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise ApiError(400, "bad request body: expected an object")
    return value


def _proxy_fields(body: object) -> dict[str, Any]:
    given = as_object(body)
    fields: dict[str, Any] = {"enabled": given.get("enabled")}
    for name, default in (("name", ""), ("listen", ""), ("upstream", ""), ("protocol", "tcp")):
        value = given.get(name)
        fields[name] = default if value is None else value
        if not isinstance(fields[name], str):
            raise ApiError(400, f"bad request body: {name} must be a string")
    if fields["enabled"] is not None and not isinstance(fields["enabled"], bool):
        raise ApiError(400, "bad request body: enabled must be true or false")
    if fields["protocol"] not in PROTOCOLS:
        raise ApiError(400, f"protocol was invalid, can be one of: {', '.join(PROTOCOLS)}")
    return fields


def _address(name: str, text: str) -> str:
    _, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise ApiError(400, f"{name} was invalid, expected host:port and found {text!r}")
    return text


def _toxicity(body: Mapping[str, Any], default: float) -> float:
    value = body.get("toxicity")
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ApiError(400, "bad request body: toxicity must be a number")
    return float(value)


def _attributes(kind: str, before: Mapping[str, Any], given: object) -> dict[str, Any]:
    attributes = dict(before)
    if given is None:
        given = {}
    for name, value in as_object(given).items():
        if name not in attributes:
            continue  # unknown keys are ignored, as in Toxiproxy
        attributes[name] = _attribute(name, value, type(kinds.defaults(kind)[name]))
    mistake = kinds.mistake(kind, attributes)
    if mistake:
        raise ApiError(400, f"invalid attributes of {kind}: {mistake}")
    return attributes


def _attribute(name: str, value: object, wanted: type) -> object:
    accepted = (int, float) if wanted is float else (wanted,)
    finite = not isinstance(value, float) or math.isfinite(value)
    if isinstance(value, bool) or not isinstance(value, accepted) or not finite:
        expected = {int: "an integer", float: "a number", str: "a string"}[wanted]
        raise ApiError(400, f"bad request body: {name} must be {expected}")
    return value
