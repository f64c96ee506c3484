"""One event loop in a thread of its own, for synchronous callers."""

import asyncio
import math
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

from windtunnel.event_loop import new_event_loop
from windtunnel.load.call_cancellation import CURRENT

Result = TypeVar("Result")


class LoopThread:
    """Runs coroutines for synchronous callers, which may run inside another loop. Closable."""

    def __init__(self) -> None:
        self._loop = new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="windtunnel loop", daemon=True
        )
        self._thread.start()

    def __repr__(self) -> str:
        return f"<LoopThread {'closed' if self._loop.is_closed() else 'running'}>"

    def run(self, coroutine: Coroutine[Any, Any, Result], *, until: float = math.inf) -> Result:
        """Return the coroutine's result; an interrupt cancels it, as does giving up the call.

        TimeoutError where it is not done at the monotonic time `until`.
        """
        future = asyncio.run_coroutine_threadsafe(bounded(coroutine, until), self._loop)
        cancellation = CURRENT.get()
        if cancellation is not None:
            cancellation.follow(future)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def submit(self, coroutine: Coroutine[Any, Any, Result]) -> "Future[Result]":
        """Begin a coroutine, and return at once what will have its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def settle(self, seconds: float) -> bool:
        """Cancel what runs on the loop, and return whether it ended within so many seconds."""
        try:
            self.submit(_cancelled()).result(seconds)
        except FutureTimeout:
            return False
        return True

    def close(self) -> None:
        """Stop the loop and its thread."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancelled() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def bounded(work: Coroutine[Any, Any, Result], until: float) -> Result:
    """Return what it returns; TimeoutError where it is not done at the monotonic time `until`."""
    try:
        async with asyncio.timeout(
            None if until == math.inf else until - time.monotonic()
        ) as deadline:
            return await work
    except TimeoutError:
        if deadline.expired():
            raise TimeoutError("it was not over by the moment that it was to end by") from None
        raise
    finally:
        work.close()  # where the time was over before it began
