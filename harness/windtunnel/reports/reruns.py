"""Which verdicts count where a test was run again, and what a rerun would have hidden.

A FAIL is proof that the service did not hold once, and no later attempt can unprove it: it stays
in the score. An INCONCLUSIVE or a PASS of an earlier attempt is replaced by the last attempt's.
"""

from collections.abc import Sequence

from windtunnel.criteria import Ruling
from windtunnel.reports.scenario_result import Judged, ScenarioOutcome, ScenarioResult


def counted(tests: Sequence[ScenarioResult]) -> tuple[Judged, ...]:
    """Return the verdicts that count: the last attempt's, and each earlier FAIL."""
    last = _last(tests)
    return tuple(
        judged
        for tried in tests
        for judged in tried.judged
        if tried.attempt == last[tried.test] or judged.verdict.ruling is Ruling.FAIL
    )


def flaky(tests: Sequence[ScenarioResult]) -> tuple[ScenarioResult, ...]:
    """Return the failed attempts of tests that a later attempt passed."""
    last = _last(tests)
    passed = {
        tried.test
        for tried in tests
        if tried.attempt == last[tried.test] and tried.outcome is ScenarioOutcome.PASSED
    }
    return tuple(
        tried for tried in tests if tried.outcome is ScenarioOutcome.FAILED and tried.test in passed
    )


def _last(tests: Sequence[ScenarioResult]) -> dict[str, int]:
    last: dict[str, int] = {}
    for tried in tests:
        last[tried.test] = max(tried.attempt, last.get(tried.test, 0))
    return last
