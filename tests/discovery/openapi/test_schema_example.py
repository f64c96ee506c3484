"""Every value that is made for a schema is one that the schema takes, as jsonschema sees it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from windtunnel.discovery.openapi.example_requests import escaped
from windtunnel.discovery.openapi.pattern_example import pattern_example
from windtunnel.discovery.openapi.references import References
from windtunnel.discovery.openapi.schema_example import NoExample, SchemaExamples
from windtunnel.requests.json_templates import json_template
from windtunnel.requests.placeholders import Chance, Filling

NODE = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "next": {"$ref": "#/components/schemas/Node"}},
}
ENDLESS = {"required": ["a"], "properties": {"a": {"$ref": "#/components/schemas/Endless"}}}
CAT = {"type": "object", "required": ["lives"], "properties": {"lives": {"type": "integer"}}}
DOG = {"type": "object", "required": ["barks"], "properties": {"barks": {"type": "boolean"}}}
CIRCLE = {"$ref": "#/components/schemas/Circle"}
DOCUMENT: Mapping[str, Any] = {
    "components": {
        "schemas": {"Node": NODE, "Endless": ENDLESS, "Circle": CIRCLE, "Cat": CAT, "Dog": DOG}
    }
}


def made(schema: object, name: str = "") -> object:
    value = escaped(SchemaExamples(References(DOCUMENT)).of(schema, name))
    filling = Filling(1, "seed")
    return json_template(value, frozenset()).make(filling, Chance(filling))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "const": "x"}, "x"),
        ({"enum": [None, "b", "c"]}, "b"),
        ({"type": "string", "enum": ["b", "c"], "default": "c"}, "c"),
        ({"type": "string", "example": "shown", "default": "other"}, "shown"),
        ({"type": "integer", "default": 0}, 0),
        ({"examples": [[1]], "type": "array"}, [1]),
        ({"type": ["null", "integer"], "minimum": 7}, 7),
        ({"type": "integer", "minimum": 5, "exclusiveMinimum": True}, 6),  # 3.0
        ({"type": "integer", "exclusiveMinimum": 5}, 6),  # 3.1
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "integer", "minimum": 4, "multipleOf": 10}, 10),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
        ({"anyOf": [{"type": "null"}, {"type": "boolean"}]}, True),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2}, ["string", "string"]),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": 1}),
        (
            {"required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
            {"a": 1},
        ),
        (
            {
                "properties": {
                    "id": {"type": "integer", "readOnly": True},
                    "a": {"type": "integer"},
                }
            },
            {"a": 1},
        ),
        ({"$ref": "#/components/schemas/Node"}, {"name": "string"}),
        (
            {"allOf": [{"$ref": "#/components/schemas/Cat"}, {"required": ["name"]}]},
            {"lives": 1, "name": "string"},
        ),
        (
            {
                "oneOf": [
                    {"$ref": "#/components/schemas/Endless"},
                    {"$ref": "#/components/schemas/Cat"},
                    {"$ref": "#/components/schemas/Dog"},
                ],
                "discriminator": {
                    "propertyName": "kind",
                    "mapping": {"cat": "#/components/schemas/Cat"},
                },
            },
            {"lives": 1, "kind": "cat"},
        ),
        ({"type": "string", "minLength": 8, "maxLength": 9}, "stringstr"),
        ({"type": "string", "maxLength": 2}, "st"),
    ],
)
def test_a_schema_gives_this_value(schema: object, value: object) -> None:
    assert made(schema) == value


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"$ref": "#/components/schemas/Endless"}, "a: '#/components/schemas/Endless' contains"),
        ({"$ref": "#/components/schemas/Circle"}, "leads in a circle"),
        ({"$ref": "#/components/schemas/None"}, "is not there"),
        ({"$ref": "pets.yaml#/Cat"}, "'pets.yaml#/Cat' is in another document"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "no number between its bounds"),
        ({"type": "string", "pattern": "^(?=a)b$"}, "no text for"),
        ({"type": "null"}, "nothing but null"),
        (False, "takes no value"),
        ({"oneOf": []}, "oneOf has no schema"),
        ({"type": "array", "items": {"enum": [1]}, "minItems": 2, "uniqueItems": True}, "differ"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 10**9}, "no fewer than"),
    ],
)
def test_why_there_is_no_value_is_said(schema: object, why: str) -> None:
    with pytest.raises(NoExample, match=r".*") as raised:
        made(schema)
    assert why in str(raised.value)


def test_schemas_nested_without_end_come_to_an_end() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(500):
        schema = {"type": "object", "required": ["a"], "properties": {"a": schema}}
    with pytest.raises(NoExample, match="nested more than"):
        made(schema)
    wide: dict[str, Any] = {"allOf": [{"$ref": "#/components/schemas/Node"}] * 200}
    assert made(wide) == {"name": "string"}
    for _ in range(20):
        wide = {"allOf": [wide, wide]}
    with pytest.raises(NoExample, match="schemas in one"):
        made(wide)


PATTERNS = (
    "^[A-Z]{3}-\\d{4}$", "^\\d+$", "^(red|green)+$", "[a-z0-9_-]{3,16}", "^\\+?[1-9]\\d{1,14}$",
    "^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$", "^(?:[01]\\d|2[0-3]):[0-5]\\d$", "^#([A-Fa-f0-9]{6})$",
    "^[\\w.]*$", "^v?\\d+(\\.\\d+)*$", "^https?://", "^(?P<year>\\d{4})-x$", "a{2,}b?", "^$",
    "^[0-9a-f]{8}-[0-9a-f]{4}$", "^.{5}$", "^[^a-z]+$", "^\\S+$", "x|y", "^[]a]$", "\\.com$",
)  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_gives_a_text_that_it_matches(pattern: str) -> None:
    made = pattern_example(pattern)
    assert made is not None
    assert Draft202012Validator({"pattern": pattern}).is_valid(made), made


@pytest.mark.parametrize(
    "pattern", ["(", "[a", "a**", "(?=a)", "\\p{L}", "(a)\\1", "[z-a]", "\\", "(" * 400, "a" * 301]
)
def test_what_is_not_understood_gives_none(pattern: str) -> None:
    assert pattern_example(pattern) is None


def test_a_pattern_keeps_to_a_length() -> None:
    assert pattern_example("^[a-z]+$", 12, 20) == "a" * 14
    assert pattern_example("^[a-z]{3}$", 12, 20) is None


LEAVES = st.one_of(
    st.builds(
        lambda low, size, step: {"type": "integer", "minimum": low, "maximum": low + size * step,
                                 "multipleOf": step},
        st.integers(-100, 100), st.integers(1, 9), st.integers(1, 9),
    ),
    st.builds(
        lambda low, size: {"type": "number", "exclusiveMinimum": low, "maximum": low + size},
        st.floats(-50, 50), st.floats(0.1, 9),
    ),
    st.builds(
        lambda least, more: {"type": "string", "minLength": least, "maxLength": least + more},
        st.integers(0, 30), st.integers(0, 30),
    ),
    st.builds(lambda pattern: {"type": "string", "pattern": pattern}, st.sampled_from(PATTERNS)),
    st.builds(
        lambda kind: {"type": "string", "format": kind},
        st.sampled_from(["date-time", "date", "uuid", "email", "ipv4", "ipv6", "time", "duration"]),
    ),
    st.builds(lambda values: {"enum": values}, st.lists(st.text(max_size=5), min_size=1)),
    st.just({"type": "boolean"}),
    st.just({"type": ["null", "string"]}),
    st.just({"$ref": "#/components/schemas/Node"}),
)  # fmt: skip
NAMES = st.sampled_from(["id", "email", "username", "password", "currency", "a", "b-c"])


def _object(properties: dict[str, Any], count: int) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties)[:count],
        "additionalProperties": False,
    }


SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(_object, st.dictionaries(NAMES, inner, max_size=4), st.integers(0, 4)),
        st.builds(
            lambda items, least: {"type": "array", "items": items, "minItems": least},
            inner,
            st.integers(0, 3),
        ),
        st.builds(lambda choices: {"anyOf": choices}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(SCHEMAS)
def test_whatever_the_schema_its_value_is_valid(schema: dict[str, Any]) -> None:
    try:
        value = made(schema)
    except NoExample:
        return
    whole = {**schema, **DOCUMENT}
    checker = Draft202012Validator.FORMAT_CHECKER
    errors = list(Draft202012Validator(whole, format_checker=checker).iter_errors(value))
    assert not errors, (json.dumps(schema), value)
