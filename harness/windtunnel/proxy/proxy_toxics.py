"""A proxy's toxics, and what each of them is on each of its connections."""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from windtunnel.proxy.link import Link
from windtunnel.proxy.toxic_settings import ToxicSettings
from windtunnel.records import Touch
from windtunnel.toxics.connection_toxic import (
    ConnectionToxic,
    HandshakeToxic,
    Placement,
    Stream,
)
from windtunnel.toxics.toxic_kind import Strike


class ProxyToxics:
    """The toxics of one proxy, on its connections."""

    def __init__(
        self, proxy: str, seed: int, links: Mapping[int, Link], *, tells_calls_apart: bool
    ) -> None:
        self.settings: list[ToxicSettings] = []
        self._proxy = proxy
        self._seed = seed
        self._links = links
        self._tells_calls_apart = tells_calls_apart
        self._made: dict[tuple[int, str], ConnectionToxic | None] = {}
        """By connection and name; None where the connection is spared."""
        self._earlier: dict[tuple[int, str], float] = {}
        """When a toxic whose toxicity changed meanwhile last saw traffic on a live connection."""

    def __repr__(self) -> str:
        names = ", ".join(each.name for each in self.settings)
        return f"<ProxyToxics of {self._proxy}: {names or 'no toxics'}>"

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
            self._equip_after_change(link, made)

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
            self._equip_after_change(link, made)

    def _equip_after_change(self, link: Link, before: ConnectionToxic | None) -> None:
        """Equip a connection anew; what its toxic held goes at once."""
        self.equip(link, flush=None if before is None else before.held_stream)
        if before is not None:
            before.let_go()

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

    def on_handshake(self, link: Link) -> Sequence[HandshakeToxic]:
        """Return the toxics that strike a connection's handshake, in their order."""
        placement = Placement()
        for settings in self.settings:
            made = self._made.get((link.number, settings.name))
            if made is not None:
                made.place(placement)
        return placement.handshakes

    def _live(self) -> Collection[Link]:
        return list(self._links.values())

    def equip(self, link: Link, *, flush: Stream | None = None) -> None:
        """Give a connection the toxics that strike it; what waits in the stream `flush` goes."""
        placement = Placement()
        for settings in self.settings:
            made = self._of(link, settings)
            if made is not None:
                made.place(placement)
        link.interception.use(placement.exchanges)
        for stream, chain in placement.chains.items():
            direction = link.directions[stream]
            if chain != direction.pipeline.toxics or stream == flush:
                direction.replace(chain, flush=stream == flush)

    def _of(self, link: Link, settings: ToxicSettings) -> ConnectionToxic | None:
        """Return the link's own toxic, or None where it is spared."""
        key = (link.number, settings.name)
        if key not in self._made:
            self._made[key] = self._make(link, settings)
        return self._made[key]

    def _make(self, link: Link, settings: ToxicSettings) -> ConnectionToxic | None:
        # Drawn from the seed, so that the same connections are struck in a replay.
        chance = self._chance(settings.name, link.number)
        if chance.random() >= settings.toxicity:
            return None
        link.activity.used = link.upstream.counts.taken > 0
        link.activity.tells_calls_apart = self._tells_calls_apart
        return settings.kind.strike(
            Strike(
                name=settings.name,
                stream=settings.direction,
                attributes=settings.attributes,
                added=settings.added,
                tally=settings.tally,
                opened=link.opened,
                activity=link.activity,
                chance=chance,
                draw=partial(self._chance, settings.name, link.number),
            )
        )

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
