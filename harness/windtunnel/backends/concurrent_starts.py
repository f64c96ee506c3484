"""Starts programs that do not need each other at the same time."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

from windtunnel.address import Address

GRACE = 0.5
"""Seconds for which others may fail as well, once one has."""


def concurrent_starts(starts: Mapping[str, Callable[[], Address]]) -> dict[str, Address]:
    """Carry out all starts, each in a thread, and return where each program serves.

    Soon after one fails, its error is raised: the first in their order, where several have. The
    others go on until whoever catches it stops what was started.
    """
    threads = ThreadPoolExecutor(max(1, len(starts)), "windtunnel-start")
    try:
        futures = {name: threads.submit(start) for name, start in starts.items()}
        done, going = wait(futures.values(), return_when=FIRST_EXCEPTION)
        if any(future.exception() for future in done):
            # Which of two that fail at about the same time is said should not depend on chance.
            done |= wait(going, timeout=GRACE).done
        for future in futures.values():
            if future in done and (error := future.exception()):
                raise error
        return {name: future.result() for name, future in futures.items()}
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
