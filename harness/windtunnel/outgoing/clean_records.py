"""Records and documents without secrets and control characters, for whoever writes them out."""

import copy
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

from windtunnel.outgoing.inert_text import inert
from windtunnel.outgoing.masking import MASK, Masking

Value = TypeVar("Value")


def clean_text(text: str, masking: Masking) -> str:
    """Return a text as it may leave."""
    return inert(masking.text(text))


def clean(value: Value, masking: Masking) -> Value:
    """Return a record with every text in it as it may leave; the record itself stays as it is.

    It goes through dataclasses, tuples, lists and mappings, in which a name says what its value is.
    """
    cleaned: Value = _clean(value, masking)
    return cleaned


def _clean(value: Any, masking: Masking) -> Any:  # noqa: ANN401 - any record
    if isinstance(value, Enum | type):
        return value
    if isinstance(value, str):
        return clean_text(value, masking)
    if isinstance(value, Mapping):
        return {_clean(key, masking): _entry(key, each, masking) for key, each in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return _collection(value, masking)
    if is_dataclass(value):
        return _rebuilt(value, [each.name for each in fields(value)], masking)
    return value


def _collection(value: Any, masking: Masking) -> Any:  # noqa: ANN401 - as above
    match value:
        case (str() as name, str() as text) if type(value) is tuple:
            return (_clean(name, masking), _entry(name, text, masking))
    if hasattr(value, "_fields"):  # a named tuple
        return type(value)(*(_clean(each, masking) for each in value))
    changed = [_clean(each, masking) for each in value]
    same = all(new is old for new, old in zip(changed, value, strict=True))
    return value if same else type(value)(changed)


def _entry(name: object, value: Any, masking: Masking) -> Any:  # noqa: ANN401 - as above
    is_plain = isinstance(value, str | int | float) and not isinstance(value, bool | Enum)
    if isinstance(name, str) and is_plain and value != "" and masking.hides(name):
        return MASK
    return _clean(value, masking)


def _rebuilt(value: Any, names: list[str], masking: Masking) -> Any:  # noqa: ANN401 - as above
    found = {name: getattr(value, name) for name in names if hasattr(value, name)}
    changed = {name: _clean(each, masking) for name, each in found.items()}
    if all(changed[name] is found[name] for name in found):
        return value
    made = copy.copy(value)
    for name, each in changed.items():
        # Its own checks have run once, and would not know a mask from a value.
        object.__setattr__(made, name, each)
    return made
