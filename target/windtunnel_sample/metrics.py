"""The service's figures in Prometheus's form, read when they are asked for."""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from windtunnel_sample.breaker import State
from windtunnel_sample.request_log import BOUNDS
from windtunnel_sample.service import Service

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
"""What `exposition` returns."""

Sample = tuple[tuple[str, ...], float]


class Metrics:
    """A registry of the service's own: another application in this process has another."""

    def __init__(self, service: Service) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_ServiceCollector(service))
        ProcessCollector(registry=self._registry)

    def exposition(self) -> bytes:
        """Return all figures as text. Touches no dependency."""
        return generate_latest(self._registry)


class _ServiceCollector(Collector):
    """Reads the service's own counts: there is no second set of them to keep in step."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        yield from self._requests()
        yield from self._breakers()
        yield from self._pools()
        yield from self._caches()

    def _requests(self) -> Iterator[Metric]:
        endpoints = sorted(self._service.endpoints.items())
        yield _counter(
            "http_requests",
            "Requests answered.",
            ("endpoint", "status"),
            (
                ((path, str(status)), count)
                for path, endpoint in endpoints
                for status, count in sorted(endpoint.statuses.items())
            ),
        )
        durations = HistogramMetricFamily(
            "http_request_duration_seconds", "Time to answer a request.", labels=("endpoint",)
        )
        bounds = [*map(str, BOUNDS), "+Inf"]
        for path, endpoint in endpoints:
            counts = accumulate(endpoint.buckets)
            durations.add_metric((path,), list(zip(bounds, counts, strict=True)), endpoint.total)
        yield durations

    def _breakers(self) -> Iterator[Metric]:
        breakers = [guard.breaker for guard in self._service.guards]
        yield _gauge(
            "circuit_breaker_state",
            "1 for the state that the breaker is in, else 0.",
            ("dependency", "state"),
            (((each.name, state), each.state is state) for each in breakers for state in State),
        )
        yield _counter(
            "circuit_breaker_calls",
            "Calls by outcome.",
            ("dependency", "outcome"),
            (
                ((each.name, outcome), getattr(each.counters, outcome))
                for each in breakers
                for outcome in ("succeeded", "failed", "cancelled", "rejected")
            ),
        )
        yield _counter(
            "circuit_breaker_openings",
            "How often the breaker opened.",
            ("dependency",),
            (((each.name,), each.counters.opened) for each in breakers),
        )

    def _pools(self) -> Iterator[Metric]:
        pools = self._service.pools()
        yield _gauge(
            "connection_pool_connections",
            "Open connections.",
            ("dependency", "state"),
            (
                ((name, state), count)
                for name, pool in pools.items()
                for state, count in (("in_use", pool.in_use), ("idle", pool.idle))
            ),
        )
        yield _gauge(
            "connection_pool_waiting",
            "Calls that wait for a connection.",
            ("dependency",),
            (((name,), pool.waiting) for name, pool in pools.items()),
        )
        yield _gauge(
            "connection_pool_limit",
            "Connections that the pool may have at most.",
            ("dependency",),
            (((name,), pool.limit) for name, pool in pools.items()),
        )
        yield _counter(
            "connection_pool_connections_created",
            "Connections opened.",
            ("dependency",),
            (((name,), pool.created) for name, pool in pools.items()),
        )
        yield _counter(
            "connection_pool_connections_reused",
            "Calls that were given a connection which was open already.",
            ("dependency",),
            (((name,), pool.reused) for name, pool in pools.items()),
        )
        yield _counter(
            "connection_pool_requests",
            "Calls that were given a connection.",
            ("dependency",),
            (((name,), pool.requests) for name, pool in pools.items()),
        )

    def _caches(self) -> Iterator[Metric]:
        caches = self._service.caches
        yield _counter(
            "cache_requests",
            "Questions by how they were answered.",
            ("cache", "result"),
            (
                ((name, result), count)
                for name, each in caches.items()
                for result, count in (
                    ("hit", each.counters.hits),
                    ("miss", each.counters.misses),
                    ("stale", each.counters.stale),
                )
            ),
        )
        yield _counter(
            "cache_calls",
            "Calls made for what was not in the cache.",
            ("cache",),
            (((name,), each.counters.calls) for name, each in caches.items()),
        )
        batching = self._service.lookups.counters
        yield _counter("batch_lookups", "Agents looked up.", (), [((), batching.lookups)])
        yield _counter(
            "batch_upstream_calls", "Calls that the look-ups shared.", (), [((), batching.calls)]
        )


def _counter(name: str, text: str, labels: tuple[str, ...], samples: Iterable[Sample]) -> Metric:
    family = CounterMetricFamily(name, text, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def _gauge(name: str, text: str, labels: tuple[str, ...], samples: Iterable[Sample]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family
