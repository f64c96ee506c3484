"""References within a document: followed as far as they lead, never in a circle."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from windtunnel.errors import shown

_LONGEST = 20
"""References that may lead to one another in a row."""


class NotFollowed(Exception):
    """A reference leads nowhere, in a circle or out of the document; the text says which."""


class References:
    """Follows the references of one document."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root

    def __repr__(self) -> str:
        return f"<References of {len(self._root)} members>"

    def followed(self, value: object) -> dict[str, Any]:
        """Return a table, or the one that it refers to; NotFollowed where there is none.

        What stands beside a reference stays (OpenAPI 3.1).
        """
        beside: dict[str, Any] = {}
        for _ in range(_LONGEST):
            if not isinstance(value, dict):
                raise NotFollowed(f"{shown(value)} is no table")
            reference = value.get("$ref")
            if reference is None:
                return value | beside if beside else value
            beside = {k: v for k, v in value.items() if k != "$ref"} | beside
            value = self._at(reference)
        raise NotFollowed(f"{shown(reference)} leads in a circle")

    def _at(self, reference: object) -> object:
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise NotFollowed(f"{shown(reference)} is in another document")
        found: object = self._root
        for part in reference[1:].split("/")[1:]:
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and name in found:
                found = found[name]
            elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
                found = found[int(name)]
            else:
                raise NotFollowed(f"{shown(reference)} is not there")
        return found
