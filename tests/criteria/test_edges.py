"""Edges: whose calls a criterion is about, and that an inner program is judged by its own requests.

The mutant is an inner program without a breaker, behind an outer one that keeps its requests back:
the silence at its dependency is not its own.
"""

from dataclasses import replace

import pytest

from windtunnel.criteria import (
    Ruling,
    at_most_once,
    breaker_opens,
    calls_per_request,
    fault_touched,
    touches_nothing,
)
from windtunnel.criteria.requests_of_caller import as_called
from windtunnel.errors import ConfigurationError
from windtunnel.records import (
    Connection,
    Edge,
    Ending,
    Evidence,
    Exchange,
    ExchangeOutcome,
    FaultWindow,
    FieldState,
    RecordedField,
    Response,
    Run,
)

INNER = Edge("movies", caller="bookings")
KEY = RecordedField(name="header:idempotency-key", state=FieldState.PRESENT, value="a")


def exchanges(name: str, times: list[float], status: str = "200") -> Evidence:
    """Return the evidence of an edge with one exchange at each time."""
    made = [
        Exchange(
            dependency=name,
            connection=1,
            index=index,
            request="GET /",
            started=at,
            ended=at + 0.01,
            outcome=ExchangeOutcome.ANSWERED,
            status=status,
        )
        for index, at in enumerate(times)
    ]
    connection = Connection(dependency=name, number=1, opened=0.0, ended_by=Ending.TARGET)
    return Evidence(dependency=name, at=100.0, connections=(connection,), exchanges=tuple(made))


def run(*evidence: Evidence, requests: int = 20) -> Run:
    responses = tuple(
        Response(number=n, endpoint="/", started=float(n), ended=n + 0.5, status=200)
        for n in range(1, requests + 1)
    )
    return Run(
        responses=responses,
        evidence=evidence,
        began=0.5,
        ended=50.0,
        concurrency=1,
        profile="loopback",
        backend="embedded",
        seed=1,
        target="web",
    )


def seconds(first: int, last: int, after: float) -> list[float]:
    return [number + after for number in range(first, last + 1)]


def test_an_edge_is_the_name_of_its_evidence() -> None:
    assert INNER == "movies@bookings"
    assert (INNER.dependency, INNER.caller) == ("movies", "bookings")
    assert Edge("movies") == "movies"
    both = run(exchanges("movies", []), exchanges(INNER, []))
    assert both.at("movies").dependency == "movies"
    assert both.at(Edge("movies", caller="web")).dependency == "movies"
    assert both.at(INNER).dependency == "movies@bookings"


def test_the_only_caller_need_not_be_named_and_one_of_several_must() -> None:
    assert run(exchanges(INNER, [])).at("movies").dependency == "movies@bookings"
    two = run(exchanges(INNER, []), exchanges("movies@mailer", []))
    with pytest.raises(ConfigurationError, match="called by bookings and mailer, and not by 'web'"):
        two.at("movies")
    with pytest.raises(ConfigurationError, match="no program 'bokings' calls 'movies'; did you"):
        two.at(Edge("movies", caller="bokings"))


def test_an_inner_breaker_that_opens_passes() -> None:
    asked = exchanges("bookings", seconds(1, 20, 0.1))
    failing = exchanges(INNER, seconds(1, 3, 0.12), status="500")
    verdict = breaker_opens(run(asked, failing), INNER, within=3)
    assert verdict.ruling is Ruling.PASS
    assert verdict.subject == "movies@bookings"
    assert type(verdict.subject) is str


def test_an_inner_program_that_goes_on_calling_fails() -> None:
    asked = exchanges("bookings", seconds(1, 20, 0.1))
    failing = exchanges(INNER, seconds(1, 20, 0.12), status="500")
    assert breaker_opens(run(asked, failing), INNER, within=3).ruling is Ruling.FAIL


def test_silence_that_an_outer_breaker_causes_is_no_inner_breaker() -> None:
    asked = exchanges("bookings", seconds(1, 3, 0.1), status="502")
    failing = exchanges(INNER, seconds(1, 3, 0.12), status="500")
    assert breaker_opens(run(asked, failing), INNER, within=3).ruling is Ruling.INCONCLUSIVE


def test_of_a_worker_that_nobody_calls_silence_proves_nothing() -> None:
    failing = exchanges("movies@worker", seconds(1, 3, 0.12), status="500")
    found = run(exchanges("movies", []), failing)
    edge = Edge("movies", caller="worker")
    assert breaker_opens(found, edge, within=3).ruling is Ruling.INCONCLUSIVE
    assert calls_per_request(found, edge, at_most=1).ruling is Ruling.INCONCLUSIVE


def test_what_a_fault_answered_in_front_of_a_program_did_not_reach_it() -> None:
    asked = exchanges("bookings", seconds(1, 4, 0.1))
    kept = tuple(replace(each, forwarded=False) for each in asked.exchanges[:3])
    asked = replace(asked, exchanges=(*kept, asked.exchanges[3]))
    seen, name = as_called(run(asked, exchanges(INNER, [])), INNER)
    assert name == "movies@bookings"
    assert [each.started for each in seen.responses] == [4.1]
    assert as_called(seen, name)[0] is seen


def test_what_other_programs_ask_of_the_driven_one_are_requests_too() -> None:
    asked = exchanges("web@worker", seconds(1, 20, 0.2))
    own, theirs = seconds(1, 20, 0.1), seconds(1, 20, 0.25)
    found = run(exchanges("payment", sorted(own + theirs)), asked)
    verdict = calls_per_request(found, "payment", at_most=1)
    assert verdict.ruling is Ruling.PASS
    assert verdict.statement.startswith("40 calls reached the dependency for 40 requests")
    more = run(exchanges("payment", sorted([*own, *theirs, 20.3])), asked)
    assert calls_per_request(more, "payment", at_most=1).ruling is Ruling.FAIL
    blind = run(found.evidence[0], replace(asked, dropped=1))
    assert calls_per_request(blind, "payment", at_most=1).ruling is Ruling.INCONCLUSIVE
    seen, name = as_called(found, "payment")
    assert len({each.number for each in seen.responses}) == 40
    assert not seen.is_sequential
    assert as_called(seen, name)[0] is seen
    # Before they ask for anything it is as it always was.
    idle = run(found.evidence[0], exchanges("web@worker", []))
    assert as_called(idle, "payment")[0] is idle


def test_calls_after_the_load_may_be_those_of_single_requests() -> None:
    """Which no record tells of a run that has what came after it."""
    silent = run(exchanges("payment", []))
    for times, during in ((seconds(1, 22, 0.1), 25.0), (seconds(1, 40, 0.1), 21.0)):
        found = run(exchanges("payment", times))
        assert calls_per_request(found, "payment", at_most=1).ruling is Ruling.FAIL
        wide = replace(found, load_ended=during)
        wanted = Ruling.FAIL if during == 25.0 else Ruling.INCONCLUSIVE
        verdict = calls_per_request(wide, "payment", at_most=1)
        assert verdict.ruling is wanted
        assert ("single requests" in verdict.needs) == (wanted is Ruling.INCONCLUSIVE)
        assert touches_nothing(wide, found).ruling is Ruling.FAIL
        later = replace(wide, load_ended=0.9)
        assert touches_nothing(later, found).ruling is Ruling.INCONCLUSIVE
    assert touches_nothing(replace(silent, load_ended=21.0), found)


def test_one_edge_suffices_for_a_fault_to_have_touched_traffic() -> None:
    window = FaultWindow(fault="Latency('movies')", dependency="movies", began=1.0, ended=10.0)
    silent, called = exchanges("movies", []), exchanges(INNER, [2.0])
    one = fault_touched(window, silent, called)
    assert one.ruling is Ruling.PASS
    assert one.conditions == ("it touched nothing on the way movies",)
    nothing = fault_touched(window, silent, exchanges(INNER, []))
    assert nothing.ruling is Ruling.FAIL
    assert "movies@bookings: " in nothing.statement
    gaps = fault_touched(window, replace(silent, dropped=1), called)
    assert gaps.conditions == ("whether it touched anything on the way movies is not known",)


def test_what_takes_effect_at_a_dependency_counts_whoever_caused_it() -> None:
    own, worker = exchanges("payment", [1.2]), exchanges("payment@worker", [1.3, 2.3])
    found = run(own, worker)
    merged = found.everywhere("payment")
    assert merged.dependency == "payment"
    assert [each.started for each in merged.exchanges] == [1.2, 1.3, 2.3]
    numbers = [each.number for each in merged.connections]
    assert len(set(numbers)) == 2
    assert {each.connection for each in merged.exchanges} == set(numbers)
    assert found.everywhere(Edge("payment", caller="worker")) is worker
    assert found.everywhere(Edge("payment", caller="web")) is own
    assert found.at("payment") is own


def test_a_gap_of_one_tap_is_a_gap_of_the_whole() -> None:
    own = replace(exchanges("payment", [1.2]), recorded=("header:key", "json:id"))
    worker = replace(
        exchanges("payment@worker", []), dropped=3, tells_calls_apart=False, recorded=("json:id",)
    )
    merged = run(own, worker).everywhere("payment")
    assert merged.dropped == 3
    assert not merged.tells_calls_apart
    assert merged.recorded == ("json:id",)


def test_a_payment_that_two_programs_make_is_made_twice() -> None:
    def paid(name: str, at: float) -> Evidence:
        made = exchanges(name, [at], status="201")
        kept = tuple(
            replace(
                each,
                request="POST /charges",
                fields=(
                    RecordedField(
                        name="header:idempotency-key", state=FieldState.PRESENT, value="a"
                    ),
                ),
            )
            for each in made.exchanges
        )
        return replace(made, exchanges=kept, recorded=("header:idempotency-key",))

    twice = run(paid("payment", 1.2), paid("payment@worker", 1.3), requests=1)
    verdict = at_most_once(twice, "payment", key="header:Idempotency-Key", honoured=False)
    assert verdict.ruling is Ruling.FAIL
    once = run(paid("payment", 1.2), exchanges("payment@worker", []), requests=1)
    once = replace(once, evidence=(once.evidence[0],))
    verdict = at_most_once(once, "payment", key="header:Idempotency-Key", honoured=False)
    assert verdict.ruling is not Ruling.FAIL
