"""A run of the load engine as JSON, in seconds and shares throughout."""

import math
from collections.abc import Sequence

import msgspec

from windtunnel.criteria.verdict import Verdict
from windtunnel.records.load_run import LoadRun
from windtunnel.records.strain import Strain

SHARES = (0.50, 0.75, 0.90, 0.95, 0.99, 0.999)


class LoadReport(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON's form."""

    url: str
    engine: str
    arrivals: str
    connections: int
    protocol: str
    processes: int
    seed: int
    seconds: float
    requests: int
    kept_one_in: int
    """Above 1, latencies are from an HDR histogram of all requests, to three digits."""
    errors: int
    requests_per_second: float
    latency_seconds: dict[str, float | None]
    """"p50" to "p99.9", and "max"; null where the callers in question got no answer."""
    statuses: dict[int, int]
    failures: dict[str, int]
    strain: Strain
    lost: tuple[str, ...]
    verdicts: tuple[Verdict, ...]


def encode(run: LoadRun, verdicts: Sequence[Verdict] = ()) -> str:
    """Return the JSON text."""
    values = run.quantiles((*SHARES, 1.0))
    names = [*(f"p{share * 100:g}" for share in SHARES), "max"]
    report = LoadReport(
        url=run.url,
        engine=run.engine,
        arrivals=run.arrivals,
        connections=run.connections,
        protocol=run.protocol,
        processes=run.processes,
        seed=run.seed,
        seconds=run.ended - run.began,
        requests=run.requests,
        kept_one_in=run.totals.kept_one_in if run.totals else 1,
        errors=run.errors,
        requests_per_second=run.throughput,
        latency_seconds={
            name: None if not math.isfinite(value) else value
            for name, value in zip(names, values, strict=True)
        },
        statuses=run.statuses(),
        failures={kind.text: count for kind, count in run.failures().items()},
        strain=run.strain,
        lost=run.lost,
        verdicts=tuple(verdicts),
    )
    return msgspec.json.format(msgspec.json.encode(report)).decode()
