"""The fixtures that give a test its stack, with a fresh target for each test."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from windtunnel.errors import WindtunnelError
from windtunnel.plugin.configuration_fixture import FIXTURE
from windtunnel.plugin.stash_keys import REFUSAL, SESSION, WORKER_OUTPUT

if TYPE_CHECKING:
    from windtunnel.async_stack import AsyncStack
    from windtunnel.configuration import Configuration
    from windtunnel.session import Session
    from windtunnel.stack import Stack


@pytest.fixture(scope="session")
def windtunnel_session(
    request: pytest.FixtureRequest,
    windtunnel_configuration: "Configuration | Mapping[str, Any] | None",
) -> "Iterator[Session]":
    """Start the session's backend at its first use, and stop it at the end."""
    session = request.config.stash[SESSION]
    if refusal := request.config.stash.get(REFUSAL, ""):
        raise pytest.fail.Exception(f"windtunnel: {refusal}", pytrace=False)
    try:
        try:
            session.complete(windtunnel_configuration, f"fixture {FIXTURE}")
            _ = session.backend
            if session.is_adapted and hasattr(request.config, "workeroutput"):
                from windtunnel.plugin.worker_configuration import told  # noqa: PLC0415 - few need it

                request.config.workeroutput[WORKER_OUTPUT] = told(session)
        except WindtunnelError as error:
            # From None: the report would show both errors, of which the other says the same.
            raise pytest.fail.Exception(f"windtunnel: {error}", pytrace=False) from None
        yield session
    finally:
        session.close()


@pytest.fixture
def windtunnel_stack(
    request: pytest.FixtureRequest, windtunnel_session: "Session"
) -> "Iterator[Stack]":
    """Give the scenario its stack, with a fresh target; afterwards every fault is healed."""
    # Every pytest session pays for what its plugins load.
    from windtunnel.plugin import markers  # noqa: PLC0415 - the reason above
    from windtunnel.plugin.scenario_state import record_verdict, state_of  # noqa: PLC0415 - the same

    item = request.node
    backend = windtunnel_session.backend
    for capability in markers.capabilities(item):
        if capability not in backend.capabilities:
            pytest.skip(f"the backend {windtunnel_session.choice.name} cannot {capability} faults")
    state = state_of(item)
    state.settings = markers.environment(item)
    stack = windtunnel_session.stack(
        item.nodeid, state.settings, lambda verdict: record_verdict(item, verdict)
    )
    state.stack = stack
    try:
        yield stack
    finally:
        stack.close()


@pytest.fixture
def windtunnel_async_stack(windtunnel_stack: "Stack") -> "AsyncStack":
    """Give an `async def` test its stack: calls are awaited, and the test's loop goes on."""
    # Only such tests need anyio, and every session pays for what its plugins load.
    from windtunnel.async_stack import AsyncStack  # noqa: PLC0415 - the reason above

    return AsyncStack(windtunnel_stack)
