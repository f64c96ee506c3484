"""Malformed configurations, made from the published schema: one mistake each, at a known place."""

# ruff: noqa: ANN401 - Any is what TOML and JSON hold

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Place = tuple[str | int, ...]

GOOD: dict[str, Any] = {
    "command": ["run", "{port}", "{files}/a.json"],
    "directory": ".",
    "port": 0,
    "environment": {"MODE": "test"},
    "files": {"a.json": {"text": "{prices.address}"}},
    "health": "/health",
    "endpoints": ["/orders", "/bills"],
    "dependencies": {
        "prices": {
            "protocol": "http",
            "upstream": "127.0.0.1:9000",
            "service": "prices",
            "port": 9000,
            "environment": {"PRICES_URL": "http://{address}"},
            "listen": 0,
            "tls": {"mode": "terminate", "upstream": "tls"},
            "endpoint": "/orders",
        },
        "redis": {"protocol": "redis", "environment": {"REDIS": "{host}"}, "endpoint": "/bills"},
    },
    "start_deadline": 20.0,
    "lease": 10.0,
    "fallback_header": "X-Fallback",
    "backend": "embedded",
    "profile": "zone",
    "criteria": {"error_rate": 0.01, "mean_response": 0.1, "breaker_threshold": 3},
    "docker": {"compose_file": "compose.yml", "target_port": 8000},
}


BEYOND = {"maximum": 1, "exclusiveMaximum": 1, "minimum": -1, "exclusiveMinimum": -1}


@dataclass(frozen=True, slots=True)
class Malformed:
    """A configuration with one mistake."""

    text: str
    first: str
    """The key of the whole that the mistake is in."""
    key: str
    """What its message must name."""
    correct: str
    """What it must suggest; empty where nothing can be suggested."""


def malformed(schema: dict[str, Any], seed: int, count: int) -> list[Malformed]:
    """Return `count` different malformed configurations; which follow from the seed."""
    chance = random.Random(seed)  # noqa: S311 - replayable, not secret
    sites = list(_sites(schema, schema, GOOD, ()))
    made: dict[str, Malformed] = {}
    while len(made) < count:
        place, kind, value = chance.choice(sites)
        changed = chance.choice(_mutations(kind, value, chance))
        mutated = json.loads(json.dumps(GOOD))
        key, correct = changed(mutated, place)
        text = toml(mutated)
        first = str(place[0]) if place else key
        made.setdefault(text, Malformed(text, first, key, correct))
    return list(made.values())


def _sites(
    schema: dict[str, Any], kind: dict[str, Any], value: Any, place: Place
) -> Iterator[tuple[Place, dict[str, Any], Any]]:
    """Yield each place of GOOD with the part of the schema that is about it."""
    # Of a choice, the one that may be a table.
    kind = next((each for each in kind.get("anyOf", ()) if "$ref" in each), kind)
    if "$ref" in kind:
        kind = schema["$defs"][kind["$ref"].rpartition("/")[2]]
    yield place, kind, value
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from _sites(schema, kind["items"], each, (*place, number))
    if isinstance(value, dict):
        entries = kind.get("additionalProperties")
        for pattern in kind.get("patternProperties", {}).values():
            entries = pattern
        for key, each in value.items():
            inner = kind.get("properties", {}).get(key, entries)
            assert inner, f"the schema does not know {(*place, key)}"
            yield from _sites(schema, inner, each, (*place, key))


def _mutations(kind: dict[str, Any], value: Any, chance: random.Random) -> list[Any]:
    wrong: list[Any] = []
    if "properties" in kind:
        known = [key for key in kind["properties"] if len(key) > 3]
        key = chance.choice(known)
        wrong += [_unknown_key(typo(key, chance), key)] * 6
        wrong += [_missing(key) for key in kind.get("required", ())]
    if "patternProperties" in kind:
        wrong.append(_unknown_key("no name: %", ""))
    if "enum" in kind:
        near = typo(value, chance)
        wrong.append(_replaced(near, value))
    if kind.get("type") == "string":
        wrong += [_replaced(chance.randrange(100)), _replaced([value])]
        if "pattern" in kind:
            wrong += [
                _replaced(text)
                for text in (f" {value}", "a b", "://")
                if not re.search(kind["pattern"], text)
            ]
    if kind.get("type") in {"integer", "number"}:
        wrong += [_replaced("many"), _replaced([1])]
        wrong += [_replaced(chance.choice([True, False]))]
        wrong += [
            _replaced(kind[key] + 1) for key in ("maximum", "exclusiveMaximum") if key in kind
        ]
        wrong += [
            _replaced(kind[key] - 1) for key in ("minimum", "exclusiveMinimum") if key in kind
        ]
    if kind.get("type") == "array":
        wrong += [_replaced("words"), _replaced(chance.randrange(100))]
        wrong += [_replaced([])] if kind.get("minItems") else []
    if kind.get("type") == "object":
        wrong.append(_replaced(chance.randrange(100)))
    return wrong


def typo(word: str, chance: random.Random) -> str:
    """Return a word with one letter left out or two swapped."""
    at = chance.randrange(1, len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return chance.choice([word[:at] + word[at + 1 :], swapped if swapped != word else word + "s"])


def _replaced(new: object, correct: str = "") -> Any:
    def change(table: Any, place: Place) -> tuple[str, str]:
        if not place:  # the whole: as good as an unknown key
            table["whole"] = new
            return "whole", ""
        _inside(table, place[:-1])[place[-1]] = new
        return dotted(place), correct

    return change


def _unknown_key(key: str, correct: str) -> Any:
    def change(table: Any, place: Place) -> tuple[str, str]:
        _inside(table, place)[key] = "x"
        return (dotted((*place, key)) if correct else key), correct

    return change


def _missing(key: str) -> Any:
    def change(table: Any, place: Place) -> tuple[str, str]:
        del _inside(table, place)[key]
        return dotted((*place, key)), ""

    return change


def _inside(table: Any, place: Place) -> Any:
    for part in place:
        table = table[part]
    return table


def dotted(place: Place) -> str:
    return ".".join(map(str, place))


def toml(table: dict[str, Any]) -> str:
    """Return a table as TOML, one key in each line."""
    return "".join(f"{json.dumps(key)} = {_inline(value)}\n" for key, value in table.items())


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)
