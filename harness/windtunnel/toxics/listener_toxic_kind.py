"""Toxics that act on new connections, by what the listener does with them."""

from collections.abc import Mapping
from typing import Any

from windtunnel.toxics.listener_posture import ListenerPosture
from windtunnel.toxics.toxic_kind import Strike, ToxicKind, Value


class ListenerToxicKind(ToxicKind):
    """A kind that turns new connections away while live ones go on, unless it cuts them.

    It has no attributes, and no toxic on a connection: what it turns away never becomes one.
    """

    def __init__(self, name: str, posture: ListenerPosture, *, cuts_live: bool = False) -> None:
        super().__init__(name)
        self.posture = posture
        self.cuts_live = cuts_live

    @property
    def defaults(self) -> Mapping[str, Value]:
        """No attributes."""
        return {}

    def mistake(self, attributes: Mapping[str, Any]) -> str:
        """Return nothing: there is nothing to be wrong."""
        return ""

    def toxicity_mistake(self, toxicity: float) -> str:
        """Return what is wrong with a toxicity that would spare some connections."""
        if toxicity == 1:
            return ""
        return f"toxicity of {self.name} must be 1: the system turns connections away, unseen by us"

    def strike(self, strike: Strike) -> None:
        """Return None: an accepted connection is spared."""
