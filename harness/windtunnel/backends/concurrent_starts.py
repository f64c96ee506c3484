"""Starts programs at the same time, but for those that need others, which start after these."""

import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from windtunnel.address import Address

GRACE = 0.5
"""Seconds for which others may fail as well, once one has."""


def concurrent_starts(
    starts: Mapping[str, Callable[[], Address]],
    after: Mapping[str, Collection[str]] | None = None,
) -> dict[str, Address]:
    """Carry out all starts, each in a thread, and return where each program serves.

    A start that comes `after` others waits for these; where one of them fails, so does it, by the
    same error. None may come after itself, by whatever way.

    Soon after one fails, its error is raised: the first in their order, where several have. The
    others go on until whoever catches it stops what was started.
    """
    threads = ThreadPoolExecutor(max(1, len(starts)), "windtunnel-start")
    futures: dict[str, Future[Address]] = {}
    submitted = threading.Event()

    def carry_out(name: str, start: Callable[[], Address]) -> Address:
        submitted.wait()
        for other in (after or {}).get(name, ()):
            futures[other].result()
        return start()

    try:
        for name, start in starts.items():
            futures[name] = threads.submit(carry_out, name, start)
        submitted.set()
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
