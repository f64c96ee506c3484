"""One run of a load engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from windtunnel.records.answer_notes import AnswerNotes
from windtunnel.records.observed_run import ObservedRun
from windtunnel.records.request_failure import RequestFailure
from windtunnel.records.request_totals import RequestTotals, thinned
from windtunnel.records.sampled_responses import SampledResponses
from windtunnel.records.samples import Samples
from windtunnel.records.strain import Strain


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRun(ObservedRun):
    """One stretch of load from the fast engine or from Locust: the same record from both.

    Of `stack.offer` it has what the taps recorded meanwhile, so that each criterion judges it as it
    does a Run.
    """

    responses: SampledResponses = field(init=False, repr=False, compare=False)
    """Each request as a Response, made when it is asked for."""
    samples: Samples
    """The requests that were kept one by one: all of them, unless there are `totals`."""
    seconds: float
    """Seconds in which requests were begun. Throughput is counted over them."""
    connections: int
    strain: Strain
    engine: str = "windtunnel"
    url: str = ""
    arrivals: str = ""
    """The arrivals as a person reads them; empty for a closed loop."""
    protocol: str = "HTTP/1.1"
    processes: int = 1
    lost: tuple[str, ...] = ()
    """Workers that ended without results, each as one sentence."""
    totals: RequestTotals | None = None
    """All requests, where they were more than are kept."""
    expected: tuple[tuple[int, ...], ...] = ()
    """The statuses of good answers to each of the mix's requests. Empty: all below 400."""
    answer_notes: AnswerNotes | None = field(default=None, repr=False)
    """What is known of answers beside their numbers; None where nobody read their headers."""

    def __post_init__(self) -> None:
        responses = SampledResponses(
            self.samples,
            self.expected or ((),) * len(self.samples.names),
            self.answer_notes,
            kept_one_in=self.totals.kept_one_in if self.totals else 1,
        )
        object.__setattr__(self, "responses", responses)

    @property
    def at_once(self) -> int:
        """How many requests may be under way at once.

        0, which is without a bound, where they come by a schedule: behind a stall they pile up.
        """
        return 0 if self.arrivals else self.connections

    @property
    def pace(self) -> str:
        """How requests were sent, as a person reads it."""
        return f"{self.arrivals or 'closed loop'}, {self.connections} connections"

    @property
    def generator_strain(self) -> Strain | None:
        """How near the load engine came to saturation."""
        return self.strain

    @property
    def renewed(self) -> int:
        """None: the load engine sends each request once."""
        return 0

    @property
    def unread_headers(self) -> int:
        """How many answers that were not good have headers which were not kept."""
        return self.answer_notes.unread if self.answer_notes else 0

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
            answer_notes=None,  # which are by places in each part's own samples
            lost=lost,
        )


def _as_sparse(part: LoadRun, one_in: int) -> Samples:
    """Return one in `one_in` of a part's requests. The part may keep more of them."""
    times = one_in // (part.totals.kept_one_in if part.totals else 1)
    kept = np.zeros(len(part.samples), np.bool_)
    kept[thinned(len(kept), times, np.random.default_rng(part.seed))] = True
    return part.samples.select(kept)
