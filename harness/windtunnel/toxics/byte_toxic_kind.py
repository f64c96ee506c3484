"""Kinds of toxics that act on one direction's bytes."""

import time
from collections.abc import Mapping
from typing import Any

from windtunnel.toxics.connection_toxic import ByteToxic
from windtunnel.toxics.toxic_kind import Strike, ToxicKind, Value


class ByteToxicKind(ToxicKind):
    """A kind that acts on one direction's bytes, by an object for each connection."""

    def __init__(self, name: str, toxic: type[ByteToxic]) -> None:
        super().__init__(name)
        self.toxic = toxic
        self.closes_on_removal = toxic.closes_on_removal

    @property
    def defaults(self) -> Mapping[str, Value]:
        """The attributes, and what each is where it is not given."""
        return self.toxic.defaults

    def mistake(self, attributes: Mapping[str, Any]) -> str:
        """Return what is wrong with these attributes, or ""."""
        return self.toxic.mistake(attributes)

    def strike(self, strike: Strike) -> ByteToxic | None:
        """Return the toxic for one connection, or None where it spares it."""
        if self.toxic.only_new and strike.opened < strike.added:
            return None
        opened = strike.opened
        if self.toxic.counts_from_its_coming:
            opened = max(opened, time.monotonic())
        toxic = self.toxic(strike.attributes, strike.chance, opened)
        toxic.stream = strike.stream
        toxic.activity = strike.activity
        return toxic
