"""One proxy of the API: a listener, its links, its toxics and its records."""

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

from windtunnel.address import Address
from windtunnel.protocols.request_fields import RequestFields
from windtunnel.protocols.wire_protocol import WireProtocol
from windtunnel.proxy.api_errors import ApiError, ErrorCode
from windtunnel.proxy.evidence.dependency_recorder import DependencyRecorder
from windtunnel.proxy.evidence.totals import Totals
from windtunnel.proxy.link import Link
from windtunnel.proxy.listener import Listener
from windtunnel.proxy.proxy_toxics import ProxyToxics
from windtunnel.proxy.request_bodies import address
from windtunnel.proxy.server_context import ServerContext
from windtunnel.proxy.tls.proxy_tls import ProxyTls
from windtunnel.proxy.tls.settings import InvalidTls, TlsSettings
from windtunnel.proxy.toxic_settings import ToxicSettings
from windtunnel.proxy.traffic_observer import TrafficObserver
from windtunnel.records import Ending, Evidence, Touch
from windtunnel.toxics.listener_posture import ListenerPosture
from windtunnel.toxics.toxic_kind import ToxicKind


class NamedProxy:
    """Listens for the target and leads to one dependency."""

    def __init__(
        self,
        name: str,
        listen: str,
        upstream: str,
        *,
        protocol: WireProtocol,
        context: ServerContext,
        tls: TlsSettings | None = None,
    ) -> None:
        self.name = name
        self.listen = listen
        self.upstream_text = upstream
        self.protocol = protocol
        self.enabled = False
        self.decisions = 0
        """How often it was decided that it does not listen, or listens elsewhere."""
        self.lease: float | None = None
        self.timers = context.timers
        self._context = context
        self._recorder = DependencyRecorder(name, protocol, context.events)
        self._listener = Listener(
            name,
            self._accept,
            context.counting,
            lambda text: self._recorder.notice(text, time.monotonic()),
        )
        self._links: dict[int, Link] = {}
        self._cut_at = -math.inf
        """When the live connections were cut last."""
        self._deleted = False
        self._toxics = ProxyToxics(
            name, context.seed, self._links, tells_calls_apart=protocol.separates_calls
        )
        self._changing = asyncio.Lock()
        """Changes of the listener wait for each other: they take their time."""
        self._tls = ProxyTls(
            protocol=protocol,
            authority=context.authority,
            timers=context.timers,
            address=lambda text: address("upstream", text or self.upstream_text),
            toxics=self._toxics.on_handshake,
            report=lambda link, handshake: self._recorder.shook(link.number, handshake),
            notice=lambda link, text: self._recorder.overlooked(link.number, text),
        )
        self.secure(tls)

    def __repr__(self) -> str:
        posture = self._listener.posture.value
        return f"<NamedProxy {self.name} {posture} at {self.listen} for {self.upstream_text}>"

    # Listening and refusing.

    async def start(self) -> None:
        """Listen; OSError where the address cannot be had. Tries again where it could not be."""
        async with self._changing:
            if not self.enabled or self._listener.posture is not self._posture():
                await self._take(enabled=True)
                self._publish("enabled")

    async def stop(self) -> None:
        """Refuse connections and cut the live ones."""
        self.decisions += 1
        async with self._changing:
            self._check_there()
            if self.enabled:
                await self._take(enabled=False)
                self.close_links()
                self._publish("disabled")

    async def move(self, listen: str, upstream: str) -> None:
        """Leave an address for another one; live connections are cut."""
        async with self._changing:
            self._check_there()
            await self._listener.let_in()
            self._leave()
            self.listen, self.upstream_text = listen, upstream
            self._publish("moved", listen=listen, upstream=upstream)

    def _posture(self) -> ListenerPosture:
        """Return the posture that follows from the toxics while the proxy is enabled."""
        wanted = {settings.kind.posture for settings in self.toxics}
        order = (ListenerPosture.REFUSE, ListenerPosture.SWALLOW)
        return next((each for each in order if each in wanted), ListenerPosture.ACCEPT)

    async def _take(self, *, enabled: bool, cutting: bool = False) -> None:
        """Take the posture that follows from being enabled, and from the toxics.

        `cutting` says that the live connections are about to be cut although it stays enabled.
        """
        self._check_there()
        posture = self._posture() if enabled else ListenerPosture.REFUSE
        if posture is not ListenerPosture.ACCEPT:
            # To be closed in order rather than reset.
            await self._listener.let_in()
            self._check_there()
        host, port = address("listen", self.listen)
        cut = len(self._links) if cutting or not enabled else 0
        bound = await self._listener.take(posture, host, port, cut=cut)
        if self._deleted:
            self._leave()
        self._check_there()
        if bound is not None:
            self.listen = str(Address(*bound))
        self.enabled = enabled

    def _check_there(self) -> None:
        """Raise ApiError where it was deleted: what waited for its turn would listen again."""
        if self._deleted:
            raise ApiError(404, ErrorCode.PROXY_NOT_FOUND, "proxy not found")

    async def delete(self) -> None:
        """Close in order whoever has connected, and be gone."""
        async with self._changing:
            await self._listener.let_in()
            self.discard()

    def discard(self) -> None:
        """Be gone for good, without counting."""
        self._deleted = True
        self._leave()

    def _leave(self) -> None:
        self.decisions += 1
        self._listener.close()
        self._listener.stop_counting()
        self.enabled = False
        self.close_links()

    def close_links(self) -> None:
        """Close every live connection, and those that were accepted and are not made yet."""
        self._cut_at = time.monotonic()
        for link in list(self._links.values()):
            _end_by_fault(link)

    # TLS.

    @property
    def tls(self) -> TlsSettings | None:
        """What is done with TLS, or None."""
        return self._tls.settings

    def secure(self, wanted: TlsSettings | None) -> None:
        """Do this with the TLS of new connections; None changes nothing. Raises ApiError."""
        try:
            self._tls.use(wanted, [(each.kind, each.attributes) for each in self.toxics])
        except InvalidTls as error:
            raise ApiError(400, ErrorCode.INVALID_TLS, str(error)) from None

    def check_toxic(self, kind: ToxicKind, attributes: Mapping[str, Any]) -> None:
        """Raise ApiError where a toxic could strike nothing in what is done with TLS."""
        try:
            self._tls.check_toxic(kind, attributes)
        except InvalidTls as error:
            raise ApiError(400, ErrorCode.INVALID_TLS, str(error)) from None

    def read_counters(self) -> None:
        """Take a reading of what is only counted."""
        self._listener.read_counters()

    # Links; see link.Owner.

    def _accept(self) -> asyncio.BaseProtocol:
        return self._tls.protocol_for(Link(self))

    @property
    def upstream(self) -> tuple[str, int]:
        """Where the dependency listens."""
        return address("upstream", self.upstream_text)

    def opened(self, link: Link) -> TrafficObserver | None:
        """Give a new link its number, its toxics and its record; None turns it away."""
        room = self._context.connections
        if not room.enter():
            self._recorder.notice(
                f"connections were turned away: {room.limit} are open, which is the limit",
                link.opened,
            )
            return None
        recorder = self._recorder.opened(link.opened, link.upstream.counts, link.downstream.counts)
        link.number = recorder.number
        self._links[link.number] = link
        self._toxics.equip(link)
        if link.opened <= self._cut_at or self._listener.posture is not ListenerPosture.ACCEPT:
            # It was accepted before, and is made only now. Not at once, but before it is dialled
            # for: until the next turn what it has sent is read, and goes into its record.
            asyncio.get_running_loop().call_soon(_end_by_fault, link)
        return recorder

    def closed(self, link: Link) -> None:
        """Forget a link."""
        self._context.connections.leave()
        del self._links[link.number]
        self._toxics.forget(link)

    # Toxics.

    @property
    def toxics(self) -> Sequence[ToxicSettings]:
        """The toxics, in the order in which they were added."""
        return self._toxics.settings

    def toxic(self, name: str) -> ToxicSettings | None:
        """Return the toxic of this name, or None."""
        return next((each for each in self.toxics if each.name == name), None)

    async def add(self, settings: ToxicSettings) -> None:
        """Add a toxic; it is in force when this returns. OSError where the system cannot do it."""
        async with self._changing:
            self._toxics.add(settings)
            try:
                await self._take(enabled=self.enabled, cutting=settings.kind.cuts_live)
            except OSError:
                self._toxics.remove(settings)
                await self._take(enabled=self.enabled)
                raise
            if settings.kind.cuts_live:
                self.close_links()
            self._publish("toxic added", toxic=settings.name)

    async def remove(self, settings: ToxicSettings) -> None:
        """Take a toxic away; what it held goes at once."""
        async with self._changing:
            if settings not in self.toxics:
                return
            if settings.kind.closes_on_removal:
                for link in self._toxics.struck(settings):
                    _end_by_fault(link)
            self._toxics.remove(settings)
            await self._take(enabled=self.enabled)
            self._publish("toxic removed", toxic=settings.name)

    def change(
        self, settings: ToxicSettings, attributes: Mapping[str, Any], toxicity: float
    ) -> None:
        """Change a toxic's attributes and toxicity."""
        self._toxics.change(settings, attributes, toxicity)
        self._publish("toxic changed", toxic=settings.name)

    def _publish(self, what: str, **details: str) -> None:
        self._context.events.publish("proxy", {"proxy": self.name, "what": what, **details})

    # Evidence.
    def record(self, hashed: tuple[str, ...] | None, clear: tuple[str, ...] | None) -> None:
        """Record these fields of requests on connections from now on; None leaves it as it is."""
        self._recorder.record(hashed, clear, self._context.digest_key)

    @property
    def recorded(self) -> RequestFields | None:
        """What is recorded beside first lines."""
        return self._recorder.fields

    @property
    def totals(self) -> Totals:
        """What passed since the proxy was made."""
        return self._recorder.totals

    def touches(self, since: float) -> tuple[Touch, ...]:
        """Return what each toxic has touched at or after `since`."""
        return self._toxics.touches(since)

    def evidence(self, since: float) -> Evidence:
        """Return what was recorded at or after `since`."""
        touches = self._toxics.touches(since)
        return self._recorder.evidence(since, self._listener.outages, touches)


def _end_by_fault(link: Link) -> None:
    link.end(Ending.FAULT, reset=False)
