"""Reusing connections gains more than 40 % at one millisecond of round trip."""

from collections.abc import Callable

import pytest

from harness.criteria import Verdict, pooling_gain
from harness.stack import Stack

Judge = Callable[[Verdict], Verdict]

DEPENDENCIES = pytest.mark.parametrize("dependency", ["catalog", "redis"])
pytestmark = pytest.mark.target(CACHE_TTL=0)


@DEPENDENCIES
def test_pooling_gains_more_than_forty_percent_in_a_zone(
    stack: Stack, judge: Judge, dependency: str
) -> None:
    """Interleaved pairs, reuse on against reuse off, judged by their 99 % interval."""
    endpoint = stack.endpoint_of(dependency)
    with (
        stack.network("zone"),
        stack.target(ENABLE_CONNECTION_REUSE="true") as on,
        stack.target(ENABLE_CONNECTION_REUSE="false") as off,
    ):
        on.pairs(off, endpoint, 20)
        judge(pooling_gain(on.pairs(off, endpoint, 400), dependency, above=0.40))
