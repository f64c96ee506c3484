"""Comparisons made by hand: blocks whose right verdicts a person can see."""

import random
from collections.abc import Callable

from windtunnel.records import ArmBlock, Block, Comparison

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
) -> ArmBlock:
    """Return one arm's block of ten pairs with two per cent of noise."""
    requests = 2 * PAIRS
    return ArmBlock(
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


Head = Callable[[random.Random, int], ArmBlock]


def comparison(head: Head, *, blocks: int = 300, base: Head = lambda s, n: arm(s)) -> Comparison:
    """Return a comparison of one endpoint whose head is as given, block by block."""
    scatter = random.Random(8)  # noqa: S311 - replayable, not secret
    return Comparison(
        base="base",
        head="head",
        endpoints=("/api/agents",),
        dependencies=("catalog",),
        blocks=tuple(
            Block(
                endpoint="/api/agents",
                began=float(number),
                base=base(scatter, number),
                head=head(scatter, number),
            )
            for number in range(blocks)
        ),
        conditions=("backend embedded", "profile loopback", "seed 1"),
    )
