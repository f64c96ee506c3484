"""A rerun replaces what was not proved, and hides no failure."""

from dataclasses import replace

from tests.reports.made import ERRORS, MEAN, OPENS, OUTAGE, tried
from windtunnel import Ruling
from windtunnel.reports.reruns import counted, flaky
from windtunnel.reports.scenario_result import ScenarioOutcome

HELD = replace(OPENS, ruling=Ruling.PASS)
FIRST = tried("a", ScenarioOutcome.FAILED, [MEAN, OPENS], (OUTAGE,))
AGAIN = tried("a", ScenarioOutcome.PASSED, [MEAN, HELD], (OUTAGE,), attempt=2)


def test_a_fail_stays_and_what_else_the_first_attempt_said_is_replaced() -> None:
    rulings = [(each.attempt, each.verdict.ruling) for each in counted([FIRST, AGAIN])]
    assert rulings == [(1, "FAIL"), (2, "PASS"), (2, "PASS")]


def test_an_inconclusive_verdict_is_replaced_by_a_conclusive_one() -> None:
    first = tried("a", ScenarioOutcome.INCONCLUSIVE, [ERRORS])
    again = tried("a", ScenarioOutcome.PASSED, [replace(ERRORS, ruling=Ruling.PASS)], attempt=2)
    assert [each.verdict.ruling for each in counted([first, again])] == ["PASS"]


def test_an_attempt_that_failed_before_another_passed_is_flaky() -> None:
    assert flaky([FIRST, AGAIN]) == (FIRST,)


def test_a_test_that_failed_to_the_end_is_not_flaky_and_neither_is_one_that_never_did() -> None:
    still = replace(AGAIN, outcome=ScenarioOutcome.FAILED)
    assert flaky([FIRST, still]) == ()
    assert flaky([tried("b", ScenarioOutcome.PASSED)]) == ()
