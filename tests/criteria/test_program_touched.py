"""A fault of a program itself: what shows that it struck work, and what shows nothing."""

from dataclasses import replace

import pytest

from tests.criteria.recorded import evidence, exchange, warmed
from windtunnel import Ruling, fault_touched
from windtunnel.criteria.program_touched import Asked, DrivenBy, ProgramWork, program_touched
from windtunnel.load.requests_under_way import RequestsUnderWay
from windtunnel.records import Ending, Evidence, FaultWindow

WINDOW = FaultWindow(fault="Kill('worker')", dependency="worker", began=1.0, ended=2.0)
SERVED = ProgramWork(asked=Asked.AT_OTHER_TIMES, driven_by=DrivenBy.REQUESTS)
WORKER = ProgramWork(asked=Asked.AT_OTHER_TIMES, driven_by=DrivenBy.WHAT_IT_READS)
HELD = replace(warmed(), opened=0.5, closed=1.1, ended_by=Ending.TARGET)


def ruled(work: ProgramWork, *own: Evidence) -> Ruling:
    return program_touched(WINDOW, replace(work, own=own)).ruling


@pytest.mark.parametrize("work", [SERVED, WORKER])
def test_a_request_meanwhile_is_traffic_and_one_at_another_time_is_none(work: ProgramWork) -> None:
    assert ruled(replace(work, asked=Asked.MEANWHILE), evidence()) is Ruling.PASS
    assert ruled(work, evidence()) is Ruling.FAIL
    assert ruled(work, evidence(exchange(0.2), exchange(2.5))) is Ruling.FAIL


@pytest.mark.parametrize("work", [SERVED, WORKER])
def test_a_call_of_its_own_is_work(work: ProgramWork) -> None:
    assert ruled(work, evidence(), evidence(exchange(1.5))) is Ruling.PASS
    assert ruled(work, evidence(exchange(0.9, seconds=0.2))) is Ruling.PASS


def test_a_connection_that_ends_with_it_is_a_workers_work_and_a_servers_pool() -> None:
    assert ruled(WORKER, evidence(connections=[HELD])) is Ruling.PASS
    assert ruled(SERVED, evidence(connections=[HELD])) is Ruling.FAIL
    before = replace(HELD, closed=0.9)
    assert ruled(WORKER, evidence(connections=[before])) is Ruling.FAIL
    by_the_broker = replace(HELD, ended_by=Ending.DEPENDENCY)
    assert ruled(WORKER, evidence(connections=[by_the_broker])) is Ruling.FAIL


def test_what_nobody_sees_is_inconclusive() -> None:
    # A worker that is paused keeps its connection: whether anything came on it is not known.
    assert ruled(WORKER, evidence(connections=[replace(HELD, closed=None)])) is Ruling.INCONCLUSIVE
    assert ruled(WORKER) is Ruling.INCONCLUSIVE
    assert ruled(WORKER, evidence(dropped=1)) is Ruling.INCONCLUSIVE
    # The test may ask by other means; where it asked by ours, and not now, nothing was asked.
    assert ruled(replace(SERVED, asked=Asked.NEVER), evidence()) is Ruling.INCONCLUSIVE
    assert ruled(SERVED) is Ruling.FAIL
    assert fault_touched(WINDOW).ruling is Ruling.INCONCLUSIVE


def test_requests_are_under_way_from_their_begin_to_their_end() -> None:
    noted = RequestsUnderWay()
    assert not noted.any
    assert not noted.between(0.0, float("inf"))
    with noted.one():
        assert noted.between(0.0, float("inf"))
        with noted.one():
            pass
        assert noted.any
        assert not noted.between(0.0, 1e-9)
    assert noted.between(0.0, float("inf"))
    assert not noted.between(0.0, 1e-9)
