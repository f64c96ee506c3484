"""The proxies of one server, and the rules of Toxiproxy's API on them; no HTTP here."""

import asyncio
import logging
import time
from collections import OrderedDict
from contextlib import suppress

from windtunnel.protocols.tcp.protocol import PROTOCOL as TCP
from windtunnel.proxy import request_bodies
from windtunnel.proxy.api_errors import ApiError, ErrorCode
from windtunnel.proxy.evidence.summary import Summary
from windtunnel.proxy.evidence.totals import Totals
from windtunnel.proxy.leases import LeaseTable
from windtunnel.proxy.listen_addresses import cannot_listen, differs, started
from windtunnel.proxy.named_proxy import NamedProxy
from windtunnel.proxy.request_bodies import ProxyBody, ToxicBody, ToxicChange
from windtunnel.proxy.server_context import ServerContext
from windtunnel.proxy.tls.settings import OFF
from windtunnel.proxy.toxic_settings import ToxicSettings
from windtunnel.toxics.toxic_kind import ToxicKind

LOG = logging.getLogger(__name__)
MARKS = 1000
"""Marks that are remembered; older ones are forgotten."""
HEAL_AGAIN = 0.5
"""Seconds between two attempts to listen again after a lease ran out."""
ANYWHERE = "127.0.0.1:0"
"""Where a proxy listens that names no address; Toxiproxy takes all interfaces."""


class ProxyRegistry:
    """Creates, changes and deletes proxies and toxics. Raises ApiError."""

    def __init__(self, context: ServerContext) -> None:
        self.proxies: dict[str, NamedProxy] = {}
        self.leases = LeaseTable(context.timers, self._lease_ran_out)
        self._context = context
        self._marks: OrderedDict[float, dict[str, Totals]] = OrderedDict()
        self._healing: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"<ProxyRegistry of {', '.join(self.proxies) or 'nothing'}>"

    def get(self, name: str) -> NamedProxy:
        """Return a proxy."""
        if name not in self.proxies:
            raise ApiError(404, ErrorCode.PROXY_NOT_FOUND, "proxy not found")
        return self.proxies[name]

    def toxic(self, proxy: str, name: str) -> ToxicSettings:
        """Return a toxic of a proxy."""
        found = self.get(proxy).toxic(name)
        if found is None:
            raise ApiError(404, ErrorCode.TOXIC_NOT_FOUND, "toxic not found")
        return found

    # Proxies.

    async def create(self, body: ProxyBody) -> NamedProxy:
        """Create a proxy, and start it unless `enabled` is false."""
        if body.missing:
            text = f"missing required field: {body.missing}"
            raise ApiError(400, ErrorCode.MISSING_FIELD, text)
        name, upstream = body.name or "", body.upstream or ""
        if name in self.proxies:
            raise ApiError(409, ErrorCode.PROXY_ALREADY_EXISTS, "proxy already exists")
        proxy = NamedProxy(
            name,
            body.listen or ANYWHERE,
            upstream,
            protocol=body.protocol or TCP,
            tls=body.tls,
            context=self._context,
        )
        proxy.record(body.record, body.record_in_clear)
        _ = request_bodies.listen_address(proxy.listen)
        # Known before it listens, so that no second one of its name can begin meanwhile.
        self.proxies[name] = proxy
        if body.enabled is not False:
            try:
                await started(proxy)
            except BaseException:
                self._forget(proxy)
                raise
        self._lease(proxy, body.lease)
        self._context.events.publish("proxy", {"proxy": name, "what": "created"})
        return proxy

    async def update(self, name: str, body: ProxyBody) -> NamedProxy:
        """Change a proxy; a changed address restarts it, its toxics survive."""
        proxy = self.get(name)
        enabled = proxy.enabled if body.enabled is None else body.enabled
        if body.upstream == "":
            text = "missing required field: upstream"
            raise ApiError(400, ErrorCode.MISSING_FIELD, text)
        # "" is a free port, as when a proxy is created: another one each time it is asked for.
        listen = proxy.listen if body.listen is None else body.listen or ANYWHERE
        upstream = body.upstream or proxy.upstream_text
        proxy.secure(body.tls)
        proxy.record(body.record, body.record_in_clear)
        if upstream != proxy.upstream_text or await differs(listen, proxy.listen):
            await proxy.move(listen, upstream)
        if enabled:
            await started(proxy)
        else:
            await proxy.stop()
        self._lease(proxy, body.lease)
        return proxy

    async def delete(self, name: str) -> None:
        """Delete a proxy and close its connections."""
        proxy = self.get(name)
        await proxy.delete()
        if self.proxies.get(name) is not proxy:
            return  # deleted meanwhile
        self._forget(proxy)
        self._context.events.publish("proxy", {"proxy": name, "what": "deleted"})

    def _forget(self, proxy: NamedProxy) -> None:
        proxy.discard()
        self.leases.end_all(proxy.name)
        self.proxies.pop(proxy.name, None)

    async def populate(self, wanted: list[ProxyBody], made: list[NamedProxy]) -> None:
        """Create the proxies that are new or different, appending to `made` as they are there."""
        for body in wanted:
            known = self.proxies.get(body.name or "")
            if known is not None:
                same = known.upstream_text == body.upstream and body.tls in (None, known.tls or OFF)
                if same and not await differs(body.listen or ANYWHERE, known.listen):
                    made.append(known)
                    continue
                await self.delete(known.name)
            made.append(await self.create(body))

    async def reset(self) -> None:
        """Remove all toxics, and start what is stopped; raise the first error after that."""
        errors = []
        for proxy in list(self.proxies.values()):
            try:
                await self._heal(proxy)
            except ApiError as error:
                if self.proxies.get(proxy.name) is proxy:
                    errors.append(error)
        if errors:
            raise errors[0]

    async def _heal(self, proxy: NamedProxy) -> None:
        """Remove the toxics first, whatever becomes of the listening; ApiError where it fails."""
        for settings in list(proxy.toxics):
            # What cannot be listened at is found again, and reported, by the start.
            with suppress(ApiError):
                await self._remove(proxy, settings)
        await started(proxy)

    # Toxics.

    async def add_toxic(self, name: str, body: ToxicBody) -> ToxicSettings:
        """Add a toxic; the checks run in Toxiproxy's order."""
        proxy = self.get(name)
        if proxy.toxic(body.label) is not None:
            raise ApiError(409, ErrorCode.TOXIC_ALREADY_EXISTS, "toxic already exists")
        toxicity = 1.0 if body.toxicity is None else body.toxicity
        _check_toxicity(body.kind, toxicity)
        settings = ToxicSettings(
            name=body.label,
            kind=body.kind,
            stream=body.stream,
            toxicity=toxicity,
            attributes=request_bodies.attributes(body.kind, body.kind.defaults, body.attributes),
            lease=body.lease,
        )
        proxy.check_toxic(settings.kind, settings.attributes)
        try:
            await proxy.add(settings)
        except OSError as error:
            text = f"{body.kind.name}: {error.strerror or error}"
            raise ApiError(500, ErrorCode.TOXIC_FAILED, text) from None
        if body.lease is not None:
            self.leases.grant(name, settings.name, body.lease)
        return settings

    def update_toxic(self, proxy: str, name: str, change: ToxicChange) -> ToxicSettings:
        """Change a toxic's attributes and toxicity."""
        settings = self.toxic(proxy, name)
        attributes = request_bodies.attributes(
            settings.kind, settings.attributes, change.attributes
        )
        toxicity = settings.toxicity if change.toxicity is None else change.toxicity
        _check_toxicity(settings.kind, toxicity)
        self.get(proxy).check_toxic(settings.kind, attributes)
        self.get(proxy).change(settings, attributes, toxicity)
        if change.lease is not None:
            settings.lease = change.lease
            self.leases.grant(proxy, name, change.lease)
        return settings

    async def remove_toxic(self, proxy: str, name: str) -> None:
        """Take a toxic away."""
        await self._remove(self.get(proxy), self.toxic(proxy, name))

    async def _remove(self, proxy: NamedProxy, settings: ToxicSettings) -> None:
        self.leases.end(proxy.name, settings.name)
        try:
            await proxy.remove(settings)
        except OSError as error:
            raise await cannot_listen(proxy, error) from None

    # Leases.

    def _lease(self, proxy: NamedProxy, seconds: float | None) -> None:
        if seconds is not None:
            proxy.lease = seconds
            self.leases.grant(proxy.name, "", seconds)

    def _lease_ran_out(self, proxy: str, toxic: str) -> None:
        details = {"proxy": proxy, "toxic": toxic}
        self._context.events.publish("lease expired", details)
        task = asyncio.get_running_loop().create_task(self._heal_after(proxy, toxic))
        self._healing.add(task)
        task.add_done_callback(self._healing.discard)

    async def _heal_after(self, name: str, toxic: str) -> None:
        try:
            proxy = self.get(name)
            decisions = proxy.decisions
            healing = self._remove(proxy, self.toxic(name, toxic)) if toxic else self._heal(proxy)
        except ApiError:
            return  # deleted meanwhile
        # Nobody waits for an answer here. A client that decides otherwise has the last word.
        while True:
            try:
                await healing
            except ApiError as error:
                LOG.warning("after its lease, %s of %s: %s", toxic or "proxy", name, error)
            else:
                return
            await asyncio.sleep(HEAL_AGAIN)
            if proxy.decisions != decisions:
                return
            healing = started(proxy)

    # Marks.

    def mark(self) -> float:
        """Take a reading of every count, and return its time: evidence can be asked for since."""
        now = time.monotonic()
        for proxy in self.proxies.values():
            proxy.read_counters()
        self._marks[now] = {name: proxy.totals for name, proxy in self.proxies.items()}
        while len(self._marks) > MARKS:
            self._marks.popitem(last=False)
        return now

    def summary(self, name: str, since: float) -> Summary:
        """Return what a proxy has seen since a mark, or since its beginning with 0."""
        proxy = self.get(name)
        if since and since not in self._marks:
            text = f"mark not found: {since!r}, expected a time that POST /mark gave"
            raise ApiError(404, ErrorCode.MARK_NOT_FOUND, text)
        counts = proxy.totals - self._marks.get(since, {}).get(name, Totals())
        return Summary(
            proxy=name,
            since=since,
            connections=counts.connections,
            exchanges=counts.exchanges,
            handshakes=counts.handshakes,
            handshakes_failed=counts.handshakes_failed,
            received=counts.received,
            sent=counts.sent,
            touches=proxy.touches(since),
        )


def _check_toxicity(kind: ToxicKind, toxicity: float) -> None:
    mistake = kind.toxicity_mistake(toxicity)
    if mistake:
        raise ApiError(400, ErrorCode.INVALID_TOXICITY, mistake)
