"""One HTTP toxic on one connection: picks requests, and makes the effects that strike them."""

import random
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from windtunnel.proxy.http.effects import EFFECTS, Effect
from windtunnel.proxy.http.framing import Message
from windtunnel.proxy.http.selection import Selection, Tally


class HttpToxic:
    """What a proxy's toxic is to one of its connections."""

    closes_on_removal: ClassVar[bool] = False

    def __init__(
        self,
        name: str,
        kind: str,
        attributes: Mapping[str, Any],
        *,
        tally: Tally,
        draw: Callable[[int, str], random.Random],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.touched: float | None = None
        """When it last altered an exchange."""
        self._clock = clock
        self._effect = EFFECTS[kind]
        self._attributes = attributes
        """Shared with the API, so that an update takes effect here."""
        self._tally = tally
        self._draw = draw
        """Returns a chance by a request's place on the connection, and by what is drawn for, from
        the seed alone."""

    def __repr__(self) -> str:
        return f"<HttpToxic {self.name}: {self._effect.__name__} {dict(self._attributes)}>"

    @staticmethod
    def defaults(kind: str) -> dict[str, int | float | str]:
        """Return the attributes of a kind, and their defaults."""
        return {**EFFECTS[kind].defaults, **Selection.defaults}

    @staticmethod
    def mistake(kind: str, attributes: Mapping[str, Any]) -> str:
        """Return what is wrong with these attributes, or ""."""
        return EFFECTS[kind].mistake(attributes) or Selection.of(attributes).mistake

    def strike(self, request: Message, place: int, touched: Callable[[str], None]) -> Effect | None:
        """Return what happens to this request's exchange, or None where it is spared."""
        selection = Selection.of(self._attributes)
        if not selection.strikes(request, self._tally, partial(self._draw, place, "whether")):
            return None

        def touch() -> None:
            self.touched = self._clock()
            self._tally.struck.append(self.touched)
            touched(self.name)

        return self._effect(self._attributes, partial(self._draw, place, "how"), touch)
