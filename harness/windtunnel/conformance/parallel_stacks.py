"""Stacks side by side: each has a tap and dependencies of its own, so that no evidence mixes."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

from windtunnel.stack import Stack

OpenStack = Callable[[], AbstractContextManager[Stack]]
"""Starts one more stack of the same service, and stops it at the end."""
Found = TypeVar("Found")
Work = Callable[[Stack], Found]


class StackThread:
    """One stack, and the thread that starts it, works on it piece by piece, and stops it."""

    def __init__(self, open_stack: OpenStack) -> None:
        self._held = ExitStack()
        self._thread = ThreadPoolExecutor(1, "windtunnel stack")
        self._given: list[Future[Any]] = []
        self._stack = self._thread.submit(lambda: self._held.enter_context(open_stack()))

    def __repr__(self) -> str:
        return f"<StackThread with {sum(not each.done() for each in self._given)} pieces of work>"

    def give(self, work: Work[Found]) -> Future[Found]:
        """Have work done once what was given before is; an error of the start is its error too."""
        given = self._thread.submit(lambda: work(self._stack.result()))
        self._given.append(given)
        return given

    def close(self) -> Future[None]:
        """Drop the work that was not begun, and stop the stack after what was."""
        for each in self._given:
            each.cancel()
        closed = self._thread.submit(self._held.close)
        self._thread.shutdown(wait=False)
        return closed


class ParallelStacks:
    """Several stacks, each in its own thread. The `with` statement ends once all are closed."""

    def __init__(self, stacks: Sequence[OpenStack]) -> None:
        self._stacks = stacks
        self._threads: list[StackThread] = []
        self._closing = threading.Event()

    def __repr__(self) -> str:
        return f"<ParallelStacks {self._threads}>"

    def __enter__(self) -> Self:
        self._threads = [StackThread(open_stack) for open_stack in self._stacks]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        closed = [thread.close() for thread in self._threads]
        wait(closed)
        if error is None:
            for each in closed:
                each.result()

    def pause(self, seconds: float) -> None:
        """Wait; CancelledError where the stacks are closed meanwhile, as by an interrupt."""
        if self._closing.wait(max(0.0, seconds)):
            raise CancelledError

    def side_by_side(self, pieces: Sequence[Work[Found]]) -> Iterator[Found]:
        """Do the pieces of work on all stacks, and yield what each found, in their order.

        They are dealt out in turn, not to whoever is free: what a tap draws from its seed depends
        on what it has seen before, and must not depend on the machine's speed.
        """
        given = [
            self._threads[number % len(self._threads)].give(piece)
            for number, piece in enumerate(pieces)
        ]
        for each in given:
            yield each.result()

    def alone(self, pieces: Sequence[Work[Found]]) -> Iterator[Found]:
        """Do the pieces of work on the first stack while the others rest, once they do."""
        for piece in pieces:
            yield self._threads[0].give(piece).result()
