"""One proxy of the API: a listener, its links, its toxics and its records."""

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.address import Address
from harness.proxy.evidence.recorder import Recorder
from harness.proxy.link import Link, Watcher
from harness.proxy.refusals import Counting, as_record, count_refusals
from harness.proxy.timer import Timers
from harness.proxy.toxics import KINDS, Toxic
from harness.records import Ending, Evidence, Refusals, Touch


@dataclass(slots=True, eq=False)
class ToxicSettings:
    """A toxic as the API has it; each connection has a Toxic of its own made from it."""

    name: str
    kind: str
    stream: str
    toxicity: float
    attributes: dict[str, int] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    """Numbers of the connections on which it saw traffic."""


class NamedProxy:
    """Listens for the target and leads to one dependency."""

    def __init__(
        self,
        name: str,
        listen: str,
        upstream: str,
        *,
        protocol: str,
        seed: int,
        counting: str,
        timers: Timers,
    ) -> None:
        self.name = name
        self.listen = listen
        self.upstream_text = upstream
        self.protocol = protocol
        self.timers = timers
        self.enabled = False
        self.toxics: list[ToxicSettings] = []
        self._seed = seed
        self._how_to_count = counting
        self._recorder = Recorder(name, protocol)
        self._server: asyncio.Server | None = None
        self._links: dict[int, Link] = {}
        self._made: dict[tuple[int, str], Toxic] = {}
        self._outages: list[Refusals] = []
        self._counting: Counting | None = None
        self._refusing_since = 0.0
        self._cut = 0

    def __repr__(self) -> str:
        state = "listens" if self.enabled else "refuses"
        return f"<NamedProxy {self.name} {state} at {self.listen} for {self.upstream_text}>"

    # Listening and refusing.

    async def start(self) -> None:
        """Listen; OSError where the address cannot be had."""
        host, _, port = self.listen.rpartition(":")
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Link(self).target, host.strip("[]") or None, int(port), backlog=1024
        )
        bound = self._server.sockets[0].getsockname()
        self.listen = str(Address(bound[0] if ":" not in bound[0] else f"[{bound[0]}]", bound[1]))
        self.enabled = True
        if self._counting is not None:
            self._outages.append(self._outage(time.monotonic()))
            self._counting.stop()
            self._counting = None

    async def stop(self) -> None:
        """Refuse connections and cut the live ones."""
        if self._server is None:
            return
        port = self._server.sockets[0].getsockname()[1]
        # Counting begins before the listener closes, or the first refusals would be missed.
        self._counting = count_refusals(port, self._how_to_count)
        self._server.close()
        self._server = None
        self.enabled = False
        self._refusing_since = time.monotonic()
        self._cut = len(self._links)
        self.close_links()

    def discard(self) -> None:
        """Be gone, without counting."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.enabled = False
        self.close_links()
        if self._counting is not None:
            self._counting.stop()
            self._counting = None

    def close_links(self) -> None:
        """Close every live connection."""
        for link in list(self._links.values()):
            link.end(Ending.FAULT, reset=False)

    def read_counters(self) -> None:
        """Take a reading of what is only counted."""
        if self._counting is not None:
            self._counting.read()

    def _outage(self, until: float | None) -> Refusals:
        assert self._counting is not None  # noqa: S101 - only asked during an outage
        return as_record(self.name, self._counting, self._refusing_since, until, self._cut)

    # Links; see link.Owner.

    @property
    def upstream(self) -> tuple[str, int]:
        """Where the dependency listens."""
        host, _, port = self.upstream_text.rpartition(":")
        return host.strip("[]"), int(port)

    def opened(self, link: Link) -> Watcher:
        """Give a new link its number, its toxics and its record."""
        watch = self._recorder.opened(link.opened)
        link.number = watch.number
        self._links[link.number] = link
        self._equip(link, flush=False)
        return watch

    def closed(self, link: Link) -> None:
        """Forget a link."""
        del self._links[link.number]
        for settings in self.toxics:
            toxic = self._made.pop((link.number, settings.name), None)
            if toxic is not None and toxic.touched:
                settings.touched.add(link.number)

    # Toxics.

    def toxic(self, name: str) -> ToxicSettings | None:
        """Return the toxic of this name, or None."""
        return next((settings for settings in self.toxics if settings.name == name), None)

    def add(self, settings: ToxicSettings) -> None:
        """Put a toxic at the end of its direction's chain, on live connections too."""
        self.toxics.append(settings)
        for link in list(self._links.values()):
            self._equip(link, flush=False)

    def remove(self, settings: ToxicSettings) -> None:
        """Take a toxic away; what it held goes at once."""
        self.toxics.remove(settings)
        if KINDS[settings.kind].closes_on_removal:
            self.close_links()
        for link in list(self._links.values()):
            self._made.pop((link.number, settings.name), None)
            self._equip(link, flush=True)

    def change(
        self, settings: ToxicSettings, attributes: Mapping[str, int], toxicity: float
    ) -> None:
        """Change a toxic's attributes and toxicity, on live connections too."""
        settings.attributes.update(attributes)
        redrawn = settings.toxicity != toxicity
        settings.toxicity = toxicity
        for link in list(self._links.values()):
            if redrawn:
                self._made.pop((link.number, settings.name), None)
            self._equip(link, flush=True)

    def _equip(self, link: Link, *, flush: bool) -> None:
        for stream, direction in (("upstream", link.upstream), ("downstream", link.downstream)):
            chain = [
                toxic
                for settings in self.toxics
                if settings.stream.lower() == stream
                and (toxic := self._of(link, settings)) is not None
            ]
            if chain != direction.pipeline.toxics or flush:
                direction.replace(chain, flush=flush)

    def _of(self, link: Link, settings: ToxicSettings) -> Toxic | None:
        """Return the link's own toxic, or None where toxicity spared it."""
        made = self._made.get((link.number, settings.name))
        if made is not None:
            return made
        # Drawn from the seed, so that the same connections are struck in a replay.
        chance = random.Random(  # noqa: S311 - replayable, not secret
            f"{self._seed} {self.name} {settings.name} {link.number}"
        )
        if chance.random() >= settings.toxicity:
            return None
        began = max(link.opened, time.monotonic()) if settings.kind == "timeout" else link.opened
        toxic = KINDS[settings.kind](settings.attributes, chance, began)
        self._made[link.number, settings.name] = toxic
        return toxic

    # Evidence.

    def evidence(self, since: float) -> Evidence:
        """Return what was recorded at or after `since`."""
        outages = list(self._outages)
        if self._counting is not None:
            outages.append(self._outage(None))
        touches = []
        for settings in self.toxics:
            live = {
                number
                for (number, name), toxic in self._made.items()
                if name == settings.name and toxic.touched
            }
            touches.append(
                Touch(
                    dependency=self.name,
                    toxic=settings.name,
                    connections=len(settings.touched | live),
                )
            )
        return self._recorder.evidence(since, tuple(outages), tuple(touches))
