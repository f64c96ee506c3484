"""What a request to the control port asks for, checked: JSON in, records out. No I/O."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from windtunnel.protocols.registry import protocols
from windtunnel.protocols.wire_protocol import WireProtocol
from windtunnel.proxy.api_errors import ApiError, ErrorCode
from windtunnel.proxy.json_objects import by_folded_name, half_of_a_pair, in_order
from windtunnel.proxy.tls.settings import InvalidTls, TlsSettings
from windtunnel.proxy.toxic_catalog import KINDS
from windtunnel.records import field_names
from windtunnel.toxics.toxic_kind import ToxicKind

LARGEST = 2**63 - 1
"""Toxiproxy's integers are int64."""
LONGEST_LEASE = 10 * 365 * 86_400
"""Seconds: beyond ten years, no clock of the system's takes them."""


@dataclass(frozen=True, slots=True)
class ProxyBody:
    """A proxy as a client asks for it. Fields that were not given are None."""

    name: str | None = None
    listen: str | None = None
    upstream: str | None = None
    enabled: bool | None = None
    protocol: WireProtocol | None = None
    tls: TlsSettings | None = None
    lease: float | None = None
    record: tuple[str, ...] | None = None
    record_in_clear: tuple[str, ...] | None = None

    @classmethod
    def of(cls, value: object) -> "ProxyBody":
        """Return the proxy in a JSON value; ApiError where it holds none."""
        given = _object(value)
        protocol = _protocol(given)
        enabled = given.get("enabled")
        if enabled is not None and not isinstance(enabled, bool):
            _mistaken("enabled", enabled, "true or false")
        upstream = _text(given, "upstream")
        if upstream:
            address("upstream", upstream)
        return cls(
            name=_text(given, "name"),
            listen=_text(given, "listen"),
            upstream=upstream,
            enabled=enabled,
            protocol=protocol,
            tls=_tls(given.get("tls")),
            lease=_lease(given),
            record=_fields(given, "record"),
            record_in_clear=_fields(given, "record_in_clear"),
        )

    @property
    def missing(self) -> str:
        """The first required field that is not given, or ""."""
        return next((field for field in ("name", "upstream") if not getattr(self, field)), "")


@dataclass(frozen=True, slots=True)
class ToxicBody:
    """A toxic as a client asks for it. Fields that were not given are None."""

    name: str | None
    kind: ToxicKind
    stream: str
    toxicity: float | None
    attributes: Mapping[str, Any]
    lease: float | None

    @classmethod
    def of(cls, value: object) -> "ToxicBody":
        """Return what a JSON value asks for; the checks run in Toxiproxy's order."""
        given = _object(value)
        stream = _text(given, "stream")
        stream = "downstream" if stream is None else stream
        kind = _text(given, "type") or ""
        name = _text(given, "name")
        toxicity = _number(given, "toxicity")
        attributes = _attributes(given)
        lease = _lease(given)
        if stream.lower() not in {"upstream", "downstream"}:
            text = "stream was invalid, can be either upstream or downstream"
            raise ApiError(400, ErrorCode.INVALID_STREAM, text)
        if kind not in KINDS:
            raise ApiError(400, ErrorCode.INVALID_TOXIC_TYPE, "invalid toxic type")
        return cls(
            name=name,
            kind=KINDS[kind],
            stream=stream,
            toxicity=toxicity,
            attributes=attributes,
            lease=lease,
        )

    @property
    def label(self) -> str:
        """The toxic's name, or the default name."""
        return self.name or f"{self.kind.name}_{self.stream}"


@dataclass(frozen=True, slots=True)
class ToxicChange:
    """A change of a toxic. Fields that were not given are None."""

    toxicity: float | None
    attributes: Mapping[str, Any]
    lease: float | None

    @classmethod
    def of(cls, value: object) -> "ToxicChange":
        """Return what a JSON value asks for."""
        given = _object(value)
        return cls(_number(given, "toxicity"), _attributes(given), _lease(given))


def parse(content: bytes) -> object:
    """Return a request's first JSON value, as Toxiproxy does; ApiError where there is none."""
    text = content.decode("utf-8", errors="replace").strip()
    if not text:
        raise _bad_body("EOF")
    decoder = json.JSONDecoder(
        object_pairs_hook=in_order,
        parse_constant=lambda name: _mistaken("value", name, "JSON"),
    )
    try:
        value, _ = decoder.raw_decode(text)
    except json.JSONDecodeError as error:
        reason = "unexpected EOF" if error.pos >= len(text) else str(error)
        raise _bad_body(reason) from None
    except (ValueError, RecursionError) as error:
        # A number of too many digits, or an array in an array in an array…
        raise _bad_body(str(error)) from None
    return value


def proxies(value: object) -> list[ProxyBody]:
    """Return the proxies of a /populate; ApiError names the first that lacks something."""
    if value is None:
        return []
    if not isinstance(value, list):
        _mistaken("the body", value, "an array of proxies")
    bodies = [ProxyBody.of(each) for each in value]
    for place, body in enumerate(bodies, 1):
        if body.missing:
            text = f"missing required field: {body.missing} at proxy {place}"
            raise ApiError(400, ErrorCode.MISSING_FIELD, text)
    return bodies


def attributes(
    kind: ToxicKind, before: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a toxic's attributes after a change; ApiError names the first mistake."""
    merged = dict(before)
    types = {name: type(value) for name, value in kind.defaults.items()}
    for name, value in given.items():
        # Unknown keys are ignored, and null changes nothing, as in Toxiproxy.
        if name in merged and value is not None:
            merged[name] = _attribute(name, value, types[name])
    mistake = kind.mistake(merged)
    if mistake:
        text = f"invalid attributes of {kind.name}: {mistake}"
        raise ApiError(400, ErrorCode.INVALID_ATTRIBUTES, text)
    return merged


def address(name: str, text: str) -> tuple[str, int]:
    """Return the host and the port of "host:port"; ApiError where it is none."""
    host, colon, port = text.rpartition(":")
    # A number of thousands of digits is no int either.
    known = port.isascii() and port.isdigit() and len(port) < 10
    if not colon or not known or int(port) > 65535:
        raise _no_address(name, text[:100])
    try:
        host.encode("idna")  # as the resolver will
    except UnicodeError:
        host = "\0"
    if not host.isprintable() or " " in host:
        raise _no_address(name, text[:100])
    return host.strip("[]"), int(port)


def listen_address(text: str) -> tuple[str, int]:
    """Return the host and the port to listen at; ApiError as Toxiproxy words it."""
    if ":" not in text:
        reason = f"listen tcp: address {text[:200]}: missing port in address"
        raise ApiError(500, ErrorCode.INVALID_LISTEN_ADDRESS, reason)
    return address("listen", text)


def _object(value: object) -> Mapping[str, Any]:
    if value is None:
        return {}  # null, as in Toxiproxy
    if not isinstance(value, dict):
        _mistaken("the body", value, "an object")
    try:
        half = half_of_a_pair(value)
    except RecursionError as error:
        # Nested less deep than what cannot be read, and too deep to be written.
        raise _bad_body(str(error)) from None
    if half:
        raise _bad_body(f"a string has {half}, half of a surrogate pair")
    return by_folded_name(value)


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        _mistaken(name, value, "a string")
    return value


def _number(given: Mapping[str, Any], name: str) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        _mistaken(name, value, "a number")
    return float(value)


def _protocol(given: Mapping[str, Any]) -> WireProtocol | None:
    name = _text(given, "protocol")
    if name is None or name in protocols():
        return None if name is None else protocols()[name]
    text = f"protocol was invalid, can be one of: {', '.join(protocols())}"
    raise ApiError(400, ErrorCode.INVALID_PROTOCOL, text)


def _tls(value: object) -> TlsSettings | None:
    try:
        return None if value is None else TlsSettings.of(value)
    except InvalidTls as error:
        raise ApiError(400, ErrorCode.INVALID_TLS, str(error)) from None


def _fields(given: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    try:
        return field_names(given.get(name))
    except ValueError as error:
        raise ApiError(400, ErrorCode.INVALID_FIELD, f"{name} was invalid, {error}") from None


def _lease(given: Mapping[str, Any]) -> float | None:
    seconds = _number(given, "lease")
    if seconds is not None and not 0 < seconds <= LONGEST_LEASE:
        text = (
            f"lease was invalid, expected seconds above 0, at most {LONGEST_LEASE},"
            f" and found {seconds:g}"
        )
        raise ApiError(400, ErrorCode.INVALID_LEASE, text)
    return seconds


def _attributes(given: Mapping[str, Any]) -> Mapping[str, Any]:
    value = given.get("attributes")
    if value is not None and not isinstance(value, dict):
        _mistaken("attributes", value, "an object")
    return by_folded_name(value or {})


def _attribute(name: str, value: object, wanted: type) -> object:
    expected = {int: "an integer", float: "a number", str: "a string"}[wanted]
    accepted = (int, float) if wanted is float else (wanted,)
    if isinstance(value, bool) or not isinstance(value, accepted):
        _mistaken(name, value, expected)
    if isinstance(value, int | float) and not _finite(value):
        _mistaken(name, value, expected)
    return value


def _finite(value: float) -> bool:
    return math.isfinite(value) if isinstance(value, float) else abs(value) <= LARGEST


def _mistaken(name: str, value: object, expected: str) -> NoReturn:
    try:
        found = json.dumps(value) if not isinstance(value, str) else repr(value)
    except RecursionError as error:
        raise _bad_body(str(error)) from None
    raise _bad_body(f"{name} must be {expected}, found {found[:100]}")


def _bad_body(reason: str) -> ApiError:
    return ApiError(400, ErrorCode.BAD_REQUEST_BODY, f"bad request body: {reason}")


def _no_address(name: str, found: str) -> ApiError:
    text = f"{name} was invalid, expected host:port and found {found!r}"
    return ApiError(400, ErrorCode.INVALID_ADDRESS, text)
