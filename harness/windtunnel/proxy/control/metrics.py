"""`/metrics`: Toxiproxy's counters and, where wanted, those of this process, for Prometheus."""

from collections.abc import Callable, Iterable, Iterator

from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    exposition,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from windtunnel.proxy.named_proxy import NamedProxy


class ProxyCollector(Collector):
    """Reads the proxies' byte counts when they are asked for."""

    def __init__(self, proxies: Callable[[], Iterable[NamedProxy]]) -> None:
        self._proxies = proxies

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Give Toxiproxy's two counters, of live connections too."""
        labels = ("direction", "proxy", "listener", "upstream")
        # Upstream is what comes from the client, as in Toxiproxy's own labels.
        received = CounterMetricFamily(
            "toxiproxy_proxy_received_bytes", "Bytes that came in", labels=labels
        )
        sent = CounterMetricFamily(
            "toxiproxy_proxy_sent_bytes", "Bytes that went out", labels=labels
        )
        for proxy in self._proxies():
            place = (proxy.name, proxy.listen, proxy.upstream_text)
            totals = proxy.totals
            received.add_metric(("upstream", *place), totals.received)
            received.add_metric(("downstream", *place), totals.came)
            sent.add_metric(("upstream", *place), totals.forwarded)
            sent.add_metric(("downstream", *place), totals.sent)
        yield received
        yield sent


def metrics(
    proxies: Callable[[], Iterable[NamedProxy]], *, of_proxies: bool, of_runtime: bool
) -> web.RouteDef:
    """Return the route; at least one kind of metrics must be wanted."""
    registry = CollectorRegistry()
    if of_proxies:
        registry.register(ProxyCollector(proxies))
    if of_runtime:
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)

    async def handle(request: web.Request) -> web.Response:
        encoder, content_type = exposition.choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encoder(registry), headers={"Content-Type": content_type})

    return web.route("*", "/metrics", handle)
