"""The fixtures: `stack`, with a fresh target for each test, and `judge`."""

from collections.abc import Callable, Iterator

import pytest

from harness.criteria import Ruling, Verdict
from harness.errors import InconclusiveVerdict, VerdictFailed, WindtunnelError
from harness.plugin import markers
from harness.plugin.replay import replay
from harness.plugin.state import DESCRIPTION, ENVIRONMENT, SESSION, verdicts_of
from harness.reports.explanation import explain
from harness.session import Session
from harness.stack import Stack

Judge = Callable[[Verdict], Verdict]


@pytest.fixture(scope="session")
def windtunnel_session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """Start the session's backend at its first use, and stop it at the end."""
    session = request.config.stash[SESSION]
    try:
        try:
            backend = session.backend
        except WindtunnelError as error:
            pytest.fail(f"windtunnel: {error}", pytrace=False)
        request.config.stash[DESCRIPTION] = backend.description
        yield session
    finally:
        session.close()


@pytest.fixture
def stack(request: pytest.FixtureRequest, windtunnel_session: Session) -> Iterator[Stack]:
    """Give the scenario its stack, with a fresh target."""
    for capability in markers.capabilities(request.node):
        if capability not in windtunnel_session.backend.capabilities:
            pytest.skip(f"the backend {windtunnel_session.choice.name} cannot {capability} faults")
    environment = markers.environment(request.node)
    request.node.stash[ENVIRONMENT] = environment
    stack = windtunnel_session.stack(
        request.node.nodeid, environment, verdicts_of(request.node).append
    )
    try:
        yield stack
    finally:
        stack.close()


@pytest.fixture
def judge(request: pytest.FixtureRequest) -> Judge:
    """Record a verdict for score and reports, and fail the test unless it is PASS."""

    def judged(verdict: Verdict) -> Verdict:
        __tracebackhide__ = True
        verdicts_of(request.node).append(verdict)
        if verdict.ruling is Ruling.FAIL:
            raise VerdictFailed(explain(verdict, replay(request.node)))
        if verdict.ruling is Ruling.INCONCLUSIVE:
            raise InconclusiveVerdict(explain(verdict, replay(request.node)))
        return verdict

    return judged
