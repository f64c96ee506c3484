"""The cinema of five programs on every backend that this machine can run, each started once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine import missing
from windtunnel.session import Session
from windtunnel.stack import Stack

CINEMA = Path(__file__).parents[3] / "examples" / "five_services"


@pytest.fixture(
    scope="package",
    params=[
        # Under xdist one worker has each backend.
        pytest.param("embedded", marks=pytest.mark.xdist_group("cinema embedded")),
        pytest.param(
            "local", marks=[pytest.mark.toxiproxy, pytest.mark.xdist_group("cinema local")]
        ),
        pytest.param(
            "docker", marks=[pytest.mark.docker, pytest.mark.xdist_group("cinema docker")]
        ),
    ],
)
def cinema_session(request: pytest.FixtureRequest) -> Iterator[Session]:
    reason = missing(request.param)
    if reason:
        pytest.skip(reason)
    session = Session(directory=CINEMA, configuration=None, backend=request.param, seed=1)
    try:
        _ = session.backend
        yield session
    finally:
        session.close()


@pytest.fixture
def cinema(request: pytest.FixtureRequest, cinema_session: Session) -> Iterator[Stack]:
    stack = cinema_session.stack(request.node.nodeid, {}, lambda verdict: None)
    try:
        yield stack
    finally:
        stack.close()
