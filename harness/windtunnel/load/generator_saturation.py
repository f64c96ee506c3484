"""How long the engine's own thread was busy: running, or ready to run and waiting for a core."""

import contextlib
import time
from pathlib import Path

_SCHEDULE = Path("/proc/thread-self/schedstat")


def busy_seconds() -> float:
    """Return the calling thread's time on a core and, on Linux, its time waiting for one.

    An engine that shares its core with the service is the bottleneck long before it has used the
    whole of one, and only the waiting shows that. Source: proc(5), schedstat; else thread_time.
    """
    with contextlib.suppress(OSError, ValueError):
        ran, waited, _ = (int(field) for field in _SCHEDULE.read_text().split())
        if ran:
            return (ran + waited) / 1e9
    return time.thread_time()
