"""How often a comparison's judgement holds, and what it finds, on made-up times of known shapes.

`python -m tests.benchmarks.detection --synthetic --trials 40` needs no servers. Each trial is a
comparison of 400 rounds of 20 pairs, judged after 50, 100, 200 and 400 of them as one who peeks
would. "wrong" counts trials in which any look gave a verdict that the truth contradicts.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from windtunnel.criteria.regression import regressions
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Ruling
from windtunnel.records import ArmRound, Comparison, Round

PAIRS = 20
ROUNDS = 400
LOOKS = (50, 100, 200, 400)
TYPICAL = 0.002
"""Seconds of a request."""

Times = Callable[[random.Random, int], float]
"""Takes the number of the request in the run; gives its seconds."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How both arms' times arise, and whether head is worse by more than any tolerance."""

    name: str
    base: Times
    head: Times
    is_worse: bool


def _plain(scatter: random.Random, number: int) -> float:
    del number
    return TYPICAL * scatter.lognormvariate(0, 0.05)


def _rare(share: float, extra: float) -> Times:
    return lambda s, n: _plain(s, n) + (extra if s.random() < share else 0.0)


def _bimodal(hits: float) -> Times:
    return lambda s, n: _plain(s, n) * (1.0 if s.random() < hits else 8.0)


def _periodic(every: int, extra: float) -> Times:
    return lambda s, n: _plain(s, n) + (extra if n % every == 0 else 0.0)


def _scaled(factor: float) -> Times:
    return lambda s, n: factor * _plain(s, n)


def _warming(requests: int) -> Times:
    return lambda s, n: _plain(s, n) * (1 + 4 * max(0.0, 1 - n / requests))


def _growing(by: float) -> Times:
    return lambda s, n: _plain(s, n) * (1 + by * n / (ROUNDS * PAIRS))


SHAPES = (
    Shape("alike", _plain, _plain, is_worse=False),
    Shape("5 % slower", _plain, _scaled(1.05), is_worse=True),
    *(
        Shape(f"{share:.1%} take 0.2 s more", _plain, _rare(share, 0.2), is_worse=True)
        for share in (0.001, 0.003, 0.01, 0.05)
    ),
    Shape("1 % pauses of 30 ms in both", _rare(0.01, 0.03), _rare(0.01, 0.03), is_worse=False),
    Shape("pauses in 3 % instead of 1 %", _rare(0.01, 0.03), _rare(0.03, 0.03), is_worse=True),
    Shape("two modes, alike", _bimodal(0.7), _bimodal(0.7), is_worse=False),
    Shape("two modes, fewer hits", _bimodal(0.7), _bimodal(0.55), is_worse=True),
    Shape("periodic, alike", _periodic(100, 0.02), _periodic(100, 0.02), is_worse=False),
    Shape("periodic, twice as often", _periodic(100, 0.02), _periodic(50, 0.02), is_worse=True),
    Shape("both warm up", _warming(400), _warming(400), is_worse=False),
    Shape("both grow by half", _growing(0.5), _growing(0.5), is_worse=False),
)


def comparison(shape: Shape, seed: int) -> Comparison:
    """Return a comparison of that shape."""
    scatter = random.Random(seed)  # noqa: S311 - replayable, not secret

    def arm(times: Times, start: int) -> ArmRound:
        durations = tuple(times(scatter, start + place) for place in range(PAIRS))
        burst = max(times(scatter, start) + times(scatter, start + 1) for _ in range(8))
        return ArmRound(
            durations=durations,
            requests=PAIRS + 16,
            failures=0,
            rate=16 / burst,
            cpu=tuple(0.001 * scatter.lognormvariate(0, 0.02) for _ in range(PAIRS // 2)),
            resident=40_000_000,
            calls=(16,),
            counted=16,
        )

    # Fresh processes show the same: the rounds are of five generations.
    rounds = tuple(
        Round(
            endpoint="/",
            began=float(number),
            base=arm(shape.base, number * PAIRS),
            head=arm(shape.head, number * PAIRS),
            generation=number % 5,
        )
        for number in range(ROUNDS)
    )
    return Comparison(
        base="base", head="head", endpoints=("/",), dependencies=("prices",), rounds=rounds
    )


def judged(shape: Shape, seed: int) -> list[Ruling]:
    """Return the worst ruling at each look."""
    whole = comparison(shape, seed)
    found = []
    for look in LOOKS:
        part = Comparison(
            base=whole.base,
            head=whole.head,
            endpoints=whole.endpoints,
            dependencies=whole.dependencies,
            rounds=whole.rounds[:look],
        )
        rulings = {verdict.ruling for verdict in regressions(part, Tolerances())}
        if Ruling.FAIL in rulings:
            found.append(Ruling.FAIL)
        elif Ruling.INCONCLUSIVE in rulings:
            found.append(Ruling.INCONCLUSIVE)
        else:
            found.append(Ruling.PASS)
    return found


def table(trials: int, seed: int, shapes: Sequence[Shape] = SHAPES) -> Iterable[str]:
    """Yield the lines: how often each shape was judged so in the end, and wrongly at any look."""
    yield f"{'shape':<30} {'truth':<6} {'PASS':>5} {'FAIL':>5} {'open':>5} {'wrong':>6}"
    for shape in shapes:
        last: Counter[Ruling] = Counter()
        wrong = 0
        for number in range(trials):
            rulings = judged(shape, seed + number)
            last[rulings[-1]] += 1
            wrong += (Ruling.PASS if shape.is_worse else Ruling.FAIL) in rulings
        counts = (last[Ruling.PASS], last[Ruling.FAIL], last[Ruling.INCONCLUSIVE])
        truth = "worse" if shape.is_worse else "alike"
        yield f"{shape.name:<30} {truth:<6} " + "".join(f"{c:>5} " for c in counts) + f"{wrong:>6}"
