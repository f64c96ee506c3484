"""One run of a load engine, and how near the engine came to saturation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from windtunnel.records.machine_use import MachineUse
from windtunnel.records.request_failure import RequestFailure
from windtunnel.records.request_totals import RequestTotals, thinned
from windtunnel.records.samples import Samples
from windtunnel.records.scenario_run import FaultWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """How near the load engine came to saturation: the worst of its processes."""

    busy: float
    """Share of the time in which the engine's thread ran or waited for a core, from 0 to 1."""
    lag: float
    """99th percentile of how late the event loop woke for a timer, in seconds."""
    late: float = 0.0
    """99th percentile of how late requests with a free connection were sent, in seconds."""
    longest: float = 0.0
    """The longest that the event loop was late, in seconds."""

    @property
    def worst_delay(self) -> float:
        """The longest known delay by the engine of one step of a request, in seconds."""
        return max(self.longest, self.lag, self.late)

    @classmethod
    def worst(cls, strains: "Sequence[Strain]") -> "Strain":
        """Return the greatest of each figure."""
        return cls(
            busy=max(strain.busy for strain in strains),
            lag=max(strain.lag for strain in strains),
            late=max(strain.late for strain in strains),
            longest=max(strain.longest for strain in strains),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRun:
    """One stretch of load from the fast engine or from Locust: the same record from both."""

    samples: Samples
    """The requests that were kept one by one: all of them, unless there are `totals`."""
    began: float
    """The first intended start, on the records' clock."""
    ended: float
    """The last answer, or the end of the stretch where that is later."""
    seconds: float
    """Seconds in which requests were begun. Throughput is counted over them."""
    connections: int
    seed: int
    strain: Strain
    engine: str = "windtunnel"
    url: str = ""
    arrivals: str = ""
    """The arrivals as a person reads them; empty for a closed loop."""
    protocol: str = "HTTP/1.1"
    processes: int = 1
    faults: tuple[FaultWindow, ...] = ()
    """The faults that a scenario had in force at any time of the run."""
    lost: tuple[str, ...] = ()
    """Workers that ended without results, each as one sentence."""

    machine: MachineUse | None = None
    """What this machine's cores did meanwhile; None where that is not known."""

    totals: RequestTotals | None = None
    """All requests, where they were more than are kept."""

    @property
    def requests(self) -> int:
        """The number of all requests, kept or not."""
        return self.totals.requests if self.totals else len(self.samples)

    @property
    def errors(self) -> int:
        """The number of requests that failed or got an unexpected status."""
        return sum(self.failures().values())

    def failures(self) -> dict[RequestFailure, int]:
        """Return the count of each kind of failure, the most frequent first."""
        if self.totals is None:
            return self.samples.failures()
        return {kind: n for kind, n in self.totals.failures.most_common() if kind}

    def statuses(self) -> dict[int, int]:
        """Return the count of each status."""
        if self.totals is None:
            return self.samples.statuses()
        return dict(sorted(self.totals.statuses.items()))

    def quantiles(self, shares: Sequence[float]) -> tuple[float, ...]:
        """Return the latencies' nearest-rank quantiles, as `Samples.quantiles` does.

        Exact; where not all requests were kept, to three digits, from the histogram of all.
        """
        if self.totals is None:
            return self.samples.quantiles(shares)
        return self.totals.quantiles(shares)

    @property
    def unanswered(self) -> int:
        """How many requests got no answer."""
        return self.requests - sum(self.statuses().values())

    @property
    def throughput(self) -> float:
        """Answers a second."""
        answered = sum(self.statuses().values())
        return answered / max(self.seconds, self.ended - self.began) if answered else 0.0

    @classmethod
    def merged(cls, parts: "Sequence[LoadRun]", lost: tuple[str, ...] = ()) -> "LoadRun":
        """Return one run of what several workers did at the same time."""
        if len(parts) == 1 and not lost:
            return parts[0]  # a copy of its columns would double their memory
        began, ended = min(part.began for part in parts), max(part.ended for part in parts)
        totals = None
        samples = [part.samples for part in parts]
        if any(part.totals for part in parts):
            totals = RequestTotals.merged(
                [part.totals or RequestTotals.of(part.samples) for part in parts]
            )
            samples = [_as_sparse(part, totals.kept_one_in) for part in parts]
        return replace(
            parts[0],
            samples=Samples.merged(samples),
            totals=totals,
            began=began,
            ended=ended,
            seconds=max(part.seconds for part in parts),
            connections=sum(part.connections for part in parts),
            strain=Strain.worst([part.strain for part in parts]),
            processes=len(parts) + len(lost),
            lost=lost,
        )


def _as_sparse(part: LoadRun, one_in: int) -> Samples:
    """Return one in `one_in` of a part's requests. The part may keep more of them."""
    times = one_in // (part.totals.kept_one_in if part.totals else 1)
    kept = np.zeros(len(part.samples), np.bool_)
    kept[thinned(len(kept), times, np.random.default_rng(part.seed))] = True
    return part.samples.select(kept)
