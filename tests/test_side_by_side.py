"""The gate's scenarios run beside each other, and those that measure alone, after the others."""

from collections.abc import Iterable, Sequence
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.scenarios.side_by_side import MeasuringAlone

SHARED = [f"tests/scenarios/test_breakers.py::test_{n}" for n in range(7)]
MEASURING = [f"tests/scenarios/test_pooling.py::test_{n}" for n in range(3)]


class Worker:
    """As xdist's: it runs a test once it knows the next one, or that no other comes."""

    gateway = SimpleNamespace(id="gw")

    def __init__(self) -> None:
        self.given: list[int] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: Iterable[int]) -> None:
        assert not self.shutting_down
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True

    def may_run(self) -> bool:
        return len(self.given) > 1 or (self.shutting_down and bool(self.given))


def ran(collection: Sequence[str], workers: int, seed: int) -> list[tuple[str, int]]:
    """Let workers of drawn speeds run it; return each test, and how many others ran meanwhile."""
    config: Any = SimpleNamespace(
        option=SimpleNamespace(loadscopereorder=True, tx=["popen"] * workers, numprocesses=workers),
        getvalue=lambda name: ["popen"] * workers,
    )
    scheduler: Any = MeasuringAlone(config)
    scheduler.numnodes = workers
    random = Random(seed)  # noqa: S311 - replayable, not secret
    nodes = [Worker() for _ in range(workers)]
    for node in nodes:
        scheduler.add_node(node)
    for node in nodes:
        scheduler.add_node_collection(node, collection)
    scheduler.schedule()
    order: list[tuple[str, int]] = []
    while able := [node for node in nodes if node.may_run()]:
        # Whoever is not chosen has begun its test all the same, and goes on with it.
        node = random.choice(able)
        order.append((collection[node.given[0]], len(able) - 1))
        scheduler.mark_test_complete(node, node.given.pop(0))
    assert all(node.shutting_down for node in nodes[: len(collection)])
    return order


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize(
    "collection",
    [SHARED + MEASURING, MEASURING + SHARED, SHARED, MEASURING, SHARED[:1] + MEASURING],
    ids=["measuring last", "measuring first", "none measures", "all measure", "one shared"],
)
def test_every_test_runs_once_and_what_measures_runs_last_with_no_other(
    collection: list[str], workers: int
) -> None:
    for seed in range(20):
        order = ran(collection, workers, seed)
        assert sorted(name for name, _ in order) == sorted(collection)
        names = [name for name, _ in order]
        measured = [name for name in collection if name in MEASURING]
        assert names[len(names) - len(measured) :] == measured
        assert all(beside == 0 for name, beside in order if name in MEASURING)
    if workers > 1 and collection[:2] == SHARED[:2]:
        assert any(beside for _, beside in order), "nothing ran beside anything"
