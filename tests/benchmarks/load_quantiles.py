"""Load a URL, recompute the run's quantiles in plain Python, and print how many differ."""

import asyncio
import math
import sys

from windtunnel.load.destination import locate
from windtunnel.load.engine import LoadEngine
from windtunnel.load.mix import Mix
from windtunnel.load.plan import LoadPlan
from windtunnel.records.load_run import LoadRun
from windtunnel.requests.request_value import Request

SHARES = (0.01, 0.1, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0)


async def run(url: str) -> LoadRun:
    """Return a closed loop's run of 50,000 requests."""
    to, path = locate(url)
    mix = Mix((Request(path=path),))
    return await LoadEngine(LoadPlan(destination=to, mix=mix, most=50_000, seconds=60.0)).run()


def recounted(run: LoadRun) -> list[float]:
    """Return the nearest-rank quantiles: the smallest latency that a share of all do not exceed."""
    samples = run.samples
    rows = zip(samples.intended.tolist(), samples.ended.tolist(), samples.status, strict=True)
    ordered = sorted(ended - intended for intended, ended, status in rows if status)
    return [ordered[math.ceil(share * len(ordered) - 1e-9) - 1] for share in SHARES]


if __name__ == "__main__":
    found = asyncio.run(run(sys.argv[1]))
    pairs = zip(found.quantiles(SHARES), recounted(found), strict=True)
    sys.stdout.write(f"{sum(ours != theirs for ours, theirs in pairs)}\n")
