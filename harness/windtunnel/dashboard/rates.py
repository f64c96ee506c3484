"""What happened between two readings of counters: rates, shares, and quantiles of histograms."""

from dataclasses import dataclass

from windtunnel.dashboard.exposition import EndpointReading


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointFigures:
    """One endpoint over the last seconds, by one witness; times in seconds, None without any."""

    per_second: float
    error_share: float | None = None
    fallback_share: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


def served(before: EndpointReading, after: EndpointReading, seconds: float) -> EndpointFigures:
    """Return what an endpoint served between two readings `seconds` apart."""
    if after.requests < before.requests:
        before = EndpointReading()  # the target was started again, and counts from zero
    requests = after.requests - before.requests
    if requests <= 0 or seconds <= 0:
        return EndpointFigures(per_second=0.0)
    earlier = dict(before.buckets)
    buckets = [(bound, count - earlier.get(bound, 0.0)) for bound, count in after.buckets]
    return EndpointFigures(
        per_second=requests / seconds,
        error_share=(after.errors - before.errors) / requests,
        p50=quantile(buckets, 0.50),
        p95=quantile(buckets, 0.95),
        p99=quantile(buckets, 0.99),
    )


def quantile(buckets: list[tuple[float, float]], share: float) -> float | None:
    """Return a histogram's quantile, None where it is empty.

    Interpolates within the bucket and answers the highest finite bound for the last, as
    Prometheus's histogram_quantile does.
    """
    if not buckets or buckets[-1][1] <= 0:
        return None
    rank = share * buckets[-1][1]
    lower, below = 0.0, 0.0
    for bound, count in buckets:
        if count >= rank:
            if bound == float("inf"):
                return lower
            inside = count - below
            return lower + (bound - lower) * ((rank - below) / inside if inside else 1.0)
        lower, below = bound, count
    return lower
