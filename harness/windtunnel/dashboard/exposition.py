"""What a target says of itself: its Prometheus metrics, read into records."""

from collections import defaultdict
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

from windtunnel.errors import shortened

LINE = 300
"""Characters of a reason, at most."""

BREAKER_STATES = ("closed", "open", "half_open")

Samples = dict[str, list[tuple[dict[str, str], float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerReading:
    """One breaker as the target reports it."""

    state: str
    """closed, open or half_open."""
    openings: float = 0.0
    calls: dict[str, float] = field(default_factory=dict)
    """By outcome: succeeded, failed, cancelled, rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolReading:
    """One connection pool as the target reports it; None for what it leaves out."""

    in_use: float | None = None
    idle: float | None = None
    waiting: float | None = None
    limit: float | None = None
    created: float | None = None
    reused: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheReading:
    """One cache's questions by result, since the target's start."""

    hit: float = 0.0
    miss: float = 0.0
    stale: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointReading:
    """One endpoint's requests since the target's start."""

    requests: float = 0.0
    errors: float = 0.0
    """Answers of 500 and above."""
    buckets: tuple[tuple[float, float], ...] = ()
    """(upper bound in seconds, requests at or below it), in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything that one look at `/metrics` said."""

    breakers: dict[str, BreakerReading] = field(default_factory=dict)
    pools: dict[str, PoolReading] = field(default_factory=dict)
    caches: dict[str, CacheReading] = field(default_factory=dict)
    endpoints: dict[str, EndpointReading] = field(default_factory=dict)


def read(text: str) -> Reading:
    """Return what a Prometheus text exposition says under the agreed names; the rest is passed by.

    Raises ValueError, in a line, where it is no such text.
    """
    samples: Samples = defaultdict(list)
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                samples[sample.name].append((sample.labels, sample.value))
    except (ValueError, LookupError) as error:  # the parser's own words hold what it read
        raise ValueError(shortened(str(error), LINE)) from None
    return Reading(
        breakers=_breakers(samples),
        pools=_pools(samples),
        caches=_caches(samples),
        endpoints=_endpoints(samples),
    )


def _breakers(samples: Samples) -> dict[str, BreakerReading]:
    states = {
        labels["dependency"]: labels["state"]
        for labels, value in samples["circuit_breaker_state"]
        if value == 1 and labels.get("state") in BREAKER_STATES and "dependency" in labels
    }
    openings = _by(samples["circuit_breaker_openings_total"], "dependency")
    calls = _by_two(samples["circuit_breaker_calls_total"], "dependency", "outcome")
    return {
        name: BreakerReading(
            state=state, openings=openings.get(name, 0.0), calls=calls.get(name, {})
        )
        for name, state in states.items()
    }


def _pools(samples: Samples) -> dict[str, PoolReading]:
    connections = _by_two(samples["connection_pool_connections"], "dependency", "state")
    waiting = _by(samples["connection_pool_waiting"], "dependency")
    limit = _by(samples["connection_pool_limit"], "dependency")
    created = _by(samples["connection_pool_connections_created_total"], "dependency")
    reused = _by(samples["connection_pool_connections_reused_total"], "dependency")
    for name, requests in _by(samples["connection_pool_requests_total"], "dependency").items():
        if name in created:
            reused.setdefault(name, requests - created[name])
    return {
        name: PoolReading(
            in_use=connections.get(name, {}).get("in_use"),
            idle=connections.get(name, {}).get("idle"),
            waiting=waiting.get(name),
            limit=limit.get(name),
            created=created.get(name),
            reused=reused.get(name),
        )
        for name in sorted({*connections, *waiting, *limit, *created})
    }


def _caches(samples: Samples) -> dict[str, CacheReading]:
    found = _by_two(samples["cache_requests_total"], "cache", "result")
    return {
        name: CacheReading(
            hit=results.get("hit", 0.0),
            miss=results.get("miss", 0.0),
            stale=results.get("stale", 0.0),
        )
        for name, results in found.items()
    }


def _endpoints(samples: Samples) -> dict[str, EndpointReading]:
    counts = _by_two(samples["http_requests_total"], "endpoint", "status")
    buckets: dict[str, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    for labels, value in samples["http_request_duration_seconds_bucket"]:
        if "endpoint" in labels and "le" in labels:
            buckets[labels["endpoint"]][float(labels["le"])] += value
    return {
        name: EndpointReading(
            requests=sum(statuses.values()),
            errors=sum(value for status, value in statuses.items() if status >= "500"),
            buckets=tuple(sorted(buckets.get(name, {}).items())),
        )
        for name, statuses in counts.items()
    }


def _by(found: list[tuple[dict[str, str], float]], label: str) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for labels, value in found:
        if label in labels:
            sums[labels[label]] += value
    return dict(sums)


def _by_two(
    found: list[tuple[dict[str, str], float]], first: str, second: str
) -> dict[str, dict[str, float]]:
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for labels, value in found:
        if first in labels and second in labels:
            sums[labels[first]][labels[second]] += value
    return {name: dict(inner) for name, inner in sums.items()}
