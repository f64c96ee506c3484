"""What has another form than a setting needs is told in the words of that setting."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from windtunnel.configuration import Configuration, parse
from windtunnel.configuration.mistakes import PATTERNS
from windtunnel.errors import ConfigurationError


def patterns(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for each in schema.values():
            yield from patterns(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from patterns(each)


def test_each_form_has_words() -> None:
    used = set(patterns(Configuration.model_json_schema()))
    assert len(used) > 5
    assert used <= set(PATTERNS)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("record", ["json:"], "expected a field of a request, such as 'header:Idempotency-Key'"),
        ("record_in_clear", ["id"], "expected a field of a request"),
        ("ignore", [" "], "expected a call, such as 'GET /health'"),
        ("upstream", "here", "expected host:port"),
    ],
)
def test_a_dependency_is_told_what_it_needs(key: str, value: object, expected: str) -> None:
    database = {"protocol": "http", "endpoint": "/", "environment": {"D": "{address}"}, key: value}
    with pytest.raises(ConfigurationError, match=re.escape(expected)):
        parse({"command": ["x"], "endpoints": ["/"], "dependencies": {"db": database}}, "x")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "expected a dependency or a program, of which there is none"),
        ({"programs": {"worker": {"command": ["y"]}}}, "a program, one of worker"),
    ],
)
def test_calls_name_what_there_is(more: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{expected}(?:\n|$)"):
        parse({"command": ["x"], "endpoints": ["/"], "calls": ["qqqq"], **more}, "x")
