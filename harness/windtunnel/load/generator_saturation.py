"""Generator saturation: how long the engine's thread ran, or was ready and waited for a core."""

import contextlib
import time
from pathlib import Path

_SCHEDULE = Path("/proc/thread-self/schedstat")


def busy_seconds() -> float:
    """Return the seconds that the calling thread ran and, on Linux, waited for a core.

    An engine that shares its core with the service is the bottleneck before it has used a whole
    core. Only the waiting shows that. Source: proc(5), schedstat; elsewhere thread_time.
    """
    with contextlib.suppress(OSError, ValueError):
        ran, waited, _ = (int(field) for field in _SCHEDULE.read_text().split())
        if ran:
            return (ran + waited) / 1e9
    return time.thread_time()
