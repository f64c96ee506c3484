"""The system's limit on this process's open files: raised as far as is allowed, where needed."""

import resource
from contextlib import suppress
from pathlib import Path

SPARE = 64
"""Open files beside the connections: of Python, of the loop, of reports."""


def allow_files(connections: int) -> None:
    """Raise the soft limit so that so many more connections fit; do nothing where they do.

    Where the hard limit is too low, whoever opens one too many is told by the system.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _open_now() + connections + SPARE
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    highest = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if highest > soft:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (highest, hard))


def _open_now() -> int:
    with suppress(OSError):
        return sum(1 for _ in Path("/proc/self/fd").iterdir())
    return SPARE
