"""Every type of toxic that the API knows: those on bytes, and those on HTTP exchanges."""

from collections.abc import Mapping
from typing import Any

from harness.proxy.http.effects import EFFECTS
from harness.proxy.http.toxic import HttpToxic
from harness.proxy.toxics import KINDS

NAMES = (*KINDS, *EFFECTS)


def is_http(kind: str) -> bool:
    """Whether toxics of this type strike HTTP exchanges."""
    return kind in EFFECTS


def defaults(kind: str) -> dict[str, int | float | str]:
    """Return the attributes of a type, with their defaults, whose types are the attributes'."""
    return HttpToxic.defaults(kind) if is_http(kind) else dict(KINDS[kind].defaults)


def mistake(kind: str, attributes: Mapping[str, Any]) -> str:
    """Return what is wrong with these attributes, or ""."""
    return HttpToxic.mistake(kind, attributes) if is_http(kind) else KINDS[kind].mistake(attributes)


def closes_on_removal(kind: str) -> bool:
    """Whether the connections of a proxy end when a toxic of this type goes."""
    return not is_http(kind) and KINDS[kind].closes_on_removal
