"""Slowness on a machine that others keep busy is no failure; all else is judged as ever."""

from dataclasses import replace

import pytest

from tests.criteria.recorded import evidence, responses, run
from tests.load.hand_made_runs import load_run
from windtunnel.criteria import Ruling, all_answered, error_rate, mean_response
from windtunnel.criteria.crowded_machine import blame_no_crowd
from windtunnel.criteria.objective import parse
from windtunnel.criteria.objective_held import objective_held
from windtunnel.records import MachineUse, Run

CROWDED = MachineUse(available=10, idle=0, others=4)
"""How long the run itself waited is not known here."""
SLOW, QUICK = 0.2, 0.001


def asked(seconds: float, machine: MachineUse | None, status: int | None = 200) -> Run:
    answers = responses(400, seconds=seconds, status=status)
    return replace(run(answers, evidence()), machine=machine)


@pytest.mark.parametrize(
    ("machine", "ruling"),
    [
        (None, Ruling.FAIL),
        (CROWDED, Ruling.INCONCLUSIVE),
        # What the run itself used is no excuse.
        (MachineUse(available=10, idle=0, others=0.9), Ruling.FAIL),
        (MachineUse(available=10, idle=0, others=1.1), Ruling.INCONCLUSIVE),
        # Where cores were idle, nobody had to wait for one.
        (MachineUse(available=10, idle=2.1, others=4), Ruling.FAIL),
        (MachineUse(available=10, idle=1.9, others=4), Ruling.INCONCLUSIVE),
        # What the hypervisor gave to others counts as theirs.
        (MachineUse(available=10, idle=0, others=0, stolen=1.1), Ruling.INCONCLUSIVE),
    ],
)
def test_a_slow_mean_fails_unless_others_had_the_cores(
    machine: MachineUse | None, ruling: Ruling
) -> None:
    verdict = mean_response(asked(SLOW, machine), below=0.05)
    assert verdict.ruling is ruling
    assert bool(verdict.needs) == (ruling is Ruling.INCONCLUSIVE)
    assert (verdict.lower or 0) > 0.05, "the figures stay as they were measured"


def test_a_crowd_takes_nothing_from_a_pass() -> None:
    assert mean_response(asked(QUICK, CROWDED), below=0.05).ruling is Ruling.PASS
    assert all_answered(asked(QUICK, CROWDED), within=0.1).ruling is Ruling.PASS


def test_a_wrong_answer_is_nobody_elses_fault() -> None:
    assert error_rate(asked(QUICK, CROWDED, status=500), "/api/agents").ruling is Ruling.FAIL
    assert all_answered(asked(QUICK, CROWDED, status=500), within=0.1).ruling is Ruling.FAIL


@pytest.mark.parametrize("status", [200, None], ids=["late", "timed out"])
def test_late_answers_fail_unless_others_had_the_cores(status: int | None) -> None:
    assert all_answered(asked(SLOW, None, status), within=0.1).ruling is Ruling.FAIL
    assert all_answered(asked(SLOW, CROWDED, status), within=0.1).ruling is Ruling.INCONCLUSIVE


@pytest.mark.parametrize(
    ("objective", "failed", "crowded"),
    [
        ("p99<50ms", 0, Ruling.INCONCLUSIVE),
        ("mean<50ms", 0, Ruling.INCONCLUSIVE),
        ("throughput>1000/s", 0, Ruling.INCONCLUSIVE),
        ("errors<1%", 400, Ruling.FAIL),
    ],
)
def test_objectives_of_time_are_judged_alike(objective: str, failed: int, crowded: Ruling) -> None:
    loaded = load_run([SLOW] * 400, failed=range(0, failed, 4))
    (wanted,) = parse(objective)
    assert objective_held(loaded, wanted).ruling is Ruling.FAIL
    assert objective_held(replace(loaded, machine=CROWDED), wanted).ruling is crowded


def test_an_open_verdict_keeps_what_it_needs() -> None:
    few = mean_response(replace(run(responses(3), evidence()), machine=CROWDED))
    assert few.ruling is Ruling.INCONCLUSIVE
    assert blame_no_crowd(few, CROWDED, 0.0) == few


@pytest.mark.parametrize(
    ("waited", "ruling"),
    # 400 requests one at a time, 0.2 s each: 60 s more than 0.05 s each would have taken.
    [(59, Ruling.FAIL), (61, Ruling.INCONCLUSIVE)],
)
def test_a_mean_that_waiting_for_cores_cannot_explain_fails(waited: float, ruling: Ruling) -> None:
    machine = replace(CROWDED, waited=waited)
    assert mean_response(asked(SLOW, machine), below=0.05).ruling is ruling
    at_once = replace(asked(SLOW, replace(CROWDED, waited=waited / 10)), concurrency=10)
    assert mean_response(at_once, below=0.05).ruling is ruling


@pytest.mark.parametrize("status", [200, None], ids=["late", "timed out"])
def test_an_answer_later_than_any_waiting_fails(status: int | None) -> None:
    """As where a dependency is silent: who waits for it needs no core."""
    for waited, ruling in ((0.09, Ruling.FAIL), (0.11, Ruling.INCONCLUSIVE)):
        late = asked(SLOW, replace(CROWDED, waited=waited), status)
        assert all_answered(late, within=0.1).ruling is ruling


@pytest.mark.parametrize(
    ("objective", "explains"),
    # 0.2 s each over 4 connections.
    [("p99<50ms", 0.15), ("mean<50ms", 0.15 * 400 / 4)],
)
def test_an_objective_that_waiting_cannot_explain_fails(objective: str, explains: float) -> None:
    (wanted,) = parse(objective)
    for waited, ruling in (
        (explains * 0.9, Ruling.FAIL),
        (explains * 1.1, Ruling.INCONCLUSIVE),
    ):
        loaded = replace(load_run([SLOW] * 400), machine=replace(CROWDED, waited=waited))
        assert objective_held(loaded, wanted).ruling is ruling
