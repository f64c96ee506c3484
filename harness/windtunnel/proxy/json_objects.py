"""JSON objects as Go's decoder takes them, which Toxiproxy's clients rely on."""

import json
from collections.abc import Mapping
from typing import Any


def in_order(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose repeated names stand where each came last."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        found.pop(name, None)
        found[name] = value
    return found


def by_folded_name(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return values by their names in small letters: names are taken in any case.

    Of several the last counts, unless it is null, which leaves things as they are.
    """
    folded: dict[str, Any] = {}
    for name, value in given.items():
        if value is not None or name.casefold() not in folded:
            folded[name.casefold()] = value
    return folded


def half_of_a_pair(value: object) -> str:
    """Return the first half of a surrogate pair in a JSON value, as JSON writes it; else "".

    JSON can name it, and no answer could be written with it.
    """
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        return ascii(error.object[error.start])
    return ""
