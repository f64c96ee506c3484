"""The fixture `windtunnel_judge`: a verdict decides its test."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from windtunnel.criteria import Verdict
    from windtunnel.plugin.judgement import Judge


@pytest.fixture
def windtunnel_judge(request: pytest.FixtureRequest) -> "Judge":
    """Record a verdict for score and reports, and fail the test unless it is PASS."""
    # Every pytest session pays for what its plugins load.
    from windtunnel.plugin.judgement import decide  # noqa: PLC0415 - the reason above

    item = request.node

    def judged(verdict: "Verdict") -> "Verdict":
        __tracebackhide__ = True
        decide(item, verdict)
        return verdict

    return judged
