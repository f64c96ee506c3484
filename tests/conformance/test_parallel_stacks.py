"""Work is dealt out to stacks side by side, in an order that does not depend on their speed."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import cast

import pytest

from windtunnel.conformance.parallel_stacks import OpenStack, ParallelStacks, Work
from windtunnel.errors import StartError
from windtunnel.stack import Stack


class Stacks:
    """Stacks that are only names, and what became of them."""

    def __init__(self) -> None:
        self.closed: list[str] = []

    def opener(self, name: str) -> OpenStack:
        @contextmanager
        def opened() -> Iterator[Stack]:
            if name == "broken":
                raise StartError("it did not come up")
            yield cast("Stack", name)
            self.closed.append(name)

        return opened

    def parallel(self, *names: str) -> ParallelStacks:
        return ParallelStacks([self.opener(name) for name in names])


def saying(number: int, before: Callable[[], object] = lambda: None) -> Work[str]:
    def work(stack: Stack) -> str:
        before()
        return f"{number} on {stack}"

    return work


def test_work_is_dealt_out_in_turn_and_found_in_its_order() -> None:
    stacks = Stacks()
    freed = threading.Event()
    with stacks.parallel("a", "b") as parallel:
        # The first piece ends after the others of its neighbour.
        pieces = [saying(0, lambda: freed.wait(10)), saying(1), saying(2), saying(3, freed.set)]
        assert list(parallel.side_by_side(pieces)) == ["0 on a", "1 on b", "2 on a", "3 on b"]
    assert sorted(stacks.closed) == ["a", "b"]


def test_what_must_run_alone_runs_on_one_stack() -> None:
    with Stacks().parallel("a", "b") as parallel:
        assert list(parallel.alone([saying(0), saying(1)])) == ["0 on a", "1 on a"]


def test_a_stack_that_does_not_start_is_an_error_of_its_work() -> None:
    stacks = Stacks()
    with (
        pytest.raises(StartError, match="it did not come up"),
        stacks.parallel("a", "broken") as parallel,
    ):
        list(parallel.side_by_side([saying(0), saying(1)]))
    assert stacks.closed == ["a"]


def test_an_interrupt_ends_what_waits_and_drops_what_was_not_begun() -> None:
    stacks = Stacks()
    waiting = threading.Event()
    seen: list[str] = []

    def wait_long(stack: Stack) -> None:
        waiting.set()
        try:
            parallel.pause(600)
        except CancelledError:
            seen.append("cancelled")
            raise

    def interrupted() -> None:
        given = parallel.side_by_side([saying(0), wait_long, lambda stack: seen.append("begun")])
        assert next(given) == "0 on a"
        assert waiting.wait(10)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), stacks.parallel("a") as parallel:
        interrupted()
    assert seen == ["cancelled"]
    assert stacks.closed == ["a"]
