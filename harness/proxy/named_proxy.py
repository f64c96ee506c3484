"""One proxy of the API: a listener, its links, its toxics and its records."""

import asyncio
import time
from collections.abc import Sequence

from harness.address import Address
from harness.proxy import kinds
from harness.proxy.equipment import Equipment, ToxicSettings
from harness.proxy.evidence.recorder import Recorder
from harness.proxy.link import Link
from harness.proxy.refusals import Counting, as_record, count_refusals
from harness.proxy.timer import Timers
from harness.proxy.watcher import Watcher
from harness.records import Ending, Evidence, Refusals


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
        self._how_to_count = counting
        self._recorder = Recorder(name, protocol)
        self._server: asyncio.Server | None = None
        self._links: dict[int, Link] = {}
        self.equipment = Equipment(name, seed, self._links)
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
        self.equipment.equip(link)
        return watch

    def closed(self, link: Link) -> None:
        """Forget a link."""
        del self._links[link.number]
        self.equipment.forget(link)

    # Toxics.

    @property
    def toxics(self) -> Sequence[ToxicSettings]:
        """The toxics, in the order in which they were added."""
        return self.equipment.settings

    def remove(self, settings: ToxicSettings) -> None:
        """Take a toxic away; what it held goes at once."""
        if kinds.closes_on_removal(settings.kind):
            self.close_links()
        self.equipment.remove(settings)

    # Evidence.

    def evidence(self, since: float) -> Evidence:
        """Return what was recorded at or after `since`."""
        outages = list(self._outages)
        if self._counting is not None:
            outages.append(self._outage(None))
        return self._recorder.evidence(since, tuple(outages), self.equipment.touches())
