"""Slowness on a machine that others keep busy is no failure; all else is judged as ever."""

from dataclasses import replace

import pytest

from tests.criteria.recorded import evidence, responses, run
from tests.load.hand_made_runs import load_run
from windtunnel.criteria import (
    Ruling,
    all_answered,
    error_rate,
    fails_cleanly,
    mean_response,
)
from windtunnel.criteria.crowded_machine import blame_no_crowd
from windtunnel.criteria.objective import parse
from windtunnel.criteria.objective_held import objective_held
from windtunnel.records import MachineUse, RequestFailure, Run

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


@pytest.mark.parametrize("status", [503, None], ids=["late", "timed out"])
def test_who_is_told_late_of_a_failure_is_told_late_by_nobody(status: int | None) -> None:
    told = asked(SLOW, None, status)
    assert fails_cleanly(told, within=0.1).ruling is Ruling.FAIL
    crowded = asked(SLOW, CROWDED, status)
    assert fails_cleanly(crowded, within=0.1).ruling is Ruling.INCONCLUSIVE
    # What is wrong beside being late stays a failure.
    assert fails_cleanly(asked(SLOW, CROWDED, 500), within=0.1).ruling is Ruling.FAIL


@pytest.mark.parametrize(
    ("objective", "failed", "crowded"),
    [
        ("p99<50ms", 0, Ruling.INCONCLUSIVE),
        ("mean<50ms", 0, Ruling.INCONCLUSIVE),
        ("throughput>1000/s", 0, Ruling.INCONCLUSIVE),
        # Time-outs: how long they would have taken is not known.
        ("errors<1%", 400, Ruling.INCONCLUSIVE),
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
def test_answers_later_than_any_waiting_fail(status: int | None) -> None:
    """As where a dependency is silent: who waits for it needs no core. 400 times 0.1 s too late."""
    for waited, ruling in ((39, Ruling.FAIL), (41, Ruling.INCONCLUSIVE)):
        late = asked(SLOW, replace(CROWDED, waited=waited), status)
        assert all_answered(late, within=0.1).ruling is ruling
        # At most those that are under way at once wait for the same core.
        at_once = replace(asked(SLOW, replace(CROWDED, waited=waited / 10), status), concurrency=10)
        assert all_answered(at_once, within=0.1).ruling is ruling


@pytest.mark.parametrize(
    ("waited", "ruling"),
    # 5 % of 400 may fail, so 380 of them, 0.2 s each, would have to be answered.
    [(75, Ruling.FAIL), (77, Ruling.INCONCLUSIVE)],
)
def test_time_outs_that_waiting_explains_are_no_errors(waited: float, ruling: Ruling) -> None:
    silent = asked(SLOW, replace(CROWDED, waited=waited), status=None)
    assert error_rate(silent, "/api/agents").ruling is ruling


def test_what_the_hypervisor_took_is_waiting_too() -> None:
    """A thread whose core was taken away does not count as one that waits."""
    stolen = MachineUse(available=200, idle=0, others=0, stolen=61, waited=0.001)
    assert mean_response(asked(SLOW, stolen), below=0.05).ruling is Ruling.INCONCLUSIVE


@pytest.mark.parametrize(
    ("objective", "explains"),
    # 400 of 0.2 s in an open loop: requests pile up behind a wait, each by all of it.
    [("p99<50ms", 0.15), ("mean<50ms", 0.15), ("errors<1%", 0.2)],
)
def test_an_objective_that_waiting_cannot_explain_fails(objective: str, explains: float) -> None:
    (wanted,) = parse(objective)
    failed = range(400) if objective.startswith("errors") else ()
    for waited, ruling in (
        (explains * 0.9, Ruling.FAIL),
        (explains * 1.1, Ruling.INCONCLUSIVE),
    ):
        offered = load_run([SLOW] * 400, failed=failed)
        loaded = replace(offered, machine=replace(CROWDED, waited=waited))
        assert objective_held(loaded, wanted).ruling is ruling


@pytest.mark.parametrize(
    ("objective", "explains"),
    # In a closed loop 4 requests are under way at once: (400 - 1 %) * 0.15 s / 4, 400 * 0.15 s / 4.
    [("p99<50ms", 396 * 0.15 / 4), ("mean<50ms", 400 * 0.15 / 4)],
)
def test_in_a_closed_loop_no_wait_delays_more_than_its_connections(
    objective: str, explains: float
) -> None:
    (wanted,) = parse(objective)
    for waited, ruling in (
        (explains * 0.95, Ruling.FAIL),
        (explains * 1.05, Ruling.INCONCLUSIVE),
    ):
        closed = replace(load_run([SLOW] * 400), arrivals="", connections=4)
        loaded = replace(closed, machine=replace(CROWDED, waited=waited))
        assert objective_held(loaded, wanted).ruling is ruling


@pytest.mark.parametrize("objective", ["p99<50ms", "errors<1%"])
def test_refused_requests_fail_however_crowded_the_machine_is(objective: str) -> None:
    refused = load_run([0.001] * 400, failed=range(0, 400, 4), failure_kind=RequestFailure.REFUSED)
    (wanted,) = parse(objective)
    assert objective_held(replace(refused, machine=CROWDED), wanted).ruling is Ruling.FAIL


def test_quick_wrong_answers_do_not_make_a_slow_mean_look_better() -> None:
    """60 % good answers of 60 ms: the others are not in the mean, nor in what would explain it."""
    bad = [place for place in range(400) if place % 5 < 2]
    mixed = load_run([0.001 if place in bad else 0.06 for place in range(400)])
    samples = replace(mixed.samples, status=mixed.samples.status.copy())
    samples.status[bad] = 500
    mixed = replace(mixed, samples=replace(samples, failure=samples.failure.copy()))
    mixed.samples.failure[bad] = RequestFailure.UNEXPECTED_STATUS
    (wanted,) = parse("mean<50ms")
    for waited, ruling in ((0.001, Ruling.FAIL), (1.0, Ruling.INCONCLUSIVE)):
        crowded = replace(mixed, machine=replace(CROWDED, waited=waited))
        assert objective_held(crowded, wanted).ruling is ruling
