"""Secrets that a document shows as examples stay out of a configuration, which is committed."""

import re
from collections.abc import Mapping
from typing import Any

from windtunnel.discovery.openapi.text_example import Placeholder
from windtunnel.outgoing.masking import Masking
from windtunnel.outgoing.secret_names import is_query_secret, is_secret

_SHAPES = Masking()
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def without_secrets(value: Any, name: str, where: str = "") -> Any:  # noqa: ANN401 - any JSON
    """Return a value that a document shows, with variables in place of secrets.

    What is one by its name or by its shape, any cookie, and all that is within one. `where` is the
    place of a parameter, such as "query".
    """
    return _hidden(value, name, is_one=is_secret(name) or is_login(name, where))


def is_login(name: str, where: str) -> bool:
    """Return whether a parameter is a secret by its place: a cookie, or `?sig=`."""
    return where == "cookie" or (where == "query" and is_query_secret(name))


def _hidden(value: Any, name: str, *, is_one: bool) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        return {
            key: _hidden(each, str(key), is_one=is_one or is_secret(str(key)))
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_hidden(each, name, is_one=is_one) for each in value]
    if isinstance(value, Placeholder | bool) or value is None or value == "":
        return value
    if is_one or (isinstance(value, str) and _SHAPES.text(value) != value):
        return Placeholder(f"{{env:{_variable(name)}}}")
    return value


def _variable(name: str) -> str:
    """Return a variable of its own for a secret: none that is in the environment for others."""
    words = [each.upper() for each in _WORD.split(name) if each]
    words = words[words[:1] == ["X"] :]
    return "_".join(["API", *words[words[:1] == ["API"] :]] if words else ["API", "SECRET"])
