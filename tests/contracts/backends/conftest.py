"""Every backend that this machine can run, each started once for all its contract tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine import missing
from windtunnel.session import Session
from windtunnel.stack import Stack

ROOT = Path(__file__).parents[3]


@pytest.fixture(
    scope="package",
    params=[
        # Under xdist one worker has each backend.
        pytest.param("embedded", marks=pytest.mark.xdist_group("embedded")),
        pytest.param("local", marks=[pytest.mark.toxiproxy, pytest.mark.xdist_group("local")]),
        pytest.param("docker", marks=[pytest.mark.docker, pytest.mark.xdist_group("docker")]),
    ],
)
def running(request: pytest.FixtureRequest) -> Iterator[Session]:
    reason = missing(request.param)
    if reason:
        pytest.skip(reason)
    session = Session(
        directory=ROOT,
        configuration=None,
        backend=request.param,
        seed=1,
        settings=("dependencies.catalog.record=header:Host json:id",),
    )
    try:
        _ = session.backend
        yield session
    finally:
        session.close()


@pytest.fixture
def backend_stack(request: pytest.FixtureRequest, running: Session) -> Iterator[Stack]:
    """Give a stack whose breakers never open and whose caches are off: all requests go through."""
    environment = {"CACHE_TTL": "0", "FAILURE_THRESHOLD": "1000", "HTTP_REQUEST_TIMEOUT": "5"}
    stack = running.stack(request.node.nodeid, environment, lambda verdict: None)
    try:
        yield stack
    finally:
        stack.close()
