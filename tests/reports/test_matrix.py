"""What was tested is told apart from what was not, and from what only seemed to be."""

from dataclasses import replace

import pytest

from tests.reports.made import (
    ERRORS,
    EVERY_KIND,
    LATENCY,
    MEAN,
    OPENS,
    OUTAGE,
    PAIRS,
    STOCK_OUTAGE,
    touched,
    tried,
)
from windtunnel import Ruling
from windtunnel.reports.matrix import ASSERTED, CellStatus, matrix
from windtunnel.reports.scenario_result import InjectedFault, ScenarioOutcome, ScenarioResult

HELD = replace(OPENS, ruling=Ruling.PASS)
VACUOUS = touched(OUTAGE, Ruling.FAIL)
BREAKER = "circuit breaker"


@pytest.mark.parametrize(
    ("test", "mechanism", "status"),
    [
        (
            tried("a", ScenarioOutcome.PASSED, [touched(OUTAGE), HELD], (OUTAGE,)),
            "circuit breaker",
            "passed",
        ),
        (
            tried("a", ScenarioOutcome.FAILED, [touched(OUTAGE), OPENS], (OUTAGE,)),
            "circuit breaker",
            "failed",
        ),
        (tried("a", ScenarioOutcome.INCONCLUSIVE, [ERRORS], (OUTAGE,)), "answers", "inconclusive"),
        (tried("a", ScenarioOutcome.PASSED, [touched(OUTAGE)], (OUTAGE,)), ASSERTED, "passed"),
        (tried("a", ScenarioOutcome.FAILED, [], (OUTAGE,)), ASSERTED, "failed"),
        # Its verdict passed: what failed is something that it asserted itself.
        (tried("a", ScenarioOutcome.FAILED, [HELD], (OUTAGE,)), ASSERTED, "failed"),
        (
            tried("a", ScenarioOutcome.FAILED, [VACUOUS], (OUTAGE,)),
            ASSERTED,
            "vacuous",
        ),
        (
            tried("a", ScenarioOutcome.FAILED, [HELD, VACUOUS], (OUTAGE,)),
            BREAKER,
            "vacuous",
        ),
        (tried("a", ScenarioOutcome.SKIPPED, [], (OUTAGE,)), ASSERTED, "untested"),
        # What it asked for was refused: that says nothing of the service.
        (tried("a", ScenarioOutcome.MISTAKEN, [], (OUTAGE,)), ASSERTED, "untested"),
        (tried("a", ScenarioOutcome.MISTAKEN, [HELD], (OUTAGE,)), ASSERTED, "untested"),
        (tried("a", ScenarioOutcome.MISTAKEN, [HELD], (OUTAGE,)), BREAKER, "passed"),
    ],
)
def test_each_cell_says_what_became_of_it(
    test: ScenarioResult, mechanism: str, status: str
) -> None:
    assert matrix([test], PAIRS).status("prices", "Outage", mechanism) == status


def test_a_verdict_before_the_fault_says_nothing_of_it() -> None:
    test = tried("a", ScenarioOutcome.PASSED, [MEAN], (OUTAGE,))
    before = replace(test, judged=(replace(test.judged[0], faults=()),))
    found = matrix([before], PAIRS)
    assert found.status("prices", "Outage", "response time") is CellStatus.UNTESTED
    assert found.status("prices", "Outage", ASSERTED) is CellStatus.PASSED


def test_a_verdict_about_one_dependency_says_nothing_of_another() -> None:
    found = matrix([tried("a", ScenarioOutcome.PASSED, [HELD], (OUTAGE, STOCK_OUTAGE))], PAIRS)
    assert found.status("prices", "Outage", "circuit breaker") is CellStatus.PASSED
    assert found.status("stock", "Outage", "circuit breaker") is CellStatus.UNTESTED


def test_of_several_results_the_worst_counts() -> None:
    passed = tried("a", ScenarioOutcome.PASSED, [HELD], (OUTAGE,))
    failed = tried("b", ScenarioOutcome.FAILED, [OPENS], (OUTAGE,))
    for tests in ([passed, failed], [failed, passed]):
        found = matrix(tests, PAIRS)
        assert found.status("prices", "Outage", "circuit breaker") is CellStatus.FAILED
        assert len(found.cells[0].tests) == 2


def test_coverage_counts_what_was_tested_and_names_what_never_was() -> None:
    found = matrix(EVERY_KIND, PAIRS)
    assert found.tested == (("prices", "Outage"), ("prices", "Latency"))
    assert found.never("prices") == ("Kill",)
    assert found.never("stock") == ("Latency", "Kill")
    assert found.coverage.startswith("2 of 6 pairs of dependency and fault, 4 of 24 cells")


def test_a_fault_that_is_not_among_the_pairs_is_shown_all_the_same() -> None:
    found = matrix([tried("a", ScenarioOutcome.PASSED, [], (LATENCY,))], [])
    assert found.faults("prices") == ("Latency",)


def test_a_fault_s_class_and_vacuity_are_not_read_from_texts() -> None:
    injected = InjectedFault("a fault that reads otherwise", "prices", "Outage")
    vacuous = replace(touched(injected, Ruling.FAIL), criterion="reads otherwise too")
    test = tried("test_it", ScenarioOutcome.PASSED, [vacuous], (injected,))
    assert matrix([test], PAIRS).status("prices", "Outage", ASSERTED) == "vacuous"
