"""What the fixture `windtunnel_paired` gives: a comparison, also in pytest-benchmark's table."""

import copy
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from windtunnel.criteria import Verdict
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.errors import ConfigurationError
from windtunnel.paired.arms import Arm, of_tree
from windtunnel.paired.measurement import ComparisonRequest, ComparisonResult
from windtunnel.paired.revisions import trees
from windtunnel.paired.side_by_side import compare_arms
from windtunnel.plugin.scenario_state import record_verdict
from windtunnel.records import ArmRound
from windtunnel.stack import Stack
from windtunnel_faults import Fault


@dataclass(frozen=True, slots=True)
class Paired:
    """Base and head, ready to be compared."""

    _stack: Stack
    _arms: tuple[Arm, Arm]
    _test: pytest.FixtureRequest

    def compare(
        self,
        *endpoints: str,
        budget: float = 10.0,
        faults: tuple[Fault, ...] = (),
        **tolerances: float,
    ) -> tuple[Verdict, ...]:
        """Return one verdict for each figure of each endpoint (of all configured ones if none).

        Ends when all are certain, or after `budget` seconds. Judge them as any other verdict; each
        is in the session's reports already.
        """
        settings = tuple(f"{name}={value}" for name, value in tolerances.items())
        request = ComparisonRequest(
            endpoints=endpoints or self._stack.endpoints,
            tolerances=Tolerances.parse(settings),
            budget=budget,
        )
        result = compare_arms(self._stack, self._arms, request, faults)
        _report(self._test, result)
        return result.verdicts


@contextmanager
def opened(
    request: pytest.FixtureRequest, stack: Stack, revision: str, *, build: bool
) -> Iterator[Paired]:
    """Give the working tree and a revision of it, each with an environment where `build` says."""
    with trees(Path(stack.configuration.directory), revision, None) as (base, head):
        arms = (
            of_tree(base, same_python=not build, install=""),
            of_tree(head, same_python=not build, install=""),
        )
        yield Paired(stack, arms, request)


def _report(request: pytest.FixtureRequest, result: ComparisonResult) -> None:
    for verdict in result.verdicts:
        record_verdict(request.node, verdict)
    config = request.config
    if not config.pluginmanager.hasplugin("benchmark") or config.getoption("benchmark_skip"):
        return
    if "benchmark" in request.fixturenames:
        raise ConfigurationError(
            f"{request.node.nodeid}: paired fills pytest-benchmark's table itself;"
            " do not ask for `benchmark` beside it"
        )
    rows: list[tuple[str, str, list[float]]] = []
    for endpoint in result.comparison.endpoints:
        rounds = result.comparison.of(endpoint)
        rows += [
            (endpoint, "base", _good([round_.base for round_ in rounds])),
            (endpoint, "head", _good([round_.head for round_ in rounds])),
        ]
    timer = _Replay([duration for _, _, durations in rows for duration in durations])
    # The timer is a documented option: so the table shows times that were taken in pairs.
    request.node.add_marker(pytest.mark.benchmark(timer=timer))
    benchmark: Any = request.getfixturevalue("benchmark")
    for endpoint, arm, durations in rows:
        row: Any = copy.copy(benchmark)
        row.name = f"{benchmark.name}[{arm} {endpoint}]"
        row.fullname = f"{benchmark.fullname}[{arm} {endpoint}]"
        row.group = f"paired, {endpoint}"
        row.extra_info = _extra(result, endpoint, arm)
        if durations:
            row.pedantic(_nothing, rounds=len(durations))
    benchmark.skipped = True  # its copies were used


def _extra(result: ComparisonResult, endpoint: str, arm: str) -> dict[str, Any]:
    return {
        "arm": arm,
        "verdicts": {
            verdict.criterion: {
                "ruling": verdict.ruling.value,
                "change": verdict.value,
                "interval": [verdict.lower, verdict.upper],
                "confidence": 0.99,
            }
            for verdict in result.verdicts
            if verdict.subject == endpoint
        },
    }


class _Replay:
    """A timer by which each round takes what was measured before."""

    __name__ = "windtunnel.paired"

    def __init__(self, durations: list[float]) -> None:
        self._now = 0.0
        self._remaining = iter(durations)
        self._ends = False

    def __call__(self) -> float:
        if self._ends:
            self._now += next(self._remaining)
        self._ends = not self._ends
        return self._now


def _nothing() -> None:
    """Stand for a request that was measured already."""


def _good(arm: Sequence[ArmRound]) -> list[float]:
    """Return the times of the timed requests with a good answer."""
    return [d for round_ in arm for d in round_.durations if not math.isnan(d)]
