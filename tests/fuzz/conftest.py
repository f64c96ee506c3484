"""How many inputs are tried: few and always the same in every run of the tests, many when asked.

`pytest tests/fuzz --hypothesis-profile=long` tries WINDTUNNEL_FUZZ_INPUTS (20,000) to each test,
new ones each time; a failure prints what reproduces it, and `--hypothesis-seed` replays a run.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.contracts.proxy.servers import OURS, Server

settings.register_profile(
    "quick",
    max_examples=100,
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    # Not Phase.explain, which takes longer than a test may.
    phases=[Phase.explicit, Phase.generate, Phase.target, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long",
    settings.get_profile("quick"),
    max_examples=int(os.environ.get("WINDTUNNEL_FUZZ_INPUTS", "20000")),
    derandomize=False,
)
settings.load_profile("quick")


@pytest.fixture
def kind() -> str:
    """Say whose server is tried, where a test does not."""
    return OURS


@pytest.fixture
def server(kind: str) -> Iterator[Server]:
    server = Server(kind)
    try:
        yield server
        assert server.alive, f"{kind} did not survive the test"
    finally:
        server.close()
