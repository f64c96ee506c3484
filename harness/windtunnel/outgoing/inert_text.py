"""Text that does nothing where it is shown: no control characters, no orders to a CI system.

What a service logs or a dependency answers may hold escape sequences, which move a terminal's
cursor or set its title, and lines such as "::error::", which GitHub and others obey.
"""

import re

_ACTS = re.compile(
    "\r\n"
    # C0 but tab and newline, DEL, C1; what turns the direction of writing; halves of characters.
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_CODE = r"(?:[0-4]|2[2-4]|3[0-7]|39|9[0-7])"
_COLOURED = re.compile(rf"(\x1b\[{_CODE}(?:;{_CODE}){{0,3}}m|\A\r\x1b\[K)")
"""What our own lines use: colours and weights, and the line of progress that is drawn anew."""
_ORDER = re.compile(r"(?m)^(?P<head>[^\S\n]*):(?=:)|#(?=#(?:\[|vso\[|teamcity\[))")
"""A line's start or a place that a runner of GitHub, Azure or TeamCity takes for a command."""


def inert(text: str) -> str:
    """Return a text in which each control character is shown, as in JSON, and none acts."""
    return _ORDER.sub(_apart, _ACTS.sub(_shown, text))


def inert_but_colours(text: str) -> str:
    """Return the same of a line of ours, whose own colours stay."""
    if "\x1b" not in text:
        return inert(text)
    parts = _COLOURED.split(text)
    return "".join(part if number % 2 else inert(part) for number, part in enumerate(parts))


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    # In JSON's way: within a text of JSON it stays the same text.
    return "\n" if character == "\r\n" else f"\\u{ord(character):04x}"


def _apart(found: re.Match[str]) -> str:
    return f"{found[0]} "
