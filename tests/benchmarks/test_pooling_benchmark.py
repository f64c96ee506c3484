"""What kept connections cost and save, in pytest-benchmark's table and JSON: to be followed."""

from typing import Any

import pytest

from windtunnel import Stack


# Every request goes through to the dependency: a cached answer needs no connection at all.
@pytest.mark.target(CACHE_TTL=0)
@pytest.mark.parametrize("dependency", ["catalog", "redis"])
@pytest.mark.parametrize("reuse", ["true", "false"])
def test_pooled_and_fresh_connections(
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
