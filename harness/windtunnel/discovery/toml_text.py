"""Values as TOML on one line, and texts that no line may hold."""

import json
import re
from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_UNWRITABLE = re.compile(r"[\x00-\x08\n-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def toml(value: object) -> str:
    """Return a text, number, list or table of these as TOML on one line."""
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        return (
            "{ " + ", ".join(f"{key(name)} = {toml(each)}" for name, each in value.items()) + " }"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def key(name: str) -> str:
    """Return a key, in quotes where it needs them."""
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def one_line(line: str) -> str:
    """Show what no line of TOML may hold: a file's or a variable's name may be anything."""
    return _UNWRITABLE.sub(
        lambda found: f"\\u{ord(found[0]):04x}" if found[0] < "\ud800" else "?", line
    )
