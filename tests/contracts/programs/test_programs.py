"""Programs that call each other: a tap for each edge, faults of one caller, faults of programs."""

import time

import pytest

from windtunnel import faults
from windtunnel.errors import ConfigurationError, ProgramEnded, UnsupportedFault, VacuousFault
from windtunnel.records import Edge, Run
from windtunnel.session import Session
from windtunnel.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.busy]

INNER = Edge("movies", caller="bookings")
LONG = 30.0
"""Seconds that something may take that takes a moment, on a full machine."""


def all_answered(run: Run) -> bool:
    return all(response.succeeded for response in run.responses)


def healed(stack: Stack, endpoint: str) -> bool:
    """Whether everything answers again; the first requests may meet a broken connection."""
    until = time.monotonic() + LONG
    while time.monotonic() < until:
        if all_answered(stack.drive(endpoint, requests=2)):
            return True
    return False


def test_each_edge_has_its_own_evidence(cinema: Stack) -> None:
    bookings = cinema.drive("/bookings", requests=4)
    assert all_answered(bookings)
    names = {each.dependency for each in bookings.evidence}
    assert {"bookings", "movies", "movies@bookings", "bank@payments"} <= names
    for edge in ("bookings", INNER, "payments", Edge("bank", caller="payments"), "catalogue"):
        assert len(bookings.at(edge).exchanges) == 4, edge
    assert not bookings.at("movies").exchanges
    movies = cinema.drive("/movies", requests=3)
    assert len(movies.at("movies").exchanges) == 3
    assert not movies.at(INNER).exchanges


def test_evidence_may_be_asked_for_by_its_caller(cinema: Stack) -> None:
    since = time.monotonic()
    cinema.drive("/bookings", requests=2)
    assert len(cinema.evidence("movies", since, caller="bookings").exchanges) == 2
    assert not cinema.evidence("movies", since, caller="web").exchanges
    with pytest.raises(ConfigurationError, match="no program 'payments' calls 'movies'"):
        cinema.evidence("movies", caller="payments")


def test_what_a_scenario_sets_is_set_for_each_program(cinema_session: Session) -> None:
    """The breaker is that of an inner program, which the scenario's variable turns off."""
    stack = cinema_session.stack("set", {"MOVIES_BREAKER": "off"}, lambda verdict: None)
    try:
        with stack.inject(faults.HttpStatus("movies", 503, caller="bookings")):
            run = stack.drive("/bookings", requests=12)
        assert len(run.at(INNER).exchanges) == 12
    finally:
        stack.close()


def test_calls_of_a_program_of_itself_are_left_out(cinema: Stack) -> None:
    run = cinema.drive("/bookings", requests=2)
    mails = run.at(Edge("bookings", caller="mailer"))
    assert not mails.exchanges
    assert mails.unasked


def test_a_fault_strikes_one_caller_or_all(cinema: Stack) -> None:
    assert all_answered(cinema.drive("/movies", requests=2))
    with cinema.inject(faults.HttpStatus("movies", 500, caller="bookings")):
        assert all_answered(cinema.drive("/movies", requests=2))
        inner = cinema.drive("/bookings", requests=2).at(INNER)
    assert [each.status for each in inner.exchanges] == ["500", "500"]
    with cinema.inject(faults.HttpStatus("movies", 500)):
        assert not all_answered(cinema.drive("/movies", requests=2))
        both = cinema.drive("/bookings", requests=1).at(INNER)
    assert [each.status for each in both.exchanges] == ["500"]


@pytest.mark.parametrize("kind", [faults.Outage, faults.ConnectionReset])
def test_a_cut_of_one_caller_leaves_the_others_alone(
    cinema: Stack, kind: type[faults.Outage] | type[faults.ConnectionReset]
) -> None:
    assert all_answered(cinema.drive("/bookings", requests=1))
    with cinema.inject(kind("payments", caller="bookings")):
        assert not all_answered(cinema.drive("/bookings", requests=2))
    assert healed(cinema, "/bookings")


def test_a_fault_whose_edges_saw_nothing_is_vacuous(cinema: Stack) -> None:
    cinema.drive("/movies", requests=1)
    with (
        pytest.raises(VacuousFault, match="bank"),
        cinema.inject(faults.Latency("bank", 0.1, caller="payments")),
    ):
        cinema.drive("/movies", requests=2)


def test_a_caller_that_does_not_call_is_refused(cinema: Stack) -> None:
    with (
        pytest.raises(UnsupportedFault, match="'mailer' does not call 'movies'; expected one of"),
        cinema.inject(faults.Latency("movies", 0.1, caller="mailer")),
    ):
        pytest.fail("injected")
    with (
        pytest.raises(UnsupportedFault, match="no program calls 'mailer'"),
        cinema.inject(faults.Latency("mailer", 0.1)),
    ):
        pytest.fail("injected")


@pytest.mark.parametrize("kind", [faults.Kill, faults.Pause, faults.Stop])
def test_a_program_that_is_struck_fails_its_callers_and_comes_back(
    cinema: Stack, kind: type[faults.Kill] | type[faults.Pause] | type[faults.Stop]
) -> None:
    assert all_answered(cinema.drive("/bookings", requests=1))
    with cinema.inject(kind("payments")):
        assert not all_answered(cinema.drive("/bookings", requests=2))
    assert healed(cinema, "/bookings")


def test_a_program_that_nobody_calls_can_be_struck(cinema: Stack) -> None:
    edge = Edge("bookings", caller="mailer")
    cinema.drive("/movies", requests=1)
    with cinema.inject(faults.Kill("mailer")) as injection:
        began = time.monotonic()
        assert all_answered(cinema.drive("/bookings", requests=2))
        assert not cinema.backend.evidence(edge, began).exchanges
        assert injection.touched
    until = time.monotonic() + LONG
    while not cinema.backend.evidence(edge, began).exchanges:
        assert time.monotonic() < until, "the mailer did not come back"
        time.sleep(0.05)


def test_a_fault_may_wait_for_a_condition(cinema: Stack) -> None:
    cinema.drive("/bookings", requests=1)
    began = time.monotonic()

    def paid() -> bool:
        return len(cinema.backend.evidence(Edge("bank", caller="payments"), began).exchanges) >= 3

    with cinema.inject(faults.Kill("movies"), when=paid) as injection:
        run = cinema.drive("/bookings", requests=8)
    assert injection.window.began > began
    assert any(each.failed for each in run.at(INNER).attempts)
    assert [each.failed for each in run.at(INNER).attempts][:2] == [False, False]


def test_a_restarted_program_is_back_at_once(cinema: Stack) -> None:
    assert all_answered(cinema.drive("/movies", requests=1))
    with cinema.inject(faults.Restart("movies")):
        assert healed(cinema, "/movies")


def test_the_driven_program_itself_can_be_struck(cinema: Stack) -> None:
    assert all_answered(cinema.drive("/movies", requests=1))
    with cinema.inject(faults.Kill("web")):
        assert not any(each.succeeded for each in cinema.drive("/movies", requests=2).responses)
    assert healed(cinema, "/movies")


def test_each_scenario_gets_fresh_programs(cinema: Stack) -> None:
    """The breaker of bookings opens here; the next test of this file finds it closed."""
    with cinema.inject(faults.HttpStatus("movies", 500, caller="bookings")):
        run = cinema.drive("/bookings", requests=6)
    assert len(run.at(INNER).exchanges) == 3


def test_after_a_scenario_no_program_is_as_it_left_it(cinema: Stack) -> None:
    assert len(cinema.drive("/bookings", requests=2).at(INNER).exchanges) == 2


def test_a_program_that_ends_by_itself_ends_the_test(cinema: Stack) -> None:
    cinema.drive("/movies", requests=1)
    # As a crash would: by nobody's order that the backend knows.
    if cinema.backend.name == "docker":
        service = cinema.backend._programs.service_of("mailer")  # type: ignore[attr-defined]
        cinema.backend.engine.kill(service)  # type: ignore[attr-defined]
    else:
        cinema.backend.keeper.signal("mailer", 9)  # type: ignore[attr-defined]
    with pytest.raises(ProgramEnded, match=r"mailer ended by itself .*\n[^$]*the mailer is ready"):
        cinema.drive("/movies", requests=1)
