"""The fixture `windtunnel_breaker_conformance`."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from windtunnel.plugin.breaker_conformance import BreakerConformance
    from windtunnel.stack import Stack


@pytest.fixture
def windtunnel_breaker_conformance(windtunnel_stack: "Stack") -> "BreakerConformance":
    """Give the scenario the conformance suite for the breakers of its target.

    Each property gets a target of its own, started with the scenario's environment. Every verdict
    goes to the session's reports; none counts in the score.
    """
    # Few sessions test a breaker so, and every one pays for what its plugins load.
    from windtunnel.plugin.breaker_conformance import conformance_of  # noqa: PLC0415 - the reason above

    return conformance_of(windtunnel_stack)
