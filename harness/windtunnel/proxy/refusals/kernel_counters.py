"""Reads the kernel's counters for the whole network namespace: an upper bound, others' included."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from windtunnel.records import Certainty

SAMPLE_INTERVAL = 0.01
"""Seconds between two readings of the counters."""
SNMP = Path("/proc/net/snmp")


def read_failed_connects() -> int:
    """Return the namespace's failed connects, or resets sent, whichever moved further.

    A refused client in this namespace raises AttemptFails; where it is in another one, the RST
    that refuses it raises OutRsts here (RFC 4022; both in /proc/net/snmp).
    """
    # Both would count one refusal twice on loopback, so half of that is not taken: an upper bound.
    names, values = (
        line.split()[1:] for line in SNMP.read_text("ascii").splitlines() if line.startswith("Tcp:")
    )
    found = dict(zip(names, map(int, values), strict=True))
    return found["AttemptFails"] + found["OutRsts"]


class KernelCounterCounting:
    """Reads the namespace's failed connects: others' are among them. OSError where unreadable."""

    certainty = Certainty.COUNTERS

    def __init__(self, read_counters: Callable[[], int] = read_failed_connects) -> None:
        self._read_counters = read_counters
        self._begin = read_counters()
        self._samples: list[tuple[float, int]] = [(time.monotonic(), 0)]
        self._task = asyncio.get_running_loop().create_task(self._sample())

    def __repr__(self) -> str:
        return f"<KernelCounterCounting {self._samples[-1][1]} at most>"

    async def _sample(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_INTERVAL)
            self.read()

    def read(self) -> None:
        """Take a reading; equal ones in a row are kept as their first and last."""
        reading = (time.monotonic(), self._read_counters() - self._begin)
        if len(self._samples) > 1 and self._samples[-2][1] == self._samples[-1][1] == reading[1]:
            self._samples.pop()
        self._samples.append(reading)

    def stop(self) -> None:
        """Take the last reading."""
        self._task.cancel()
        self.read()

    @property
    def times(self) -> tuple[float, ...]:
        """Nothing: single attempts cannot be seen."""
        return ()

    @property
    def samples(self) -> tuple[tuple[float, int], ...]:
        """The readings."""
        return tuple(self._samples)
