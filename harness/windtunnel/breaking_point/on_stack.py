"""A search for a breaking point on a stack: for each strength a fresh target, and the fault."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TypeVar

from windtunnel.breaking_point.point import BreakingPoint, StrengthTrial
from windtunnel.breaking_point.search import BudgetOverError, Search
from windtunnel.criteria import Ruling, Verdict
from windtunnel.criteria.intervals import CONFIDENCE
from windtunnel.criteria.objective import parse
from windtunnel.criteria.objective_held import objective_held
from windtunnel.load.find_limit import needed
from windtunnel.requests.request_value import Request
from windtunnel.stack import Stack
from windtunnel.target import Target
from windtunnel_faults import Fault

Result = TypeVar("Result")

WARM_UP = 0.5
"""Seconds of the same load before the fault: a fresh process compiles and connects first."""
SPARE = 1.3
"""So much more than the requests that must go well: a few that do not leave it shown."""
LEAST_SEEN = 40
"""Requests that the time left must allow, or nothing more is tried."""
GRACE = 1.0
"""Seconds beyond the budget for the last answers."""
LEAST = 200
"""Requests of each look."""


def breaking_point(
    stack: Stack,
    fault: Callable[[float], Fault],
    search: Search,
    drive: Callable[[Target], Result],
    criterion: Callable[[Result], Verdict],
) -> BreakingPoint:
    """Return where `criterion` of what `drive` returns fails under `fault`, which takes a level.

    Each look meets a fresh target, so that no breaker or cache carries over. What `drive` asks of
    the target ends by the search's budget; what it does besides is waited for. Raises what an
    injection raises: VacuousFault, above all, where the load does not reach the dependency.
    """
    starts = _Starts(search)

    def look(level: float, times: int) -> StrengthTrial:
        del times  # what is driven says for itself how long
        over = StrengthTrial(level, (_no_time("breaking point", level),))
        with ExitStack() as held:
            target = starts.target(stack, held, over)
            try:
                with target.ending_by(starts.until + GRACE):
                    if level:
                        held.enter_context(stack.inject(fault(level)))
                    driven = drive(target)
            except TimeoutError:
                if search.clock() < starts.until:
                    raise  # it is the driver's own
                raise BudgetOverError(over) from None
            return StrengthTrial(level, (criterion(driven),))

    return search.run(look)


class _Starts:
    """Starts a target for each look, but none for which no time is left."""

    def __init__(self, search: Search) -> None:
        self.until = search.clock() + search.budget
        self._clock = search.clock
        self._longest = 0.0

    def target(self, stack: Stack, held: ExitStack, over: StrengthTrial) -> Target:
        """Return a fresh target; BudgetOverError where the time left is shorter than a start was.

        It is stopped once `held` is closed.
        """
        began = self._clock()
        if began + self._longest >= self.until:
            raise BudgetOverError(over)
        target = held.enter_context(stack.target())
        self._longest = max(self._longest, self._clock() - began)
        return target


def under_load(
    stack: Stack,
    fault: Callable[[float], Fault],
    search: Search,
    objectives: str,
    *,
    rate: float = 100.0,
    requests: Sequence[str | Request] | None = None,
    connections: int = 256,
    duration: float | None = None,
    confidence: float = CONFIDENCE,
) -> BreakingPoint:
    """Return where objectives, such as "p99<50ms and errors<1%", fail under an open loop.

    `confidence` is that of the whole search: every look is held to a share of the error that it
    allows (Bonferroni). `duration` is a look's, in seconds; None for as long as the objectives need
    at `rate`. For the rest see `breaking_point` and `windtunnel.target.Target.offer`.
    """
    judged = parse(objectives)
    each = 1 - (1 - confidence) / (search.looks_at_most * len(judged))
    seconds = duration or max(LEAST, SPARE * needed(judged, each)) / rate

    starts = _Starts(search)
    until = starts.until

    def left(level: float) -> float:
        """Return the seconds that are left; BudgetOverError where they show nothing."""
        found = until - search.clock()
        if found * rate < LEAST_SEEN:
            raise BudgetOverError(StrengthTrial(level, (_no_time(objectives, level),)))
        return found

    def look(level: float, times: int) -> StrengthTrial:
        left(level)
        with ExitStack() as held:
            target = starts.target(
                stack, held, StrengthTrial(level, (_no_time(objectives, level),))
            )
            warm_up = min(left(level), max(WARM_UP, 2 / rate))
            try:
                target.offer(rate, duration=warm_up, requests=requests, ends_by=until)
                if level:
                    held.enter_context(stack.inject(fault(level)))
                length = min(seconds * times, left(level))
                run = target.offer(
                    rate,
                    duration=length,
                    requests=requests,
                    connections=connections,
                    ends_by=until + GRACE,
                )
            except TimeoutError:
                no_time = _no_time(objectives, level)
                raise BudgetOverError(StrengthTrial(level, (no_time,))) from None
            trial = StrengthTrial(level, tuple(objective_held(run, one, each) for one in judged))
        if length < seconds * times and trial.ruling is Ruling.INCONCLUSIVE:
            raise BudgetOverError(trial)
        return trial

    return search.run(look)


def _no_time(criterion: str, level: float) -> Verdict:
    return Verdict(
        criterion=criterion,
        criterion_id="objective_held",
        subject=f"level {level:g}" if level else "no fault",
        ruling=Ruling.INCONCLUSIVE,
        statement="the budget was over before it could be decided.",
        needs="a larger budget",
    )
