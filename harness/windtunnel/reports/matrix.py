"""What was tested and what never was: dependency x fault x mechanism.

A pair is a fault injected at a dependency; its cells are the mechanisms that tests judged under it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from windtunnel.criteria import Ruling
from windtunnel.criteria.fault_touched import FAULT_TOUCHED
from windtunnel.records import Edge
from windtunnel.reports.scenario_result import (
    InjectedFault,
    Judged,
    ScenarioOutcome,
    ScenarioResult,
)

ASSERTED = "asserted"
"""The column of tests that asserted something of their own under a fault."""


class CellStatus(StrEnum):
    """The result of one cell, the worst first."""

    FAILED = "failed"
    VACUOUS = "vacuous"
    """The fault touched no traffic, so nothing was tested."""
    INCONCLUSIVE = "inconclusive"
    PASSED = "passed"
    UNTESTED = "untested"


_RULED = {
    Ruling.PASS: CellStatus.PASSED,
    Ruling.FAIL: CellStatus.FAILED,
    Ruling.INCONCLUSIVE: CellStatus.INCONCLUSIVE,
}
_ENDED = {
    ScenarioOutcome.PASSED: CellStatus.PASSED,
    ScenarioOutcome.FAILED: CellStatus.FAILED,
    ScenarioOutcome.REPORTED: CellStatus.FAILED,
    ScenarioOutcome.INCONCLUSIVE: CellStatus.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One mechanism put to the test under one fault of one dependency."""

    dependency: str
    fault: str
    """The fault's class."""
    mechanism: str
    status: CellStatus
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The cells that were tested, and all pairs of a dependency and a fault."""

    pairs: tuple[tuple[str, str], ...]
    """Each dependency with each fault that can strike it on this backend."""
    mechanisms: tuple[str, ...]
    """The mechanisms that some test judged under a fault."""
    cells: tuple[Cell, ...]

    @property
    def tested(self) -> tuple[tuple[str, str], ...]:
        """The pairs with a tested cell; a vacuous cell was not tested."""
        found = {
            (cell.dependency, cell.fault)
            for cell in self.cells
            if cell.status is not CellStatus.VACUOUS
        }
        return tuple(pair for pair in self.pairs if pair in found)

    def status(self, dependency: str, fault: str, mechanism: str) -> CellStatus:
        """Return the result of a cell."""
        wanted = (dependency, fault, mechanism)
        found = [c.status for c in self.cells if (c.dependency, c.fault, c.mechanism) == wanted]
        return found[0] if found else CellStatus.UNTESTED

    def faults(self, dependency: str) -> tuple[str, ...]:
        """Return the faults that were injected at a dependency, in the order of the pairs."""
        injected = {cell.fault for cell in self.cells if cell.dependency == dependency}
        return tuple(fault for at, fault in self.pairs if at == dependency and fault in injected)

    def never(self, dependency: str) -> tuple[str, ...]:
        """Return the faults that no test injected at a dependency."""
        injected = self.faults(dependency)
        return tuple(
            fault for at, fault in self.pairs if at == dependency and fault not in injected
        )

    @property
    def dependencies(self) -> tuple[str, ...]:
        """Each dependency, once."""
        return tuple(dict.fromkeys(dependency for dependency, _ in self.pairs))

    @property
    def coverage(self) -> str:
        """How many of the pairs were tested, in one line."""
        cells = sum(cell.status is not CellStatus.VACUOUS for cell in self.cells)
        return (
            f"{len(self.tested)} of {len(self.pairs)} pairs of dependency and fault,"
            f" {cells} of {len(self.pairs) * len(self.mechanisms)} cells"
        )


def matrix(tests: Sequence[ScenarioResult], pairs: Iterable[tuple[str, str]]) -> Matrix:
    """Return the matrix of a session. Where a cell was tested several times, the worst counts."""
    found: dict[tuple[str, str, str], list[tuple[CellStatus, str]]] = {}
    for tried in tests:
        for injected in dict.fromkeys(tried.injected):
            for mechanism, status in _statuses(tried, injected):
                key = (injected.dependency, injected.kind, mechanism)
                found.setdefault(key, []).append((status, tried.test))
    worst = list(CellStatus)
    cells = tuple(
        Cell(
            *key,
            min((status for status, _ in results), key=worst.index),
            tuple(dict.fromkeys(test for _, test in results)),
        )
        for key, results in sorted(found.items())
    )
    injected_pairs = ((cell.dependency, cell.fault) for cell in cells)
    return Matrix(
        pairs=tuple(dict.fromkeys((*pairs, *injected_pairs))),
        mechanisms=tuple(sorted({cell.mechanism for cell in cells}, key=_asserted_last)),
        cells=cells,
    )


def _statuses(tried: ScenarioResult, injected: InjectedFault) -> list[tuple[str, CellStatus]]:
    """Return the result of each mechanism that a test judged under one of its faults."""
    others = {each.dependency for each in tried.injected} - {injected.dependency}
    under = [
        judged
        for judged in tried.judged
        if injected in judged.faults
        and judged.verdict.criterion_id != FAULT_TOUCHED
        and not _is_about(judged, others)
    ]
    found = [
        (judged.verdict.mechanism or judged.verdict.criterion, _RULED[judged.verdict.ruling])
        for judged in under
    ]
    if _vacuous(tried, injected):
        return [(mechanism, CellStatus.VACUOUS) for mechanism, _ in found] or [
            (ASSERTED, CellStatus.VACUOUS)
        ]
    # A test that failed although all its verdicts passed failed by what it asserted itself.
    own = tried.outcome in _ENDED and (not found or _unexplained(tried, found))
    return [*found, (ASSERTED, _ENDED[tried.outcome])] if own else found


def _unexplained(tried: ScenarioResult, found: Sequence[tuple[str, CellStatus]]) -> bool:
    statuses = {status for _, status in found}
    failed = tried.outcome in {ScenarioOutcome.FAILED, ScenarioOutcome.REPORTED}
    return failed and not statuses & {
        CellStatus.FAILED,
        CellStatus.INCONCLUSIVE,
    }


def _is_about(judged: Judged, dependencies: Collection[str]) -> bool:
    verdict = judged.verdict
    about = {verdict.subject, *verdict.covers}
    # A fault without a caller is about each edge of its dependency.
    about |= {Edge(each).dependency for each in about}
    return bool(about & set(dependencies))


def _vacuous(tried: ScenarioResult, injected: InjectedFault) -> bool:
    rulings = {
        judged.verdict.ruling
        for judged in tried.judged
        if judged.verdict.criterion_id == FAULT_TOUCHED and judged.verdict.subject == injected.fault
    }
    return rulings == {Ruling.FAIL}


def _asserted_last(mechanism: str) -> tuple[bool, str]:
    return mechanism == ASSERTED, mechanism
