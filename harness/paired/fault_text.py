"""Reads a fault as a person types it: "latency catalog seconds=0.1"."""

import dataclasses
import shlex
from typing import Any

import faults
from faults import Fault
from harness.errors import ConfigurationError, suggestion


def kinds() -> dict[str, Any]:
    """Return every fault's class by the name under which it is typed: lower case, no hyphens."""
    found = (getattr(faults, name) for name in faults.__all__)
    return {kind.__name__.lower(): kind for kind in found if hasattr(kind, "needs")}


def parse(text: str) -> Fault:
    """Return the fault that a text names; ConfigurationError with what was expected.

    First the kind, then the dependency, then its settings as name=value.
    """
    words = shlex.split(text)
    known = kinds()
    name = words[0].replace("-", "").lower() if words else ""
    if name not in known:
        raise ConfigurationError(f"fault {text!r}: no such fault{suggestion(name, known)}")
    if len(words) < 2 or "=" in words[1]:
        raise ConfigurationError(
            f"fault {text!r}: expected a dependency after it, as in '{name} catalog'"
        )
    settings = {}
    fields = {f.name: f for f in dataclasses.fields(known[name]) if f.name != "dependency"}
    for word in words[2:]:
        setting, _, value = word.partition("=")
        if setting not in fields:
            raise ConfigurationError(
                f"fault {text!r}: no setting {setting!r}{suggestion(setting, fields)}"
            )
        settings[setting] = _value(value)
    try:
        fault: Fault = known[name](words[1], **settings)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"fault {text!r}: {error}") from None
    return fault


def _value(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
