"""What a run is about to do, how long that takes, and how much of it is left."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from windtunnel.conformance.subject import Subject

PUT_BACK = 0.5
"""Seconds that it takes beyond the recovery time to show that a breaker is closed again."""
WORK = 1.5
"""Seconds that a trial takes beyond its start and its breaker's open times, roughly."""
OPEN_TIMES = 1.5
"""Open times that a trial waits for, on average."""
EVERY = 10.0
"""Seconds between two words about the time that is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """How many trials there are, on how many stacks, and on whose targets."""

    trials: int
    stacks: int
    start: float
    """Seconds that a target took to start."""
    shared: bool
    """Whether trials share targets: where a start takes longer than putting the breaker back."""
    seconds: float
    """About how long it takes."""

    def __str__(self) -> str:
        targets = "are shared" if self.shared else "are started for each trial"
        return (
            f"{self.trials} trials on {self.stacks} stacks; targets start in {self.start:.1f} s and"
            f" {targets}; about {spoken(self.seconds)}"
        )


def run_plan(subject: Subject, trials: int, stacks: int) -> RunPlan:
    """Return the plan for a breaker that was surveyed."""
    start, recovery = subject.observed.start, subject.observed.recovery
    open_time = recovery.most if recovery else 0.0
    shared = recovery is not None and start > open_time + PUT_BACK
    each = WORK + OPEN_TIMES * open_time + (open_time + PUT_BACK if shared else start)
    return RunPlan(
        trials=trials,
        stacks=stacks,
        start=start,
        shared=shared,
        seconds=each * trials / stacks,
    )


@dataclass(slots=True)
class RunProgress:
    """Counts the trials that are done, and says now and then how much time is left."""

    plan: RunPlan | None = None
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    _began: float = field(init=False)
    _spoke: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self._spoke = self.clock()

    def begin(self, plan: RunPlan) -> None:
        """Count from here."""
        self.plan, self.done = plan, 0
        self._began = self._spoke = self.clock()

    def after_one(self) -> str:
        """Return what is left after one more trial; nothing shortly after it was last said."""
        self.done += 1
        now = self.clock()
        if self.plan is None or now - self._spoke < EVERY:
            return ""
        self._spoke = now
        left = self.plan.trials - self.done
        seconds = (now - self._began) * left / self.done
        return f"{self.done} of {self.plan.trials} done, about {spoken(seconds)} left"


def spoken(seconds: float) -> str:
    """Return a length of time as one says it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
