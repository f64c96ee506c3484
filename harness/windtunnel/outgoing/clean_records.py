"""Records and documents without secrets and control characters, for whoever writes them out."""

import copy
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import zip_longest
from typing import Any, TypeVar

from windtunnel.outgoing.inert_text import inert
from windtunnel.outgoing.masking import MASK, Masking

Value = TypeVar("Value")
PAIRS = frozenset({"args", "environment", "env", "header_lines", "headers", "variables"})
"""Fields in which a pair of texts is a name and its value; elsewhere it is two texts.
`args` are those of a function in pytest's own report of a failure."""
IDENTITIES = frozenset(
    {"dependency", "file", "kind", "mechanism", "mechanisms", "pairs", "test", "tests"}
)
"""Fields whose texts tell things apart, and are counted by: no secret is looked for in these."""


def clean_text(text: str, masking: Masking) -> str:
    """Return a text as it may leave."""
    return inert(masking.text(text))


def clean_entry(name: str, text: str, masking: Masking) -> str:
    """Return the text that stands under a name as it may leave."""
    return MASK if text and masking.hides(name) else clean_text(text, masking)


def is_of_option(before: object, value: object, masking: Masking) -> bool:
    """Return whether a word of a command is the value of a secret's option before it."""
    return (
        isinstance(before, str)
        and before.startswith("-")
        and isinstance(value, str)
        and not value.startswith("-")
        and masking.hides(before.lstrip("-"))
    )


def clean(value: Value, masking: Masking) -> Value:
    """Return a record with every text in it as it may leave; the record itself stays as it is.

    It goes through dataclasses, tuples, lists and mappings, in which a name says what its value is.
    Numbers stay: nothing that is counted may depend on what is masked.
    """
    cleaned: Value = _clean(value, masking)
    return cleaned


def _clean(value: Any, masking: Masking, place: object = "") -> Any:  # noqa: ANN401 - any record
    if isinstance(value, Enum | type):
        return value
    if isinstance(value, str):
        return inert(value) if place in IDENTITIES else clean_text(value, masking)
    if isinstance(value, Mapping):
        return _mapping(value, masking)
    if isinstance(value, tuple | list | frozenset):
        return _collection(value, masking, place)
    if is_dataclass(value):
        return _rebuilt(value, [each.name for each in fields(value)], masking)
    return value


def _mapping(value: Mapping[Any, Any], masking: Masking) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, each in value.items():
        # Two names may be the same once masked, and none may be lost.
        name, number = _clean(key, masking), 2
        while name in found:
            name, number = f"{_clean(key, masking)} ({number})", number + 1
        found[name] = _entry(key, each, masking)
    return found


def _collection(value: Any, masking: Masking, place: object) -> Any:  # noqa: ANN401 - as above
    if hasattr(value, "_fields"):  # a named tuple
        return type(value)(*(_clean(each, masking) for each in value))
    each_before = [None, *value][: len(value)] if isinstance(value, tuple | list) else []
    changed = [
        MASK if is_of_option(before, each, masking) else _element(each, masking, place)
        for before, each in zip_longest(each_before, value)
    ]
    same = all(new is old for new, old in zip(changed, value, strict=True))
    return value if same else type(value)(changed)


def _element(value: Any, masking: Masking, place: object) -> Any:  # noqa: ANN401 - as above
    if place in PAIRS:
        match value:
            case (str() as name, str() as text) if type(value) in {tuple, list}:
                pair = (_clean(name, masking), clean_entry(name, text, masking))
                return value if pair == tuple(value) else type(value)(pair)
    return _clean(value, masking, place)


def _entry(name: object, value: Any, masking: Masking) -> Any:  # noqa: ANN401 - as above
    if isinstance(name, str) and isinstance(value, str) and not isinstance(value, Enum):
        return clean_entry(name, value, masking)
    return _clean(value, masking, name)


def _rebuilt(value: Any, names: list[str], masking: Masking) -> Any:  # noqa: ANN401 - as above
    found = {name: getattr(value, name) for name in names if hasattr(value, name)}
    changed = {name: _clean(each, masking, name) for name, each in found.items()}
    if all(changed[name] is found[name] for name in found):
        return value
    made = copy.copy(value)
    for name, each in changed.items():
        # Its own checks have run once, and would not know a mask from a value.
        object.__setattr__(made, name, each)
    return made
