"""The text of an OpenAPI document becomes plain values: of JSON or YAML, from a file or a URL."""

import datetime as dt
import http.client
import math
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import yaml

from windtunnel.address import Address
from windtunnel.discovery.compose_yaml import NESTED, nests_deeper
from windtunnel.discovery.files import paths
from windtunnel.errors import ConfigurationError, shown
from windtunnel.limited_files import read_limited_bytes
from windtunnel.owned_hosts import owned_address

LARGEST = 16 * 2**20
"""Bytes of a document in JSON, at most."""
LARGEST_YAML = 2**20
"""Bytes of one in YAML, at most: PyYAML reads about 100 kB a second."""
TIMEOUT = 10.0
"""Seconds for which a service may let us wait for its document."""
_ENDS = (".json", ".yaml", ".yml")
_WORDS = ("openapi", "swagger")
_PLAIN = frozenset({"schema", "api", "spec", "api-docs", "api-spec", "apispec", "api_schema"})
_DEEPEST = 200
"""How deep a document may be nested; schemas of people are below 30."""
Json = dict[str, Any]


def candidates(folder: Path) -> Iterator[Path]:
    """Yield the files of a project that are named like such a document, the likeliest first."""
    named = [path for path in paths(folder, tests=False) if path.suffix in _ENDS]
    likely = [path for path in named if any(word in path.stem.lower() for word in _WORDS)]
    plain = [path for path in named if path.stem.lower() in _PLAIN and path not in likely]
    for group in (likely, plain):
        yield from sorted(group, key=lambda path: (len(path.parts), path.name))


def is_plainly_named(path: Path) -> bool:
    """Return whether the name says nothing of OpenAPI: it may as well be something else."""
    return path.stem.lower() in _PLAIN


def read_document(path: Path, name: str) -> Json:
    """Return the document in a file; ConfigurationError where there is none."""
    try:
        content = read_limited_bytes(path, LARGEST)
    except OSError as error:
        raise ConfigurationError(f"{name}: {error.strerror}") from None
    return parsed(content, name)


def fetch_document(url: str, owned: Collection[str]) -> Json:
    """Return the document that a service gives; ConfigurationError where it gives none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
        address = Address.parse(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    except ValueError:
        raise ConfigurationError(f"--openapi {shown(url)}: expected a URL with a host") from None
    if parts.scheme != "http":
        raise ConfigurationError(f"--openapi {shown(url)}: expected a file, or http://…")
    address = owned_address(address, owned, f"--openapi {shown(url)}")
    host = getattr(address, "resolved", "") or address.host
    connection = http.client.HTTPConnection(host, address.port, timeout=TIMEOUT)
    path = parts.path or "/openapi.json"
    try:
        connection.request("GET", path + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        content = answer.read(LARGEST + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ConfigurationError(
            f"--openapi {shown(url)}: {error or type(error).__name__}"
        ) from None
    finally:
        connection.close()
    if answer.status != 200:
        raise ConfigurationError(f"--openapi {shown(url)}: expected 200, found {answer.status}")
    return parsed(content, path)


def parsed(content: bytes, name: str) -> Json:
    """Return the document in these bytes; ConfigurationError where it is none."""
    if len(content) > LARGEST:
        raise ConfigurationError(f"{name}: expected up to {LARGEST} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{name}: expected UTF-8") from None
    value = _json(text, name) if text.lstrip()[:1] in {"{", "["} else _yaml(text, name)
    if isinstance(value, dict):
        value = _plain(value, name, 0)
    version = value.get("openapi", value.get("swagger")) if isinstance(value, dict) else None
    if not isinstance(version, str) or version[:2] not in {"2.", "3."}:
        found = f"version {shown(version)}" if version else "none"
        raise ConfigurationError(f"{name}: expected OpenAPI 3 or Swagger 2, found {found}")
    if not isinstance(value.get("paths", {}), dict):
        raise ConfigurationError(f"{name}: paths: expected a table")
    document: Json = value
    return document


def _json(text: str, name: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        # Flow mappings of YAML begin like JSON.
        if len(text) <= LARGEST_YAML and not nests_deeper(text) and "'" in text[:200]:
            return _yaml(text, name)
        why = "nested too deep" if isinstance(error, RecursionError) else error
        raise ConfigurationError(f"{name}: no JSON: {why}") from None


def _yaml(text: str, name: str) -> Any:  # noqa: ANN401 - any YAML
    if len(text) > LARGEST_YAML:
        raise ConfigurationError(
            f"{name}: expected up to {LARGEST_YAML} bytes of YAML, found {len(text)}; JSON may have"
            f" {LARGEST}"
        )
    if nests_deeper(text):
        raise ConfigurationError(f"{name}: nested more than {NESTED} deep")
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        why = getattr(error, "problem", None) or "it cannot be read"
        raise ConfigurationError(f"{name}{line}: no YAML: {why}") from None


def _plain(value: object, name: str, depth: int, seen: list[int] | None = None) -> Any:  # noqa: ANN401
    """Return a value as JSON has it: names are texts, and YAML's dates are as well.

    What aliases repeat without end is refused.
    """
    count = [0] if seen is None else seen
    count[0] += 1
    if depth > _DEEPEST or count[0] > LARGEST // 8:
        raise ConfigurationError(f"{name}: nested more than {_DEEPEST} deep, or without end")
    if isinstance(value, dict):
        return {str(k): _plain(each, name, depth + 1, count) for k, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, name, depth + 1, count) for each in value]
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | None) else str(value)
