"""Reusing connections gains more than 40 % at five milliseconds of round trip.

There a connection costs what the network does. At one millisecond, how fast the machine computes
decides as much: the gain was 39 to 46 % on one machine, as it was more or less busy.
"""

from collections.abc import Callable

import pytest

from windtunnel import Ruling, Stack, Verdict, looks, pooling_gain

Judge = Callable[[Verdict], Verdict]

DEPENDENCIES = pytest.mark.parametrize("dependency", ["catalog", "redis"])
# Every request goes through to the dependency: a cached answer needs no connection at all.
pytestmark = pytest.mark.target(CACHE_TTL=0)


@DEPENDENCIES
def test_pooling_gains_more_than_forty_percent_in_a_metro(
    stack: Stack, judge: Judge, dependency: str
) -> None:
    """Interleaved pairs, reuse on against reuse off, judged by their interval.

    On bare loopback a connection costs little: there the gain is shown, and not judged.
    """
    endpoint = stack.endpoint_of(dependency)
    with (
        stack.target(ENABLE_CONNECTION_REUSE="true") as on,
        stack.target(ENABLE_CONNECTION_REUSE="false") as off,
    ):
        on.pairs(off, endpoint, 20)
        bare = pooling_gain(on.pairs(off, endpoint, 200), dependency, above=0.0)
        stack.report(bare)
        assert bare.ruling is not Ruling.FAIL

        def look(pairs: int, confidence: float) -> Verdict:
            found = on.pairs(off, endpoint, pairs)
            return pooling_gain(found, dependency, above=0.40, confidence=confidence)

        with stack.network("metro"):
            judge(looks(look, [100, 400]))
