"""Blocking calls of async tests: each runs in a thread, and is never left running.

A caller that is cancelled, by its framework or by asyncio itself (`asyncio.timeout`,
`Task.cancel`), waits until its call has ended; what the call had made is undone. Otherwise the
thread would go on with a stack that the next test uses too.
"""

import asyncio
import contextvars
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from anyio import (
    CancelScope,
    create_task_group,
    get_cancelled_exc_class,
    sleep_forever,
    to_thread,
)

from windtunnel.errors import WindtunnelError
from windtunnel.load.call_cancellation import CURRENT, CallCancellation

LOG = logging.getLogger(__name__)

Result = TypeVar("Result")


async def call_in_thread(
    call: Callable[[], Result], *, undo: Callable[[Result], object] | None = None
) -> Result:
    """Return what a blocking call returns, made in a thread.

    Where the caller is cancelled meanwhile, what the call waits for in the load's loop is
    cancelled, the call's end is awaited, and `undo` gets what it returned all the same.
    """
    cancellation = CallCancellation()

    def made() -> Result:
        CURRENT.set(cancellation)
        return call()

    if _in_asyncio():
        return await _on_asyncio(made, cancellation, undo)
    return await _elsewhere(made, cancellation, undo)


def _in_asyncio() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:  # no loop of asyncio runs here
        return False


async def _on_asyncio(
    call: Callable[[], Result],
    cancellation: CallCancellation,
    undo: Callable[[Result], object] | None,
) -> Result:
    made = _started(call)
    try:
        # Unlike an `await` of the future itself, this leaves it alone where it is cancelled.
        await asyncio.wait([made])
    except asyncio.CancelledError:
        cancellation.give_up()
        await _end_of(made)
        if undo is not None and not made.cancelled() and made.exception() is None:
            result = made.result()
            undone = _started(lambda: undo(result))
            await _end_of(undone)
            _log_failure(undone.exception())
        raise
    return made.result()


async def _end_of(made: "asyncio.Future[Result]") -> None:
    """Wait for the end, however often the caller is cancelled meanwhile."""
    # The scope is for anyio, which would cancel again and again.
    with CancelScope(shield=True):
        while not made.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([made])
    if not made.cancelled():
        made.exception()  # else asyncio reports it as never retrieved


def _started(call: Callable[[], Result]) -> "asyncio.Future[Result]":
    # A thread of our own: asyncio's pool is small, and a task of its own would be cancelled with
    # all others when the loop ends.
    result: Future[Result] = Future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            result.set_result(context.run(call))
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            result.set_exception(error)

    made = asyncio.wrap_future(result)
    threading.Thread(target=run, name="windtunnel call", daemon=True).start()
    return made


async def _elsewhere(
    call: Callable[[], Result],
    cancellation: CallCancellation,
    undo: Callable[[Result], object] | None,
) -> Result:
    made: Future[Result] = Future()

    def run() -> None:
        try:
            made.set_result(call())
        except BaseException as error:  # noqa: BLE001 - raised below, and not as one of a group
            made.set_exception(error)

    async def give_up() -> None:
        try:
            await sleep_forever()
        finally:
            if not made.done():
                cancellation.give_up()

    try:
        async with create_task_group() as group:
            group.start_soon(give_up)
            with CancelScope(shield=True):
                await to_thread.run_sync(run)
            group.cancel_scope.cancel()
    except get_cancelled_exc_class():
        if undo is not None and made.done() and made.exception() is None:
            with CancelScope(shield=True):
                try:
                    await to_thread.run_sync(undo, made.result())
                except WindtunnelError as error:
                    _log_failure(error)
        raise
    return made.result()


def _log_failure(error: BaseException | None) -> None:
    """Log what an undoing raised: the cancellation is what the caller has to see."""
    if error is not None:
        LOG.warning("after a cancelled call: %s", error)
