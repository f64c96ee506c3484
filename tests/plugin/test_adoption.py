"""Verdicts in a suite that begins to have them: reported only, or expected to fail."""

import json

import pytest

from tests.plugin.conftest import THREAD

EITHER = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
TESTS = """
import pytest
from windtunnel import Outage, Request, all_answered, error_rate
from windtunnel.errors import VerdictFailed

WRONG = Request(path="/orders", expect=(500,))  # no answer is good, however busy the machine

def bad(stack):
    return all_answered(stack.drive(WRONG, requests=20), within=60)

def good(stack):
    return error_rate(stack.drive("/orders", requests=200), "/orders")
"""
FAILING = """
def test_judged(stack, judge):
    judge(bad(stack))
    judge(good(stack))

@pytest.mark.criterion("all_answered", within=60)
def test_marked(stack):
    stack.drive(WRONG, requests=20)

def test_vacuous(stack):
    with stack.inject(Outage("prices")):
        pass

def test_asserted(stack):
    verdict = bad(stack)
    assert verdict
"""
REPORT_ONLY = "--windtunnel-report-only"


@EITHER
def test_reported_verdicts_fail_nothing(project: pytest.Pytester, workers: tuple[str, ...]) -> None:
    project.makepyfile(TESTS + FAILING + "def test_good(stack, judge): judge(good(stack))")
    assert project.runpytest_subprocess(*THREAD).ret == pytest.ExitCode.TESTS_FAILED
    report = "--windtunnel-json=found.json"
    minimum = "--windtunnel-min-score=100"
    result = project.runpytest_subprocess(*THREAD, REPORT_ONLY, report, minimum, *workers)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "*REPORTED ONLY *test_judged*",
            "*verdicts fail no test (--windtunnel-report-only): 4 of 5 would have failed",
            "*1 passed*4 reported only*",
        ]
    )
    found = json.loads((project.path / "found.json").read_text())
    assert "4 of 5 would have failed" in found["remarks"][-1]


@pytest.mark.parametrize(("options", "level"), [((), "error"), ((REPORT_ONLY,), "notice")])
def test_what_fails_nothing_is_no_error_in_a_job(
    project: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    level: str,
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    project.makepyfile(TESTS + FAILING)
    result = project.runpytest(*THREAD, *options, "-k", "judged")
    result.stdout.fnmatch_lines([f"::{level} file=*title=all answered in time::*"])


def test_a_reported_verdict_ends_no_test(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS + FAILING)
    result = project.runpytest(*THREAD, REPORT_ONLY, "-k", "judged")
    result.stdout.fnmatch_lines(["*success rate *30.0 / 30"])


def test_other_failures_fail_as_ever(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS + "def test_x(stack): assert stack.get('/orders') is None")
    result = project.runpytest(*THREAD, REPORT_ONLY)
    result.assert_outcomes(failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


XFAIL = """
@pytest.mark.xfail(reason="known", raises=VerdictFailed, strict=True)
def test_known(stack, judge):
    judge(bad(stack))

def test_good(stack, judge):
    judge(good(stack))
"""


@pytest.mark.parametrize("options", [(), (REPORT_ONLY,)])
@EITHER
def test_an_expected_failure_costs_nothing(
    project: pytest.Pytester, workers: tuple[str, ...], options: tuple[str, ...]
) -> None:
    project.makepyfile(TESTS + XFAIL)
    result = project.runpytest_subprocess(*THREAD, *options, *workers)
    result.assert_outcomes(xfailed=1, passed=1)
    result.stdout.fnmatch_lines(["*success rate *30.0 / 30", "*(expected: the test is marked xf*"])


def test_an_expected_failure_of_a_scored_figure_costs_nothing(project: pytest.Pytester) -> None:
    project.makepyfile(
        TESTS
        + """
@pytest.mark.xfail(reason="known", strict=True)
def test_known(stack, judge):
    judge(error_rate(stack.drive(WRONG, requests=200), "/orders"))

def test_good(stack, judge):
    judge(good(stack))
"""
    )
    result = project.runpytest(*THREAD)
    result.assert_outcomes(xfailed=1, passed=1)
    result.stdout.fnmatch_lines(["*success rate *30.0 / 30"])


def test_one_that_passes_is_strict(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS + XFAIL.replace("bad(", "good("))
    result = project.runpytest(*THREAD)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*XPASS(strict)*known*"])


def test_what_is_open_is_not_what_was_expected(project: pytest.Pytester) -> None:
    project.makepyfile(
        TESTS
        + """
@pytest.mark.xfail(reason="known")
def test_open(stack, judge):
    judge(error_rate(stack.drive("/orders", requests=1), "/orders"))
"""
    )
    result = project.runpytest(*THREAD)
    result.assert_outcomes(xfailed=0)
    result.stdout.fnmatch_lines(["*1 inconclusive*"])
    failing = project.runpytest(*THREAD, "--windtunnel-inconclusive=fail")
    failing.assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("mark", "outcomes"),
    [
        ('reason="known"', {"failed": 1}),
        ('reason="known", strict=True', {"failed": 1}),
        ('reason="known", raises=(VacuousFault, OSError)', {"xfailed": 1}),
    ],
)
def test_a_fault_that_touched_nothing_is_not_what_was_expected(
    project: pytest.Pytester, mark: str, outcomes: dict[str, int]
) -> None:
    project.makepyfile(
        TESTS
        + f"""
from windtunnel import Outage
from windtunnel.errors import VacuousFault

@pytest.mark.xfail({mark})
def test_untouched(stack):
    with stack.inject(Outage("prices")):
        pass
"""
    )
    result = project.runpytest(*THREAD, "-k", "untouched")
    result.assert_outcomes(**outcomes)
