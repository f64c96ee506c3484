"""What a toxic is to one connection: on its bytes, on its exchanges, or on its handshake."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

from windtunnel.toxics.chunk import Action, Activity, Chunk

Stream: TypeAlias = Literal["upstream", "downstream"]


class ConnectionToxic(Protocol):
    """What a toxic is to one of its proxy's connections."""

    touched: float | None
    """When it last altered something."""

    def place(self, placement: "Placement") -> None:
        """Join those toxics of the connection that act on the same."""
        ...

    @property
    def held_stream(self) -> Stream | None:
        """The direction in which something may wait because of it, or None."""
        ...

    def let_go(self) -> None:
        """Release what it holds outside of a pipeline, because it was changed or removed."""
        ...


class ByteToxic:
    """One toxic on one direction of one connection.

    `pass_on` gets each chunk once, in order, and returns what becomes of it. Times are in seconds;
    attributes are integers in the units of Toxiproxy's API.
    """

    defaults: ClassVar[Mapping[str, int]] = {}
    closes_on_removal: ClassVar[bool] = False
    only_new: ClassVar[bool] = False
    """Whether connections that were open before the toxic are spared."""
    counts_from_its_coming: ClassVar[bool] = False
    """Whether an older connection counts as opened when the toxic was added."""
    touches_all: ClassVar[bool] = True
    """Whether it alters every chunk. Otherwise it sets `touched` itself."""

    def __init__(self, attributes: Mapping[str, int], chance: random.Random, opened: float) -> None:
        self.attributes = attributes
        """Shared with the API, so that an update takes effect here."""
        self.chance = chance
        self.opened = opened
        self.stream: Stream = "downstream"
        self.activity = Activity()
        """The connection's, once the toxic is on one."""
        self.touched: float | None = None
        """When it last saw traffic."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict(self.attributes)}>"

    @staticmethod
    def mistake(attributes: Mapping[str, int]) -> str:
        """Return what is wrong with these attributes, or ""."""
        negative = [name for name, value in attributes.items() if value < 0]
        return f"{negative[0]} must not be negative" if negative else ""

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Return the chunks that a chunk becomes."""
        raise NotImplementedError

    @property
    def holds(self) -> bool:
        """Whether chunks may wait because of it. They go when it is changed or removed."""
        return True

    def release(self, now: float) -> None:
        """Forget plans for later than `now`: all that waits goes at once."""

    def wake(self) -> float | None:
        """Return when `woken` wants to be called if no chunk comes before, or None."""
        return None

    def woken(self, now: float) -> list[Chunk]:
        """Return chunks that the toxic itself sends at the time it asked for."""
        return []

    # TLS that ends at the proxy: the handshake's bytes go through no pipeline.

    def delay_handshake(self, due: float) -> float:
        """Return when a flight of a TLS handshake has passed that is due at `due`.

        Only what makes a network slow delays it; math.inf means that it never arrives.
        """
        return due

    def _as_data(self, due: float) -> float:
        """Return when a chunk of data has passed that is due at `due`."""
        if self.touches_all:
            self.touched = due
        (chunk,) = self.pass_on(Chunk(due, b"hello"))
        return chunk.due

    # What the proxy asks of every toxic; see ConnectionToxic.

    def place(self, placement: "Placement") -> None:
        """Join the chain of its direction."""
        placement.chains[self.stream].append(self)

    @property
    def held_stream(self) -> Stream | None:
        """The direction in which something may wait because of it, or None."""
        return self.stream if self.holds else None

    def let_go(self) -> None:
        """Hold back nothing besides what waits in the pipeline."""


class ExchangeNotes(Protocol):
    """What a mediator reports to the records."""

    def struck(self, place: int, toxic: str) -> None:
        """Record that a toxic altered the exchange at this place on the connection."""
        ...

    def kept(self, place: int) -> None:
        """Record that the dependency does not get the request at this place."""
        ...

    def dependency_answered(self, place: int, status: str) -> None:
        """Record that the dependency answered the request at this place, wholly.

        What the target gets of the answer is another matter.
        """
        ...

    def notice(self, text: str) -> None:
        """Record what could not be done."""
        ...


class AnswerPart(Protocol):
    """Some bytes of an answer, due at a time of the monotonic clock."""

    due: float
    data: bytes
    action: Action


class ExchangeMediator(Protocol):
    """Stands between both directions of a connection; a protocol's own. Pure: it does no I/O."""

    @property
    def crowded(self) -> bool:
        """Whether more requests wait for their answers than should."""
        ...

    def use(self, toxics: Sequence["ExchangeToxic"]) -> None:
        """Let these toxics strike, and no others."""
        ...

    def request(self, data: bytes, now: float) -> tuple[bytes, Sequence[AnswerPart]]:
        """Return the bytes for the dependency, and answers that need no dependency."""
        ...

    def answer(self, data: bytes, now: float) -> Sequence[AnswerPart]:
        """Return the bytes for the target, and answers whose turn comes with them."""
        ...

    def finished(self, now: float) -> Sequence[AnswerPart]:
        """Return what the target gets before the dependency's end of data."""
        ...


class ExchangeToxic(ConnectionToxic, Protocol):
    """What a toxic on exchanges is to one connection."""

    def strike(
        self,
        request: Any,  # noqa: ANN401 - its protocol's own
        place: int,
        touched: Callable[[str], None],
    ) -> Any:  # noqa: ANN401 - its protocol's own
        """Return what happens to the exchange of a request, or None where it is spared.

        Only its protocol's mediator knows the types. `touched` is called with the toxic's name
        once the exchange is no longer what it would have been.
        """
        ...

    def mediate(
        self, toxics: Sequence["ExchangeToxic"], notes: ExchangeNotes, first: int
    ) -> ExchangeMediator:
        """Return a mediator of its protocol, for these toxics, from the exchange `first` on."""
        ...


class HandshakeToxic(ConnectionToxic, Protocol):
    """A toxic on the handshake of one connection, where its TLS is read."""

    name: str
    on_let_go: Callable[[], None]
    """Called when it is changed or removed: a handshake that it holds goes on."""

    @property
    def fault(self) -> str:
        """A `HandshakeFault` or a `Certificate` that is not good."""
        ...

    @property
    def delay(self) -> float:
        """Seconds; 0 unless it is slow."""
        ...

    @property
    def alert(self) -> bytes:
        """The alert's record, where the fault is one."""
        ...


@dataclass(slots=True)
class Placement:
    """The toxics of one connection, by what they act on; each puts itself where it belongs."""

    chains: dict[Stream, list[ByteToxic]] = field(
        default_factory=lambda: {"upstream": [], "downstream": []}
    )
    exchanges: list[ExchangeToxic] = field(default_factory=list)
    handshakes: list[HandshakeToxic] = field(default_factory=list)
