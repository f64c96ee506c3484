"""Reusing connections gains more than 40 % at five milliseconds of round trip.

There a connection costs what the network does. At one millisecond, how fast the machine computes
decides as much: the gain was 39 to 46 % on one machine, as it was more or less busy.
"""

from collections.abc import Callable
from typing import Any

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
    """Interleaved pairs, reuse on against reuse off, judged by their interval."""
    endpoint = stack.endpoint_of(dependency)
    with (
        stack.network("metro"),
        stack.target(ENABLE_CONNECTION_REUSE="true") as on,
        stack.target(ENABLE_CONNECTION_REUSE="false") as off,
    ):
        on.pairs(off, endpoint, 20)

        def look(pairs: int, confidence: float) -> Verdict:
            found = on.pairs(off, endpoint, pairs)
            return pooling_gain(found, dependency, above=0.40, confidence=confidence)

        judge(looks(look, [100, 400]))


@DEPENDENCIES
def test_pooling_gain_on_bare_loopback_is_reported(
    stack: Stack, record_property: Callable[[str, object], None], dependency: str
) -> None:
    """Without a network a connection costs little: the gain is shown, and not judged."""
    endpoint = stack.endpoint_of(dependency)
    with (
        stack.target(ENABLE_CONNECTION_REUSE="true") as on,
        stack.target(ENABLE_CONNECTION_REUSE="false") as off,
    ):
        on.pairs(off, endpoint, 20)
        found = pooling_gain(on.pairs(off, endpoint, 200), dependency, above=0.0)
    stack.report(found)
    record_property("pooling gain on loopback", found.statement)
    assert found.ruling is not Ruling.FAIL


@DEPENDENCIES
@pytest.mark.parametrize("reuse", ["true", "false"])
def test_pooling_benchmark(
    request: pytest.FixtureRequest, stack: Stack, dependency: str, reuse: str
) -> None:
    """Both arms in pytest-benchmark's table and JSON, under the profile zone."""
    if not request.config.pluginmanager.hasplugin("benchmark"):
        pytest.skip("pytest-benchmark is switched off")
    benchmark: Any = request.getfixturevalue("benchmark")
    endpoint = stack.endpoint_of(dependency)
    benchmark.group = f"pooling, {dependency}, zone"
    benchmark.extra_info.update(reuse=reuse, profile="zone", backend=stack.backend.name)
    with (
        stack.network("zone"),
        stack.target(ENABLE_CONNECTION_REUSE=reuse) as target,
        target.connected() as get,
    ):
        response = benchmark.pedantic(get, args=(endpoint,), rounds=100, warmup_rounds=10)
    assert response.succeeded
    assert not response.fallback
