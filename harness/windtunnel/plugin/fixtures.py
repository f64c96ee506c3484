"""The fixtures: `stack` and `async_stack`, with a fresh target for each test, and `judge`."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from windtunnel.criteria import Ruling, Verdict
from windtunnel.errors import InconclusiveVerdict, VerdictFailed, WindtunnelError
from windtunnel.plugin import markers
from windtunnel.plugin.keys import SESSION
from windtunnel.plugin.replay import replay
from windtunnel.plugin.state import going, note
from windtunnel.reports.explanation import explain
from windtunnel.session import Session

if TYPE_CHECKING:
    from windtunnel.async_stack import AsyncStack
    from windtunnel.stack import Stack

Judge = Callable[[Verdict], Verdict]
"""What the fixture `judge` gives: returns the verdict if it is PASS, else fails the test."""


@pytest.fixture(scope="session")
def windtunnel_session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """Start the session's backend at its first use, and stop it at the end."""
    session = request.config.stash[SESSION]
    try:
        try:
            _ = session.backend
        except WindtunnelError as error:
            pytest.fail(f"windtunnel: {error}", pytrace=False)
        yield session
    finally:
        session.close()


@pytest.fixture
def stack(request: pytest.FixtureRequest, windtunnel_session: Session) -> "Iterator[Stack]":
    """Give the scenario its stack, with a fresh target; afterwards every fault is healed."""
    item = request.node
    backend = windtunnel_session.backend
    for capability in markers.capabilities(item):
        if capability not in backend.capabilities:
            pytest.skip(f"the backend {windtunnel_session.choice.name} cannot {capability} faults")
    state = going(item)
    state.settings = markers.environment(item)
    stack = windtunnel_session.stack(
        item.nodeid, state.settings, lambda verdict: note(item, verdict)
    )
    state.stack = stack
    try:
        yield stack
    finally:
        stack.close()


@pytest.fixture
def async_stack(stack: "Stack") -> "AsyncStack":
    """Give an `async def` test its stack: calls are awaited, and the test's loop goes on."""
    # Only such tests need anyio, and every session pays for what its plugins load.
    from windtunnel.async_stack import AsyncStack  # noqa: PLC0415 - the reason above

    return AsyncStack(stack)


@pytest.fixture
def judge(request: pytest.FixtureRequest) -> Judge:
    """Record a verdict for score and reports, and fail the test unless it is PASS."""
    item = request.node

    def judged(verdict: Verdict) -> Verdict:
        __tracebackhide__ = True
        note(item, verdict)
        explained = explain(verdict, replay(item))
        if verdict.ruling is Ruling.FAIL:
            raise VerdictFailed(explained)
        if verdict.ruling is Ruling.INCONCLUSIVE:
            raise InconclusiveVerdict(explained)
        return verdict

    return judged
