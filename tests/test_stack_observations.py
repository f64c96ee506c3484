"""What a stack looks up of itself: how long a look took, and where a run's aftermath ends."""

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from tests.criteria.recorded import evidence, responses, run
from windtunnel import Ruling, eventually
from windtunnel.configuration import Configuration
from windtunnel.stack_observations import StackObservations


def observations(*began: float) -> StackObservations:
    """Return those of a scenario whose runs began then, with nothing behind them."""
    machine = SimpleNamespace(read=lambda: None, since=lambda _: None)
    backend: Any = SimpleNamespace(ended_programs=lambda: ())
    context: Any = SimpleNamespace(machine=machine, began=list(began))
    return StackObservations(backend, Configuration(), context)


def test_a_look_that_ends_after_the_deadline_shows_nothing_of_the_time_before_it() -> None:
    def slow() -> bool:
        time.sleep(0.05)
        return True

    stack = observations()
    late = eventually(stack.wait_until(slow, within=0.01))
    assert late.ruling is Ruling.INCONCLUSIVE
    assert eventually(stack.wait_until(slow, within=60))
    # What an earlier look decided, it decided.
    looks = iter((False, True))
    assert eventually(stack.wait_until(lambda: next(looks), within=60, every=0.01))


def test_the_aftermath_of_a_run_ends_with_the_next_run() -> None:
    whole = replace(run(responses(2), evidence()), ended=0.1)
    alone = observations(0.0).up_to_now(whole)
    assert alone.ended > 0.2
    assert alone.load_ended == 0.1
    followed = observations(0.0, 0.15, 0.17)
    assert followed.up_to_now(whole).ended == 0.15
    again = followed.up_to_now(followed.up_to_now(whole))
    assert (again.ended, again.load_ended) == (0.15, 0.1)
    # It has what came during its own load, whatever was sent beside it.
    assert observations(0.0, 0.05).up_to_now(whole).ended == 0.1
