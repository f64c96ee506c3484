"""A search for a breaking point ends with its budget, whatever a look is doing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.load.fake_stacks import FakeStack, FakeTarget, ruled
from windtunnel.breaking_point import Search, breaking_point
from windtunnel.criteria import Ruling, Verdict
from windtunnel.records import Run
from windtunnel.stack import Stack
from windtunnel.target import Target
from windtunnel_faults import Latency

STOP = 5.0
"""Seconds that a busy machine may take to stop a target."""


class SlowStack(FakeStack):
    """Whose targets take ten seconds to start."""

    def __init__(self, clock: list[float]) -> None:
        super().__init__()
        self._clock = clock

    @contextmanager
    def target(self) -> Iterator[FakeTarget]:
        self._clock[0] += 10
        yield self.log


def test_no_target_is_started_for_which_no_time_is_left() -> None:
    clock = [0.0]
    stack = SlowStack(clock)
    found = breaking_point(
        stack,  # type: ignore[arg-type]
        lambda seconds: Latency("catalog", seconds),
        Search(0.1, 1.0, budget=35, clock=lambda: clock[0]),
        lambda target: None,
        lambda _: ruled(0.0, Ruling.PASS).verdicts[0],
    )
    assert clock[0] == 30
    assert found.ran_out
    assert found.held == 0.2


@pytest.mark.slow
@pytest.mark.busy
def test_what_a_driver_asks_of_the_target_ends_with_the_budget(stack: Stack) -> None:
    """It would load for a minute; what was found before is kept."""

    def drive(target: Target) -> Run:
        begun.append(time.monotonic())
        return target.load(connections=2, duration=60.0 if driven else 0.2)

    def criterion(run: Run) -> Verdict:
        driven.append(run)
        return ruled(0.0, Ruling.PASS).verdicts[0]

    driven: list[Run] = []
    begun: list[float] = []
    began = time.monotonic()
    with stack.target():
        stack.wait_for_control_period()
    budget = 3 * (time.monotonic() - began) + 2
    began = time.monotonic()
    found = breaking_point(
        stack,
        lambda seconds: Latency("catalog", seconds),
        Search(0.01, 0.02, budget=budget),
        drive,
        criterion,
    )
    assert time.monotonic() - began < budget + 2 + STOP
    assert len(begun) == 2
    assert found.ran_out
    assert [trial.ruling for trial in found.trials] == [Ruling.PASS, Ruling.INCONCLUSIVE]
    assert "the budget was over" in found.trials[1].verdicts[0].statement


def test_a_driver_s_own_time_out_is_no_end_of_the_budget() -> None:
    def drive(target: Target) -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        breaking_point(
            FakeStack(),  # type: ignore[arg-type]
            lambda seconds: Latency("catalog", seconds),
            Search(0.1, 0.2),
            drive,
            lambda _: ruled(0.0, Ruling.PASS).verdicts[0],
        )
