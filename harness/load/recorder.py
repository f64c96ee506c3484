"""The engine's memory: one packed row a request, written by two calls into C and no other code."""

import io
import struct
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from harness.records.samples import ROW

PACK: Callable[..., bytes] = struct.Struct("<ddddIHHBB").pack
"""Makes a row of `harness.records.samples.ROW`, in the order of its fields."""


class Recorder:
    """Keeps rows: `recorder.write(PACK(...))` adds one."""

    def __init__(self) -> None:
        self._rows = io.BytesIO()
        self.write = self._rows.write

    def __repr__(self) -> str:
        return f"<Recorder of {len(self)} requests>"

    def __len__(self) -> int:
        return self._rows.tell() // ROW.itemsize

    def drain(self) -> bytes:
        """Return what was kept, and forget it."""
        drained = self._rows.getvalue()
        self.forget()
        return drained

    def forget(self) -> None:
        """Give back the memory of what was kept."""
        self._rows.seek(0)
        self._rows.truncate()

    def latest(self, most: int) -> NDArray[np.void]:
        """Return the last rows, so many at most, as a copy."""
        start = max(0, len(self) - most) * ROW.itemsize
        with self._rows.getbuffer() as held:
            return np.frombuffer(bytes(held[start:]), ROW)

    def rows(self) -> NDArray[np.void]:
        """Return all rows without a copy; nothing can be written while they are in use."""
        return np.frombuffer(self._rows.getbuffer(), ROW)
