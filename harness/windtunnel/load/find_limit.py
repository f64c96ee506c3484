"""Finds the highest rate at which objectives hold, by open-loop load at one rate after another."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from windtunnel.criteria.generator_kept_up import generator_kept_up
from windtunnel.criteria.intervals import CONFIDENCE, trials_for_none
from windtunnel.criteria.objective import Objective, ObjectiveFigure
from windtunnel.criteria.objective_held import objective_held
from windtunnel.criteria.verdict import Ruling, Verdict, overall
from windtunnel.load.level_search import Bracket, LevelOutcome, bracket, next_level, steps_at_most
from windtunnel.records.load_run import LoadRun

LONGER, LONGEST = 3.0, 10.0
"""The least and the most factor by which an inconclusive measurement is repeated longer."""

LEAST_SEEN = 40
"""Requests that the time left must allow, or nothing more is tried."""

Offer = Callable[[float, float], LoadRun]
"""Offers a rate, for a multiple of the usual time. TimeoutError where the budget was over before
all its answers came."""


@dataclass(frozen=True, slots=True)
class RateTrial:
    """One rate, and how the objectives fared."""

    rate: float
    verdicts: tuple[Verdict, ...]
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class Limit:
    """What a search found."""

    bracket: Bracket
    trials: tuple[RateTrial, ...]
    bottleneck: str = ""
    """Why the search ended early: the limit of the load engine, not of the service."""
    confidence: float = CONFIDENCE
    ran_out: bool = False
    """Whether the budget was over before the limit was known."""


def find_limit(
    offer: Offer,
    objectives: Sequence[Objective],
    *,
    lowest: float = 50.0,
    highest: float = 200_000.0,
    resolution: float = 0.05,
    confidence: float = CONFIDENCE,
    budget: float = math.inf,
    usual: float = 10.0,
    clock: Callable[[], float] = time.monotonic,
    on_trial: Callable[[RateTrial], None] = lambda trial: None,
) -> Limit:
    """Return the highest rate from `lowest` to `highest` that was shown to hold, to `resolution`.

    Each measurement has a share of the error that `confidence` allows the whole search
    (Bonferroni). A rate that two measurements leave inconclusive counts as not shown to hold. The
    search ends where the load engine itself cannot keep the rate, and after `budget` seconds, with
    what it has found; `usual` is a measurement's usual time in seconds.
    """
    looks = 2 * len(objectives) * steps_at_most(lowest, highest, resolution)
    each = 1 - (1 - confidence) / looks
    tried: list[LevelOutcome] = []
    trials: list[RateTrial] = []
    bottleneck = ""
    ran_out = False
    until = clock() + budget

    def look(rate: float, times: float) -> tuple[LoadRun, RateTrial]:
        """Measure a rate for as long as the budget allows; TimeoutError once that is too short."""
        left = until - clock()
        if left * rate < LEAST_SEEN:
            raise TimeoutError
        run = offer(rate, min(times, left / usual))
        trial = _judge(rate, run, objectives, each)
        if times * usual > left and trial.ruling is Ruling.INCONCLUSIVE:
            trials.append(trial)
            on_trial(trial)
            raise TimeoutError
        return run, trial

    while (rate := next_level(tried, lowest, highest, resolution)) is not None:
        try:
            run, trial = look(rate, 1.0)
            kept_up = generator_kept_up(run)
            if trial.ruling is Ruling.INCONCLUSIVE and kept_up.ruling is Ruling.PASS:
                run, trial = look(rate, _longer(len(run.samples), objectives, each))
                kept_up = generator_kept_up(run)
        except TimeoutError:
            ran_out = True
            break
        trials.append(trial)
        on_trial(trial)
        # A failure that the engine cannot have caused is the service's all the same.
        if kept_up.ruling is not Ruling.PASS and trial.ruling is not Ruling.FAIL:
            bottleneck = f"at {rate:.0f}/s the load engine was the bottleneck: {kept_up.statement}"
            break
        tried.append(LevelOutcome(rate, trial.ruling is Ruling.PASS))
    return Limit(bracket(tried), tuple(trials), bottleneck, confidence, ran_out)


def _longer(requests: int, objectives: Sequence[Objective], confidence: float) -> float:
    """Return how many times the stretch must be to show a share below its limit, if all goes well.

    Half as much again, so that a few requests over the limit leave it shown.
    """
    return min(LONGEST, max(LONGER, 1.5 * needed(objectives, confidence) / max(1, requests)))


def needed(objectives: Sequence[Objective], confidence: float) -> int:
    """Return how many requests show every share to be below its limit, if all go well."""
    shares = [
        objective.limit if objective.figure is ObjectiveFigure.ERRORS else 1 - objective.share
        for objective in objectives
        if objective.figure in (ObjectiveFigure.ERRORS, ObjectiveFigure.QUANTILE)
    ]
    return max((trials_for_none(share, confidence) for share in shares if share < 1), default=0)


def _judge(
    rate: float, run: LoadRun, objectives: Sequence[Objective], confidence: float
) -> RateTrial:
    verdicts = tuple(objective_held(run, objective, confidence) for objective in objectives)
    return RateTrial(rate, verdicts, overall(verdicts))
