"""The value of a field as records have it, at the tap and where another one is compared."""

import hashlib
import json
from typing import Any

CLEAR_KEPT = 200
"""Characters of a value in clear that are kept; a digest stands for the rest."""


def text_at(value: Any, path: str) -> str | None:  # noqa: ANN401 - any JSON
    """Return what is at a path such as "order.lines.0.id", as text; None where nothing is."""
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and len(part) < 7:
            value = value[int(part)] if int(part) < len(value) else None
        else:
            return None
    return None if value is None else as_text(value)


def as_text(value: object) -> str:
    """Return a value as text: of JSON as that, of others, such as a UUID, as Python writes it.

    7 and "7" are alike, for two programs may write it so.
    """
    if value is None or isinstance(value, bool | int | float | dict | list):
        return json.dumps(value, sort_keys=True)
    return str(value)


def digest(text: str, key: str) -> str:
    """Return what stands for a text in one run. Without the key no guess can be confirmed."""
    data = text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, key=key.encode()[:64], digest_size=12).hexdigest()


def in_clear(text: str, key: str) -> str:
    """Return a text as it is kept in clear: of a long one its beginning, and a digest.

    Of an object or a list only a digest: nobody has named what is in it, such as a password.
    """
    if text.lstrip()[:1] in {"{", "["}:
        return digest(text, key)
    # Half of a surrogate pair could not be handed on.
    written = text.encode("utf-8", "backslashreplace").decode()
    return written if len(written) <= CLEAR_KEPT else f"{written[:CLEAR_KEPT]}…{digest(text, key)}"
