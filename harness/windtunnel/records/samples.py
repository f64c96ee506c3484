"""The load engine's requests as columns of numbers.

Times are in seconds on the clock of `windtunnel.records`, so faults' moments lie beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from windtunnel.records.request_failure import RequestFailure

ROW = np.dtype(
    [
        ("intended", "<f8"),
        ("started", "<f8"),
        ("first_byte", "<f8"),
        ("ended", "<f8"),
        ("connection", "<u4"),
        ("status", "<u2"),
        ("request", "<u2"),
        ("failure", "u1"),
        ("queued", "u1"),
    ]
)
"""One request in a recorder's buffer: 42 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """One value a request in each column, in the order in which the requests ended."""

    names: tuple[str, ...]
    """The names of the mix's requests; `request` is an index into them."""
    intended: NDArray[np.float64]
    """When it was due. In a closed loop that is its start."""
    started: NDArray[np.float64]
    """When it, or its connection's handshake, began; NaN where it was never sent."""
    first_byte: NDArray[np.float64]
    """When its answer began. NaN without an answer, or where the engine can't know it."""
    ended: NDArray[np.float64]
    connection: NDArray[np.uint32]
    status: NDArray[np.uint16]
    """0 without an answer."""
    request: NDArray[np.uint16]
    failure: NDArray[np.uint8]
    """A `RequestFailure`."""
    queued: NDArray[np.uint8]
    """1 where it waited for a free connection. Then the service made it late, not the engine."""

    def __len__(self) -> int:
        return len(self.intended)

    def __repr__(self) -> str:
        return f"<Samples of {len(self)} requests>"

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Whether each request got an answer, of any status."""
        return np.not_equal(self.status, 0)

    @property
    def errors(self) -> int:
        """The number of requests that failed or got an unexpected status."""
        return int(np.count_nonzero(self.failure))

    @property
    def good(self) -> NDArray[np.bool_]:
        """Which requests got an answer of an expected status."""
        return np.equal(self.failure, 0)

    @property
    def latencies(self) -> NDArray[np.float64]:
        """Seconds from the intended start to the end, of the requests with a good answer."""
        good = self.good
        return self.ended[good] - self.intended[good]

    @property
    def lateness(self) -> NDArray[np.float64]:
        """Seconds by which the engine sent late, for each request that found a free connection."""
        sent = ~np.isnan(self.started) & (self.queued == 0)
        lateness: NDArray[np.float64] = self.started[sent] - self.intended[sent]
        return lateness

    def quantiles(self, shares: Sequence[float]) -> tuple[float, ...]:
        """Return the latencies' exact nearest-rank quantiles; NaN where there are none.

        A request without an answer counts as longer than any, so that a quantile among those is
        infinite. An answer of an unexpected status has no latency.
        """
        never = np.full(int(np.count_nonzero(~self.answered)), np.inf)
        ordered = np.concatenate([np.sort(self.latencies), never])
        if not len(ordered):
            return (float("nan"),) * len(shares)
        ranks = np.ceil(np.asarray(shares) * len(ordered) - 1e-9).astype(int) - 1
        return tuple(float(value) for value in ordered[np.clip(ranks, 0, len(ordered) - 1)])

    def failures(self) -> dict[RequestFailure, int]:
        """Return the count of each kind of failure, the most frequent first."""
        kinds, counts = np.unique(self.failure[self.failure != 0], return_counts=True)
        pairs = sorted(zip(counts.tolist(), kinds.tolist(), strict=True), reverse=True)
        return {RequestFailure(kind): count for count, kind in pairs}

    def statuses(self) -> dict[int, int]:
        """Return the count of each status."""
        values, counts = np.unique(self.status[self.answered], return_counts=True)
        return dict(zip(values.tolist(), counts.tolist(), strict=True))

    def select(self, mask: NDArray[np.bool_] | NDArray[np.intp]) -> "Samples":
        """Return the requests where `mask` is true, or those at the places that it lists."""
        columns = {name: getattr(self, name)[mask] for name in COLUMNS}
        return Samples(names=self.names, **columns)

    @classmethod
    def of_rows(cls, names: tuple[str, ...], rows: NDArray[np.void]) -> "Samples":
        """Return the columns of a recorder's rows."""
        return cls.of_chunks(names, [rows])

    @classmethod
    def of_chunks(cls, names: tuple[str, ...], chunks: Sequence[NDArray[np.void]]) -> "Samples":
        """Return the columns of rows in several pieces, as a copy."""
        columns = {name: np.concatenate([rows[name] for rows in chunks]) for name in COLUMNS}
        return cls(names=names, **columns)

    @classmethod
    def merged(cls, parts: "Sequence[Samples]") -> "Samples":
        """Return the requests of several workers of one mix, in order of their end."""
        order = np.argsort(np.concatenate([part.ended for part in parts]), kind="stable")
        columns = {c: np.concatenate([getattr(part, c) for part in parts])[order] for c in COLUMNS}
        return cls(names=parts[0].names, **columns)


COLUMNS = tuple(field.name for field in fields(Samples) if field.name != "names")
