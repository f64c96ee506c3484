"""Comparisons made by hand: rounds whose right verdicts a person can see."""

import random
from collections.abc import Callable

from windtunnel.records import ArmRound, Comparison, Round

PAIRS = 10


def arm(
    scatter: random.Random,
    *,
    seconds: float = 0.001,
    rate: float = 1000.0,
    cpu: float = 0.0008,
    resident: int = 50_000_000,
    grown: int = 0,
    calls: int = 1,
    failures: int = 0,
) -> ArmRound:
    """Return one arm's round of ten pairs with two per cent of noise."""
    requests = 2 * PAIRS
    return ArmRound(
        durations=tuple(seconds * scatter.lognormvariate(0, 0.02) for _ in range(PAIRS)),
        requests=requests,
        failures=failures,
        rate=rate * scatter.lognormvariate(0, 0.02),
        cpu=tuple(cpu * scatter.lognormvariate(0, 0.02) for _ in range(PAIRS)),
        resident=resident,
        grown=grown,
        calls=(calls * requests,),
        counted=requests,
    )


Head = Callable[[random.Random, int], ArmRound]


def comparison(head: Head, *, rounds: int = 300, base: Head = lambda s, n: arm(s)) -> Comparison:
    """Return a comparison of one endpoint whose head is as given, round_ by round_."""
    scatter = random.Random(8)  # noqa: S311 - replayable, not secret
    return Comparison(
        base="base",
        head="head",
        endpoints=("/api/agents",),
        dependencies=("catalog",),
        rounds=tuple(
            Round(
                endpoint="/api/agents",
                began=float(number),
                base=base(scatter, number),
                head=head(scatter, number),
            )
            for number in range(rounds)
        ),
        conditions=("backend embedded", "profile loopback"),
        seed=1,
    )
