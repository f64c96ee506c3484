"""Records requests: one packed row each, written by two calls into C and no other code."""

import io
import struct
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from windtunnel.records.request_totals import RequestTotals, thinned
from windtunnel.records.samples import ROW, Samples

PACK: Callable[..., bytes] = struct.Struct("<ddddIHHBB").pack
"""Makes a row of `windtunnel.records.samples.ROW`, in the order of its fields."""
KEEP = 10_000_000
"""The default number of requests that are kept as rows: 420 MB."""
CHUNK = 8192
"""Rows that `tend` handles at a time. More would delay the requests meanwhile."""

Rows = NDArray[np.void]


class LoadRecorder:
    """Keeps rows: `recorder.write(PACK(...))` adds one.

    Above `keep` rows, every other row is dropped, and again when that many are reached again: the
    rows kept are spread over the whole run. All requests are counted (`RequestTotals`).
    `tend` does this work; the engine calls it regularly.
    """

    def __init__(self, keep: int = KEEP, seed: int = 0) -> None:
        self._keep = keep
        self._size = min(CHUNK, max(1, keep // 4))
        self._random = np.random.default_rng(seed)
        self._rows = io.BytesIO()
        self._chunks: list[Rows] = []
        self._kept = 0
        self._taken = 0
        self._totals: RequestTotals | None = None
        self._sparse = 0
        """How many leading chunks keep one row in `_one_in`. The others keep twice as many."""
        self._uncounted = 0
        """The number of chunks after those whose rows `_totals` has not counted yet."""
        self._one_in = 1
        self.write = self._rows.write

    def __repr__(self) -> str:
        return f"<LoadRecorder of {len(self)} requests>"

    def __len__(self) -> int:
        return self._taken + self._rows.tell() // ROW.itemsize

    @property
    def rows_held(self) -> int:
        """How many rows take memory now."""
        return self._kept + self._rows.tell() // ROW.itemsize

    def tend(self) -> None:
        """Move a full buffer to the chunks, and drop rows where there are too many."""
        if self._rows.tell() < self._size * ROW.itemsize:
            return
        chunk = np.frombuffer(self.drain(), ROW)
        self._taken += len(chunk)
        if self._totals is not None:
            self._count(chunk)
            chunk = self._some(chunk, self._one_in // 2)
        self._kept += len(chunk)
        if len(self._chunks) > self._sparse and len(self._chunks[-1]) + len(chunk) <= self._size:
            self._chunks[-1] = np.concatenate([self._chunks[-1], chunk])
        else:
            self._chunks.append(chunk)
        while self._kept > self._keep:
            self._thin()

    def _thin(self) -> None:
        """Merge the next two chunks into one of half their rows. After the last, begin again."""
        if self._totals is None:
            self._totals = RequestTotals.none()
            self._uncounted = len(self._chunks)
        if self._sparse in (0, len(self._chunks)):
            self._sparse = 0
            self._one_in *= 2
        place = self._sparse
        pair = self._chunks[place : place + 2]
        self._kept -= sum(len(chunk) for chunk in pair)
        for chunk in pair[: self._uncounted]:
            self._count(chunk)
        self._uncounted = max(0, self._uncounted - len(pair))
        self._chunks[place : place + 2] = [self._some(np.concatenate(pair), 2)]
        self._kept += len(self._chunks[place])
        self._sparse += 1

    def _some(self, rows: Rows, one_in: int) -> Rows:
        return rows[thinned(len(rows), one_in, self._random)]

    def _count(self, rows: Rows) -> None:
        assert self._totals is not None  # noqa: S101 - the callers have checked
        self._totals.count(rows["failure"], rows["status"], rows["ended"] - rows["intended"])

    def finish(self, names: tuple[str, ...]) -> tuple[Samples, RequestTotals | None]:
        """Return the kept requests in order of their end; also counts of all if some were dropped.

        Releases the memory. Nothing may be written afterwards.
        """
        chunks = [*self._chunks, np.frombuffer(self.drain(), ROW)]
        self._chunks.clear()
        totals = self._totals
        if totals is None:
            return Samples.of_chunks(names, chunks), None
        for chunk in (*chunks[self._sparse :][: self._uncounted], chunks[-1]):
            self._count(chunk)
        for place in range(self._sparse, len(chunks)):
            is_last = place == len(chunks) - 1
            chunks[place] = self._some(chunks[place], self._one_in if is_last else 2)
        totals.kept_one_in = self._one_in
        return Samples.of_chunks(names, chunks), totals

    def drain(self) -> bytes:
        """Return what was written since the last drain, and forget it."""
        drained = self._rows.getvalue()
        self._rows.seek(0)
        self._rows.truncate()
        return drained

    def latest(self, most: int) -> Rows:
        """Return a copy of the last rows, `most` at most."""
        with self._rows.getbuffer() as held:
            start = max(0, len(held) // ROW.itemsize - most)
            rows = np.frombuffer(bytes(held[start * ROW.itemsize :]), ROW)
        if len(rows) < most and self._chunks:
            rows = np.concatenate([self._chunks[-1][-(most - len(rows)) :], rows])
        return rows
