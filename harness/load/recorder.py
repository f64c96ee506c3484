"""The engine's memory: one packed row a request, in buffers that are never moved or copied."""

import struct

import numpy as np
from numpy.typing import NDArray

from harness.samples import ROW

_FORM = struct.Struct("<ddddIHHBB")
_PACK = _FORM.pack_into
_SIZE = _FORM.size
_ROWS = 65_536


class Recorder:
    """Takes one row a request. Packing it at once is several times cheaper than nine columns."""

    def __init__(self) -> None:
        self._full: list[bytearray] = []
        self._buffer = bytearray(_SIZE * _ROWS)
        self._offset = 0

    def __repr__(self) -> str:
        return f"<Recorder of {len(self)} requests>"

    def __len__(self) -> int:
        return len(self._full) * _ROWS + self._offset // _SIZE

    def add(  # noqa: PLR0917 - by place: names would cost the hot path a tenth of its speed
        self,
        intended: float,
        started: float,
        first_byte: float,
        ended: float,
        connection: int,
        status: int,
        request: int,
        failure: int,
        queued: int,
    ) -> None:
        """Keep one request; see `harness.samples` for the meaning of each."""
        offset = self._offset
        _PACK(
            self._buffer,
            offset,
            intended,
            started,
            first_byte,
            ended,
            connection,
            status,
            request,
            failure,
            queued,
        )
        offset += _SIZE
        if offset == _SIZE * _ROWS:
            self._full.append(self._buffer)
            self._buffer = bytearray(_SIZE * _ROWS)
            offset = 0
        self._offset = offset

    def drain(self) -> bytes:
        """Return what was kept as one piece, and forget it."""
        drained = b"".join((*self._full, memoryview(self._buffer)[: self._offset]))
        self._full = []
        self._offset = 0
        return drained

    def rows(self) -> list[NDArray[np.void]]:
        """Return what was kept, without a copy."""
        parts = [np.frombuffer(part, ROW) for part in self._full]
        return [*parts, np.frombuffer(self._buffer, ROW, count=self._offset // _SIZE)]
