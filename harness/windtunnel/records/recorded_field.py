"""What a tap recorded of a request's header or JSON field, where the configuration names it."""

import re
from dataclasses import dataclass
from enum import StrEnum

NAME = r"^(header:[!#$%&'*+.^_`|~0-9A-Za-z-]+|json:[^\s.]+(\.[^\s.]+)*)$"
"""How a field is named: "header:Idempotency-Key", or "json:order.id" (a list's by its place)."""

MOST = 32
"""Fields of a request: each is kept with each record."""


class FieldState(StrEnum):
    """What a tap saw of a field."""

    PRESENT = "present"
    ABSENT = "absent"
    """The request was read, and has no such field."""
    UNREAD = "unread"
    """The body could not be read: too long, compressed, no JSON, or not whole. Whether the field
    is there is not known, and no criterion counts it either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedField:
    """One field of one request."""

    name: str
    """As `field_name` writes it."""
    state: FieldState
    value: str = ""
    """A digest by the tap's own key, or the text where the configuration asks for it in clear.

    Equal texts have equal ones within a run. Empty unless it is present."""


def field_name(text: object) -> str:
    """Return a field's name as records have it: headers in lower case. ValueError where none."""
    if not isinstance(text, str) or not re.fullmatch(NAME, text):
        raise ValueError(
            'expected a field, such as "header:Idempotency-Key" or "json:order.id", and found'
            f" {text!r:.100}"
        )
    return text.lower() if text.startswith("header:") else text


def field_names(value: object) -> tuple[str, ...] | None:
    """Return the names in a list; None for None. ValueError where it is none, or too long."""
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > MOST:
        raise ValueError(f"expected an array of {MOST} fields at most, and found {value!r:.100}")
    return tuple(field_name(each) for each in value)
