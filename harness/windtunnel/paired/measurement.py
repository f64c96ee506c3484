"""Measures two arms until every verdict is certain or the time is over."""

import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from windtunnel.criteria.betting import prepare
from windtunnel.criteria.regression import regressions
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.load.loop_thread import LoopThread
from windtunnel.load.own_limits import check_own_limits
from windtunnel.machine.process_tree import stolen_seconds
from windtunnel.open_files import allow_files
from windtunnel.paired.disturbances import remarks
from windtunnel.paired.rounds import EvidenceSince, RoundPlan, RunningArm, measure, plan
from windtunnel.paired.warm_up import warm_after
from windtunnel.records import Comparison, Round

WARM_UP = 0.2
"""The share of the time after which warming up ends, steady or not."""
LOOK = 1.15
"""Verdicts are looked at whenever there are so many times the rounds: each look takes time."""


LEAST_WAIT = 0.05
"""Seconds that a first request is given at least."""
DEAD = 200
"""Requests after which an arm without one good answer is asked no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRequest:
    """What is to be compared, and for how long."""

    endpoints: tuple[str, ...]
    dependencies: tuple[str, ...] = ()
    tolerances: Tolerances = field(default_factory=Tolerances)
    budget: float = 60.0
    """Seconds."""
    confirming: float = 0.0
    """Seconds of the budget that are left to fresh processes where these show a failure."""
    conditions: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """The evidence and what was judged from it."""

    comparison: Comparison
    verdicts: tuple[Verdict, ...]


@dataclass(slots=True)
class Gathered:
    """What was measured so far, by the processes of every start."""

    rounds: list[Round] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    generations: int = 0
    began: float = field(default_factory=time.monotonic)
    stolen: float = field(default_factory=stolen_seconds)


class Measurement:
    """Two arms being measured: warmed up first, then round after round.

    What earlier processes of the same arms gave is judged together with what these give.
    """

    def __init__(
        self,
        arms: tuple[RunningArm, RunningArm],
        request: ComparisonRequest,
        *,
        loop: LoopThread,
        random: random.Random,
        evidence: EvidenceSince = lambda since: (),
        gathered: Gathered | None = None,
    ) -> None:
        self._arms = arms
        self._request = request
        self._loop = loop
        self._random = random
        self._evidence = evidence
        self._gathered = gathered or Gathered()
        self._generation = self._gathered.generations
        self._gathered.generations += 1

    def __repr__(self) -> str:
        return f"<Measurement {self._arms[0].name} {self._arms[1].name}>"

    def run(self) -> ComparisonResult:
        """Return the comparison and its verdicts, once all are certain or the budget is over.

        Raises ControlError where the taps give no evidence, NotTestable where this machine's own
        limits let requests not be sent.
        """
        allow_files(sum(len(arm.callers) for arm in self._arms))
        prepare()  # or the first look would take its time from the budget
        end = time.monotonic() + self._request.budget
        enough = end - self._request.confirming
        share = WARM_UP * self._request.budget / len(self._request.endpoints)
        plans = {endpoint: self._warm_up(endpoint, share) for endpoint in self._request.endpoints}
        open_ended = list(self._request.endpoints)
        rounds = self._gathered.rounds
        looked = 0
        while open_ended and time.monotonic() < end:
            for endpoint in self._random.sample(open_ended, len(open_ended)):
                measured = self._measure(endpoint, plans[endpoint], end)
                if measured.base.requests or measured.head.requests:
                    rounds.append(measured)
            if len(rounds) >= LOOK * looked:
                looked = len(rounds)
                verdicts = self._look().verdicts
                if time.monotonic() >= enough and _fails(verdicts):
                    break
                open_ended = [
                    each for each in _uncertain(open_ended, verdicts) if not _is_dead(each, rounds)
                ]
        return self._look()

    def _warm_up(self, endpoint: str, seconds: float) -> RoundPlan:
        """Load both arms until their times are steady, and keep nothing of it."""
        end = time.monotonic() + seconds
        chosen = plan(self._probe(endpoint, end))
        durations: list[float] = []
        while time.monotonic() < end:
            round_ = self._measure(endpoint, chosen, end)
            pairs = zip(round_.base.durations, round_.head.durations, strict=True)
            durations += [base + head for base, head in pairs if not math.isnan(base + head)]
            if warm_after(durations) is not None:
                return plan(median(durations) / 2)
            if not durations and round_.base.requests:
                return chosen  # nothing answers: there is nothing to warm up
        self._gathered.notes.append(
            f"{endpoint}: not steady after {seconds:.3g} s of warming up; measured all the same"
        )
        return plan(median(durations) / 2) if durations else chosen

    def _probe(self, endpoint: str, until: float) -> float:
        """Return what a request of the slower arm takes, once its connection stands."""

        async def probe() -> float:
            slowest = 0.0
            for arm in self._arms:
                for _ in range(2):
                    caller, number = arm.callers[0], next(arm.numbers)
                    left = until - time.monotonic()
                    wait = max(LEAST_WAIT, min(caller.patience(endpoint), left))
                    response, _ = await caller.call(0, endpoint, timeout=wait, filled_as=number)
                    check_own_limits([response])
                slowest = max(slowest, response.duration)
            return slowest

        return self._loop.run(probe())

    def _measure(self, endpoint: str, chosen: RoundPlan, until: float) -> Round:
        round_ = self._loop.run(
            measure(endpoint, self._arms, chosen, self._random, self._evidence, until)
        )
        return replace(round_, generation=self._generation)

    def _look(self) -> ComparisonResult:
        gathered = self._gathered
        rounds = tuple(gathered.rounds)
        elapsed = time.monotonic() - gathered.began
        comparison = Comparison(
            base=self._arms[0].name,
            head=self._arms[1].name,
            endpoints=self._request.endpoints,
            dependencies=self._request.dependencies,
            rounds=rounds,
            conditions=self._request.conditions,
            seed=self._request.seed,
            remarks=(
                *dict.fromkeys(gathered.notes),
                *remarks(
                    rounds, stolen_seconds() - gathered.stolen, elapsed, self._request.dependencies
                ),
            ),
        )
        return ComparisonResult(comparison, regressions(comparison, self._request.tolerances))

    def close(self) -> None:
        """Close the connections of both arms."""

        async def close() -> None:
            for arm in self._arms:
                arm.close()

        self._loop.run(close())


def _fails(verdicts: Sequence[Verdict]) -> bool:
    return any(verdict.ruling is Ruling.FAIL for verdict in verdicts)


def _uncertain(endpoints: Sequence[str], verdicts: Sequence[Verdict]) -> list[str]:
    """Return the endpoints of which some verdict is still open."""
    pending = {v.subject for v in verdicts if v.ruling is Ruling.INCONCLUSIVE}
    return [endpoint for endpoint in endpoints if endpoint in pending]


def _is_dead(endpoint: str, rounds: Sequence[Round]) -> bool:
    """Return whether an arm has given no good answer at all."""
    own = [round_ for round_ in rounds if round_.endpoint == endpoint]
    for arm in ([round_.base for round_ in own], [round_.head for round_ in own]):
        requests = sum(each.requests for each in arm)
        if requests >= DEAD and requests == sum(each.failures for each in arm):
            return True
    return False
