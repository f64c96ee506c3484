"""One HTTP toxic on one connection: picks requests, and makes the effects that strike them."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from windtunnel.protocols.http.answer_effect import AnswerEffect
from windtunnel.protocols.http.mediator import HttpMediator
from windtunnel.protocols.http.message_heads import Message
from windtunnel.protocols.http.selection import RequestSelection
from windtunnel.toxics.connection_toxic import ExchangeNotes, ExchangeToxic, Placement, Stream
from windtunnel.toxics.toxic_kind import ExchangeTally


class HttpToxic:
    """What an HTTP toxic is to one of its proxy's connections."""

    def __init__(
        self,
        name: str,
        effect: type[AnswerEffect],
        attributes: Mapping[str, Any],
        *,
        tally: ExchangeTally,
        draw: Callable[[int, str], random.Random],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.touched: float | None = None
        """When it last altered an exchange."""
        self._clock = clock
        self._effect = effect
        self._attributes = attributes
        """Shared with the API, so that an update takes effect here."""
        self._tally = tally
        self._draw = draw
        """Returns a chance by a request's place on the connection, and by what is drawn for, from
        the seed alone."""

    def __repr__(self) -> str:
        return f"<HttpToxic {self.name}: {self._effect.__name__} {dict(self._attributes)}>"

    def strike(
        self, request: Message, place: int, touched: Callable[[str], None]
    ) -> AnswerEffect | None:
        """Return what happens to this request's exchange, or None where it is spared."""
        selection = RequestSelection.of(self._attributes)
        if not selection.strikes(request, self._tally, partial(self._draw, place, "whether")):
            return None

        def touch() -> None:
            self.touched = self._clock()
            self._tally.struck.append(self.touched)
            touched(self.name)

        return self._effect(self._attributes, partial(self._draw, place, "how"), touch)

    def mediate(
        self, toxics: Sequence[ExchangeToxic], notes: ExchangeNotes, first: int
    ) -> HttpMediator:
        """Return a mediator for these toxics, from the exchange `first` on."""
        return HttpMediator(toxics, notes, first)

    def place(self, placement: Placement) -> None:
        """Join the toxics on the connection's exchanges."""
        placement.exchanges.append(self)

    @property
    def held_stream(self) -> Stream | None:
        """The direction in which parts of an answer may wait because of it, or None."""
        return "downstream" if self.touched is not None else None

    def let_go(self) -> None:
        """Hold nothing back besides what waits in the pipeline."""
