"""What pytest asks about each test. What windtunnel's own tests need is imported for them alone.

Every pytest session in whose environment windtunnel is installed pays for what this file imports.
"""

from collections.abc import Generator

import pytest

from windtunnel.plugin.marker_words import has_marks
from windtunnel.plugin.stash_keys import STATE


def pytest_itemcollected(item: pytest.Item) -> None:
    """Refuse a wrong marker where it is written, and give marked tests their stack."""
    if has_marks(item):
        from windtunnel.plugin.markers import check_markers

        check_markers(item)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test marked with `matrix` each fault of each dependency as `fault`."""
    if has_marks(metafunc.definition):
        from windtunnel.plugin.matrix_marker import generate_tests

        generate_tests(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Count another attempt at a test, where a plugin runs it again."""
    if STATE in item.stash:
        from windtunnel.plugin.scenario_state import begin_again

        begin_again(item)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Keep the marked faults in force while the test runs, then judge what it drove."""
    __tracebackhide__ = True
    if not has_marks(item):
        return (yield)
    from windtunnel.plugin.faults_around_call import under_faults

    return (yield from under_faults(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the verdicts to the report, and give errors and INCONCLUSIVE their own form."""
    report = yield
    if call.excinfo is not None or STATE in item.stash:
        from windtunnel.plugin.scenario_report import complete

        complete(item, call.excinfo, report)
    return report


def pytest_report_teststatus(
    report: pytest.CollectReport | pytest.TestReport,
) -> tuple[str, str, str] | None:
    """Show INCONCLUSIVE as a result of its own."""
    if getattr(report, "windtunnel_inconclusive", False):
        return "inconclusive", "I", "INCONCLUSIVE"
    if getattr(report, "windtunnel_reported", ""):
        return "reported only", "v", "REPORTED ONLY"
    return None
