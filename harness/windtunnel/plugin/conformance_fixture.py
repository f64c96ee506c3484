"""The fixture `windtunnel_breaker_conformance`: the suite as one call in a test."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

import pytest

from windtunnel.conformance.claims import DEADLINE, PROBES, THRESHOLD, Claims
from windtunnel.criteria import Ruling
from windtunnel.errors import InconclusiveVerdict, VerdictFailed
from windtunnel.reports.explanation import explain

if TYPE_CHECKING:
    from windtunnel.conformance.conformance_report import ConformanceReport
    from windtunnel.stack import Stack


class BreakerConformance(Protocol):
    """Tests a breaker, and fails the test where a property fails."""

    def __call__(
        self,
        dependency: str,
        *,
        endpoint: str = "",
        threshold: int = THRESHOLD,
        recovery: float | None = None,
        probes: int = PROBES,
        window: float | None = None,
        workers: int | None = None,
        only: Collection[str] = (),
        without: Collection[str] = (),
        failures: Collection[str] = (),
        deadline: float = DEADLINE,
    ) -> "ConformanceReport":
        """Return the report where nothing failed and something passed.

        Raises VerdictFailed with each failed property's evidence, InconclusiveVerdict where no
        property could be tested, and ConfigurationError where the service cannot be driven.
        """
        ...


@pytest.fixture
def windtunnel_breaker_conformance(windtunnel_stack: "Stack") -> BreakerConformance:
    """Give the scenario the conformance suite for the breakers of its target.

    Each property gets a target of its own, started with the scenario's environment. Every verdict
    goes to the session's reports; none counts in the score.
    """
    # Few sessions test a breaker so, and every one pays for what its plugins load.
    from windtunnel.conformance.rendering import table  # noqa: PLC0415 - the reason above
    from windtunnel.conformance.runner import Runner, choose  # noqa: PLC0415 - the same

    def conform(
        dependency: str,
        *,
        endpoint: str = "",
        only: Collection[str] = (),
        without: Collection[str] = (),
        failures: Collection[str] = (),
        deadline: float = DEADLINE,
        **claims: float | None,
    ) -> "ConformanceReport":
        __tracebackhide__ = True
        runner = Runner(
            windtunnel_stack,
            dependency,
            claims=Claims(**claims),  # type: ignore[arg-type]  # the protocol above types them
            endpoint=endpoint,
            deadline=deadline,
        )
        report = runner.run(
            choose(only, without, failures), lambda result: windtunnel_stack.report(result.verdict)
        )
        failed = report.ruled(Ruling.FAIL)
        if failed:
            raise VerdictFailed(
                "\n\n".join(f"{each.title}\n{explain(each.verdict)}" for each in failed)
            )
        if report.ruling is Ruling.INCONCLUSIVE:
            lines = [f"{each.title}: {'; '.join(table.details(each))}" for each in report.results]
            raise InconclusiveVerdict("\n".join(lines))
        return report

    return conform
