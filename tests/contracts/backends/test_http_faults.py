"""One suite for every backend: each HTTP fault's effect on real traffic, and its end."""

from collections import Counter

import pytest

from windtunnel import faults
from windtunnel.errors import UnsupportedFault, VacuousFault
from windtunnel.records import Exchange, ExchangeOutcome, Run
from windtunnel.stack import Stack
from windtunnel_faults import Fault

AGENTS = "/api/agents"


def exchanges(run: Run) -> list[Exchange]:
    return [each for each in run.at("catalog").exchanges if each.started >= run.began]


def fell_back(run: Run) -> list[bool]:
    return [bool(response.fallback) for response in run.responses]


def test_the_first_requests_get_the_status_and_never_reach_the_dependency(
    backend_stack: Stack,
) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(faults.HttpStatus("catalog", 503, first=3)):
        run = backend_stack.drive(AGENTS, requests=5)
    assert fell_back(run) == [True] * 3 + [False] * 2
    assert [each.status for each in exchanges(run)] == ["503"] * 3 + ["200"] * 2
    assert [each.forwarded for each in exchanges(run)] == [False] * 3 + [True] * 2
    assert all(each.outcome is ExchangeOutcome.ANSWERED for each in exchanges(run))


def test_every_second_request_is_struck(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(faults.HttpStatus("catalog", 500, every=2)):
        run = backend_stack.drive(AGENTS, requests=6)
    assert fell_back(run) == [False, True] * 3


def test_a_probability_strikes_some_requests_and_spares_others(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(faults.HttpStatus("catalog", 500, probability=0.5)):
        run = backend_stack.drive(AGENTS, requests=40)
    struck = Counter(fell_back(run))
    # Outside these bounds fewer than once in 10,000,000 seeds (binomial, 40 at one half).
    assert 4 <= struck[True] <= 36


def test_a_delay_holds_answers_back(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(faults.HttpDelay("catalog", 0.2)):
        run = backend_stack.drive(AGENTS, requests=2)
    assert fell_back(run) == [False, False]
    assert all(response.duration >= 0.2 for response in run.responses)
    after = backend_stack.drive(AGENTS, requests=3)
    assert min(response.duration for response in after.responses) < 0.2


@pytest.mark.parametrize("forwarded", [False, True])
def test_an_abort_resets_before_or_after_the_dependency_did_its_work(
    backend_stack: Stack, *, forwarded: bool
) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(faults.HttpAbort("catalog", forwarded=forwarded)):
        run = backend_stack.drive(AGENTS, requests=3)
    assert fell_back(run) == [True] * 3
    assert {each.outcome for each in exchanges(run)} == {ExchangeOutcome.FAILED}
    assert {each.forwarded for each in exchanges(run)} == {forwarded}


@pytest.mark.parametrize("ending", ["reset", "close"])
def test_a_lost_answer_was_given_by_the_dependency(backend_stack: Stack, ending: str) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(faults.HttpLostAnswer("catalog", ending=ending)):
        run = backend_stack.drive(AGENTS, requests=3)
    assert fell_back(run) == [True] * 3
    assert all(each.forwarded and each.answer_was_lost for each in exchanges(run))
    assert {each.dependency_status for each in exchanges(run)} == {"200"}


@pytest.mark.parametrize(
    "fault",
    [faults.HttpTruncate("catalog", 5), faults.HttpCorrupt("catalog")],
    ids=lambda fault: type(fault).__name__,
)
def test_a_broken_body_fails_the_call(backend_stack: Stack, fault: Fault) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(fault):
        run = backend_stack.drive(AGENTS, requests=3)
    assert fell_back(run) == [True] * 3
    assert all(each.faults for each in exchanges(run))
    backend_stack.drive(AGENTS, requests=1)
    assert fell_back(backend_stack.drive(AGENTS, requests=3)) == [False] * 3


def test_a_dripping_answer_takes_as_long_as_its_bytes_need(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with backend_stack.inject(faults.HttpDrip("catalog", 1000)):
        run = backend_stack.drive(AGENTS, requests=1)
    assert fell_back(run) == [False]
    # The head alone has over 100 bytes.
    assert run.responses[0].duration >= 0.1


def test_faults_on_different_paths_are_in_force_together(backend_stack: Stack) -> None:
    backend_stack.drive(AGENTS, requests=1)
    with (
        backend_stack.inject(faults.HttpStatus("catalog", 500, path="/agents", first=1)),
        backend_stack.inject(faults.HttpStatus("catalog", 502, path="/agents", every=2)),
    ):
        run = backend_stack.drive(AGENTS, requests=4)
    assert [each.status for each in exchanges(run)] == ["500", "502", "200", "502"]


def test_a_fault_whose_requests_never_come_is_refused(backend_stack: Stack) -> None:
    with (
        pytest.raises(VacuousFault, match="it altered 0 exchanges"),
        backend_stack.inject(faults.HttpStatus("catalog", path="/elsewhere")),
    ):
        backend_stack.drive(AGENTS, requests=3)


def test_a_dependency_that_speaks_no_http_is_one_clear_error(backend_stack: Stack) -> None:
    with pytest.raises(UnsupportedFault, match="'redis' speaks redis, as configured; expected"):
        backend_stack.inject(faults.HttpStatus("redis")).__enter__()
