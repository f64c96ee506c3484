"""A proxy's toxics: their settings, and what they are on each of its connections."""

import random
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from windtunnel.proxy import kinds
from windtunnel.proxy.http.selection import Tally
from windtunnel.proxy.http.toxic import HttpToxic
from windtunnel.proxy.link import Link
from windtunnel.proxy.tls.toxic import KIND, TlsToxic
from windtunnel.proxy.toxics import KINDS, Toxic
from windtunnel.records import Touch

KEPT = 100_000
"""Ended connections that a toxic's count can tell from others by their time."""


Made = Toxic | HttpToxic | TlsToxic
"""What a proxy's toxic is to one of its connections."""


@dataclass(slots=True, eq=False)
class ToxicSettings:
    """A toxic as the API has it; each connection has one of its own made from it."""

    name: str
    kind: str
    stream: str
    toxicity: float
    attributes: dict[str, Any] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    lease: float | None = None
    added: float = field(default_factory=time.monotonic)
    touched: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    """When it last saw traffic on each connection that is over."""


class Equipment:
    """The toxics of one proxy, on its connections."""

    def __init__(self, proxy: str, seed: int, links: Mapping[int, Link]) -> None:
        self.settings: list[ToxicSettings] = []
        self._proxy = proxy
        self._seed = seed
        self._links = links
        self._made: dict[tuple[int, str], Made | None] = {}
        """By connection and name; None where toxicity spared the connection."""
        self._earlier: dict[tuple[int, str], float] = {}
        """When a toxic whose toxicity changed meanwhile last saw traffic on a live connection."""

    def __repr__(self) -> str:
        names = ", ".join(each.name for each in self.settings)
        return f"<Equipment of {self._proxy}: {names or 'no toxics'}>"

    def add(self, settings: ToxicSettings) -> None:
        """Put a toxic at the end of its direction's chain, on live connections too."""
        self.settings.append(settings)
        for link in self._live():
            self.equip(link)

    def remove(self, settings: ToxicSettings) -> None:
        """Take a toxic away; what waits where it held something goes at once."""
        self.settings.remove(settings)
        for link in self._live():
            made = self._made.pop((link.number, settings.name), None)
            self._earlier.pop((link.number, settings.name), None)
            if isinstance(made, HttpToxic):
                link.mediation.drop(made)
            if isinstance(made, TlsToxic):
                made.held()
            self.equip(link, flush=_held(settings, made))

    def struck(self, settings: ToxicSettings) -> list[Link]:
        """Return the live connections that toxicity did not spare."""
        return [link for link in self._live() if self._made.get((link.number, settings.name))]

    def change(
        self, settings: ToxicSettings, attributes: Mapping[str, Any], toxicity: float
    ) -> None:
        """Change a toxic's attributes and toxicity, on live connections too."""
        settings.attributes.update(attributes)
        redrawn = settings.toxicity != toxicity
        settings.toxicity = toxicity
        for link in self._live():
            made = self._made.get((link.number, settings.name))
            if redrawn:
                self._redraw(link, settings)
            self.equip(link, flush=_held(settings, made))
            if isinstance(made, TlsToxic):
                made.held()

    def _redraw(self, link: Link, settings: ToxicSettings) -> None:
        """Strike or spare a connection anew; a toxic that strikes it still goes on as it is."""
        key = (link.number, settings.name)
        before, after = self._made.get(key), self._make(link, settings)
        if before is not None and after is not None:
            return
        touched = self._touched(key)
        if touched is not None:
            self._earlier[key] = touched
        self._made[key] = after
        if isinstance(before, HttpToxic):
            link.mediation.drop(before)

    def on_handshake(self, link: Link) -> list[TlsToxic]:
        """Return the `tls` toxics that strike a connection's handshake, in their order."""
        made = (self._made.get((link.number, settings.name)) for settings in self.settings)
        return [toxic for toxic in made if isinstance(toxic, TlsToxic)]

    def _live(self) -> Collection[Link]:
        return list(self._links.values())

    def equip(self, link: Link, *, flush: str = "") -> None:
        """Give a connection the toxics that strike it; what waits in the stream `flush` goes."""
        chains: dict[str, list[Toxic]] = {"upstream": [], "downstream": []}
        on_http: list[HttpToxic] = []
        for settings in self.settings:
            made = self._of(link, settings)
            if isinstance(made, HttpToxic):
                on_http.append(made)
            elif made is not None and not isinstance(made, TlsToxic):
                chains[settings.stream.lower()].append(made)
        link.mediation.use(on_http)
        for stream, direction in (("upstream", link.upstream), ("downstream", link.downstream)):
            if chains[stream] != direction.pipeline.toxics or stream == flush:
                direction.replace(chains[stream], flush=stream == flush)

    def _of(self, link: Link, settings: ToxicSettings) -> Made | None:
        """Return the link's own toxic, or None where toxicity spared it."""
        key = (link.number, settings.name)
        if key not in self._made:
            self._made[key] = self._make(link, settings)
        return self._made[key]

    def _make(self, link: Link, settings: ToxicSettings) -> Made | None:
        # Drawn from the seed, so that the same connections are struck in a replay.
        chance = self._chance(settings.name, link.number)
        if chance.random() >= settings.toxicity:
            return None
        if kinds.posture(settings.kind) is not None:
            return None
        if kinds.is_http(settings.kind):
            draw = partial(self._chance, settings.name, link.number)
            return HttpToxic(
                settings.name, settings.kind, settings.attributes, tally=settings.tally, draw=draw
            )
        if settings.kind == KIND:
            return TlsToxic(settings.name, settings.attributes)
        if KINDS[settings.kind].only_new and link.opened < settings.added:
            return None
        began = max(link.opened, time.monotonic()) if settings.kind == "timeout" else link.opened
        toxic = KINDS[settings.kind](settings.attributes, chance, began)
        toxic.activity = link.activity
        return toxic

    def _chance(self, *place: object) -> random.Random:
        text = " ".join(map(str, (self._seed, self._proxy, *place)))
        return random.Random(text)  # noqa: S311 - replayable, not secret

    def forget(self, link: Link) -> None:
        """Keep of a connection that is over only whether the toxics touched it."""
        for settings in self.settings:
            key = (link.number, settings.name)
            touched = self._touched(key)
            if touched is not None:
                settings.touched.append(touched)
            self._made.pop(key, None)
            self._earlier.pop(key, None)

    def touches(self, since: float) -> tuple[Touch, ...]:
        """Return what each toxic has touched at or after `since`."""
        return tuple(
            Touch(
                dependency=self._proxy,
                toxic=settings.name,
                connections=sum(
                    at >= since for at in (*settings.touched, *self._live_touches(settings.name))
                ),
                exchanges=sum(at >= since for at in settings.tally.struck),
            )
            for settings in self.settings
        )

    def _live_touches(self, name: str) -> Iterator[float]:
        for number in self._links:
            touched = self._touched((number, name))
            if touched is not None:
                yield touched

    def _touched(self, key: tuple[int, str]) -> float | None:
        """Return when a toxic last saw traffic on a connection, its toxicity then being any."""
        made = self._made.get(key)
        if made is not None and made.touched is not None:
            return made.touched
        return self._earlier.get(key)


def _held(settings: ToxicSettings, made: Made | None) -> str:
    """Return the stream in which a connection's toxic may hold something, or ""."""
    if isinstance(made, HttpToxic):
        return "downstream" if made.touched is not None else ""
    return settings.stream.lower() if isinstance(made, Toxic) and made.holds else ""
