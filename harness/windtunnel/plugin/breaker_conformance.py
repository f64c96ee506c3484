"""What the fixture `windtunnel_breaker_conformance` gives: the suite as one call in a test."""

from collections.abc import Collection
from typing import Protocol

from windtunnel.conformance.claims import DEADLINE, Counting
from windtunnel.conformance.conformance_report import ConformanceReport
from windtunnel.conformance.library_profiles import claims_like, profile_of
from windtunnel.conformance.rendering import table
from windtunnel.conformance.runner import Runner, choose
from windtunnel.conformance.time_bounds import TimeBounds
from windtunnel.criteria import Ruling
from windtunnel.errors import InconclusiveVerdict, VerdictFailed
from windtunnel.reports.explanation import explain
from windtunnel.stack import Stack


class BreakerConformance(Protocol):
    """Tests a breaker, and fails the test where a property fails."""

    def __call__(
        self,
        dependency: str,
        *,
        endpoint: str = "",
        like: str = "",
        threshold: int | None = None,
        counting: str | None = None,
        share: float | None = None,
        minimum: int | None = None,
        window: float | None = None,
        window_calls: int | None = None,
        recovery: float | tuple[float, float] | None = None,
        backoff: float | None = None,
        probes: int | None = None,
        good_probes: int | None = None,
        bad_probes: int | None = None,
        health_checks: bool | None = None,
        workers: int | None = None,
        only: Collection[str] = (),
        without: Collection[str] = (),
        failures: Collection[str] = (),
        deadline: float = DEADLINE,
    ) -> ConformanceReport:
        """Return the report where nothing failed and something passed.

        What is claimed is judged from both sides, and what is not is measured and reported; see
        Claims. `like` names a library, whose documented defaults are claimed too.

        Raises VerdictFailed with each failed property's evidence, InconclusiveVerdict where no
        property could be tested, and ConfigurationError where the service cannot be driven.
        """
        ...


def conformance_of(stack: Stack) -> BreakerConformance:
    """Return the suite for the breakers of a scenario's target."""

    def conform(
        dependency: str,
        *,
        endpoint: str = "",
        only: Collection[str] = (),
        without: Collection[str] = (),
        failures: Collection[str] = (),
        deadline: float = DEADLINE,
        like: str = "",
        counting: str | None = None,
        recovery: float | tuple[float, float] | None = None,
        **claims: object,
    ) -> ConformanceReport:
        __tracebackhide__ = True
        kinds = profile_of(like).failures if like else ()
        runner = Runner(
            stack,
            dependency,
            claims=claims_like(
                like,
                **claims,
                counting=None if counting is None else Counting(counting),
                recovery=TimeBounds(*recovery) if isinstance(recovery, tuple) else recovery,
            ),
            endpoint=endpoint,
            deadline=deadline,
        )
        order = choose(only, without, failures or kinds)
        report = runner.run(order, lambda result: stack.report(result.verdict))
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
