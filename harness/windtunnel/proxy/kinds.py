"""Every type of toxic that the API knows: on bytes, new connections, HTTP and TLS handshakes."""

from collections.abc import Mapping
from typing import Any

from windtunnel.proxy.http.effects import EFFECTS
from windtunnel.proxy.http.toxic import HttpToxic
from windtunnel.proxy.listener import Posture
from windtunnel.proxy.tls.toxic import KIND, TlsToxic
from windtunnel.proxy.toxics import KINDS

POSTURES = {
    "connect_black_hole": Posture.SWALLOW,
    "connect_refuse": Posture.REFUSE,
    "outage": Posture.REFUSE,
}
"""What the listener does to new connections, while live ones go on; an `outage` cuts those."""
NAMES = (*KINDS, *POSTURES, *EFFECTS, KIND)


def posture(kind: str) -> Posture | None:
    """Return what toxics of this type make the listener do, or None."""
    return POSTURES.get(kind)


def cuts(kind: str) -> bool:
    """Whether live connections end when a toxic of this type comes.

    It is to a disabled proxy what a toxic is to a setting: it has a name, and a lease of its own.
    """
    return kind == "outage"


def is_http(kind: str) -> bool:
    """Whether toxics of this type strike HTTP exchanges."""
    return kind in EFFECTS


def defaults(kind: str) -> dict[str, int | float | str]:
    """Return the attributes of a type, with their defaults, whose types are the attributes'."""
    if is_http(kind):
        return HttpToxic.defaults(kind)
    if kind == KIND:
        return dict(TlsToxic.defaults)
    return {} if kind in POSTURES else dict(KINDS[kind].defaults)


def mistake(kind: str, attributes: Mapping[str, Any]) -> str:
    """Return what is wrong with these attributes, or ""."""
    if is_http(kind):
        return HttpToxic.mistake(kind, attributes)
    if kind == KIND:
        return TlsToxic.mistake(attributes)
    return "" if kind in POSTURES else KINDS[kind].mistake(attributes)


def closes_on_removal(kind: str) -> bool:
    """Whether the connections of a proxy end when a toxic of this type goes."""
    return kind in KINDS and KINDS[kind].closes_on_removal
