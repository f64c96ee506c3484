"""Measures two arms until every verdict is certain or the time is over."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from windtunnel.criteria.regression import regressions
from windtunnel.criteria.sequence import prepare
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.load.loop_thread import LoopThread
from windtunnel.paired.disturbances import remarks
from windtunnel.paired.processes import stolen
from windtunnel.paired.rounds import EvidenceSince, RoundPlan, RunningArm, measure, plan
from windtunnel.paired.warm_up import warm_after
from windtunnel.records import Comparison, Round

WARM_UP = 0.2
"""The share of the time after which warming up ends, steady or not."""
LOOK = 1.15
"""Verdicts are looked at whenever there are so many times the rounds: each look takes time."""


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
    stolen: float = field(default_factory=stolen)


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

        Raises ControlError where the taps give no evidence.
        """
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
                rounds.append(self._measure(endpoint, plans[endpoint]))
            if len(rounds) >= LOOK * looked:
                looked = len(rounds)
                verdicts = self._look().verdicts
                if time.monotonic() >= enough and _fails(verdicts):
                    break
                open_ended = _uncertain(open_ended, verdicts)
        return self._look()

    def _warm_up(self, endpoint: str, seconds: float) -> RoundPlan:
        """Load both arms until their times are steady, and keep nothing of it."""
        end = time.monotonic() + seconds
        chosen = plan(self._probe(endpoint))
        durations: list[float] = []
        while time.monotonic() < end:
            round_ = self._measure(endpoint, chosen)
            durations += [
                base + head
                for base, head in zip(round_.base.durations, round_.head.durations, strict=True)
            ]
            if warm_after(durations) is not None:
                return plan(median(durations) / 2)
        self._gathered.notes.append(
            f"{endpoint}: not steady after {seconds:.3g} s of warming up; measured all the same"
        )
        return plan(median(durations) / 2) if durations else chosen

    def _probe(self, endpoint: str) -> float:
        """Return what a request of the slower arm takes, once its connection stands."""

        async def probe() -> float:
            slowest = 0.0
            for arm in self._arms:
                await arm.callers[0].call(0, endpoint)
                response, _ = await arm.callers[0].call(0, endpoint)
                slowest = max(slowest, response.duration)
            return slowest

        return self._loop.run(probe())

    def _measure(self, endpoint: str, chosen: RoundPlan) -> Round:
        round_ = self._loop.run(measure(endpoint, self._arms, chosen, self._random, self._evidence))
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
                *remarks(rounds, stolen() - gathered.stolen, elapsed),
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
