"""Reusing connections gains more than 40 % at five milliseconds of round trip.

There a connection costs what the network does. At one millisecond, how fast the machine computes
decides as much: the gain was 39 to 46 % on one machine, as it was more or less busy.
"""

from collections.abc import Callable

import pytest

from windtunnel import Ruling, Stack, Target, Verdict, pooling_gain

Judge = Callable[[Verdict], Verdict]

# Every request goes through to the dependency: a cached answer needs no connection at all.
pytestmark = pytest.mark.target(CACHE_TTL=0)

STEP, MOST = 30, 600
"""Pairs that are added at a time, and in all."""


def test_pooling_gains_more_than_forty_percent_in_a_metro(stack: Stack, judge: Judge) -> None:
    """Interleaved pairs, reuse on against reuse off, judged by their interval.

    On bare loopback a connection costs little: there the gain is shown, and not judged.
    """
    with (
        stack.target(ENABLE_CONNECTION_REUSE="true") as on,
        stack.target(ENABLE_CONNECTION_REUSE="false") as off,
    ):
        for dependency in stack.dependencies:
            endpoint = stack.endpoint_of(dependency)
            on.pairs(off, endpoint, 20)
            first = on.pairs(off, endpoint, 50)
            found = on.pairs(off, endpoint, 50, after=first)
            assert found.a.responses[:50] == first.a.responses
            assert found.b.responses[:50] == first.b.responses
            bare = pooling_gain(found, dependency, above=0.0)
            stack.report(bare)
            assert bare.ruling is not Ruling.FAIL
            with stack.network("metro"):
                judge(gain(on, off, endpoint, dependency))


def gain(on: Target, off: Target, endpoint: str, dependency: str) -> Verdict:
    """Add pairs until the gain is decided, which its confidence sequence allows at any time."""
    found = on.pairs(off, endpoint, STEP)
    verdict = pooling_gain(found, dependency, above=0.40)
    while verdict.ruling is Ruling.INCONCLUSIVE and len(found.a.responses) < MOST:
        found = on.pairs(off, endpoint, STEP, after=found)
        verdict = pooling_gain(found, dependency, above=0.40)
    return verdict
