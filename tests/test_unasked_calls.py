"""What a target calls of itself is no request's call, in any evidence and for every criterion."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import windtunnel
from tests.criteria.recorded import evidence, exchange, refused, responses, run
from windtunnel import Ruling, breaker_closes, breaker_opens, calls_per_request, touches_nothing
from windtunnel.records import Connection, Evidence, Exchange, UnaskedCalls
from windtunnel.unasked_calls import Unasked, unasked_in, without

PING = Unasked(2.0, {"GET /ping": 4}, connects=0)


def call(at: float, request: str, *, connection: int = 1, status: str = "200") -> Exchange:
    return replace(exchange(at, status=status), request=request, connection=connection)


def opened(number: int, at: float) -> Connection:
    return Connection(dependency="catalog", number=number, opened=at)


def seen(*exchanges: Exchange, numbers: int = 0, at: float = 10.0) -> Evidence:
    connections = [opened(number, 0.0) for number in range(1, numbers + 1)]
    return replace(evidence(*exchanges, connections=connections), at=at)


def test_the_control_period_counts_each_kind_of_call_and_the_connections_they_open() -> None:
    found = unasked_in(
        seen(
            call(0.1, "GET /ping?t=1"),
            call(0.6, "GET /ping?t=2", connection=2),
            replace(call(0.2, "AUTH"), handshake=True),
            call(-1.0, "GET /before"),
            numbers=3,
        ),
        0.0,
        2.2,
    )
    assert found == Unasked(2.2, {"GET /ping": 2}, 2)


def test_calls_of_the_control_period_are_left_out_with_the_connections_that_carry_no_others() -> (
    None
):
    checks = [call(0.5 * n, "GET /ping?n=1", connection=1) for n in range(20)]
    found = without(seen(*checks, call(3.0, "GET /price", connection=2), numbers=2), PING, (), 0.0)
    assert [each.request for each in found.exchanges] == ["GET /price"]
    assert [each.number for each in found.connections] == [2]
    (unasked,) = found.unasked
    assert (unasked.request, unasked.left_out, unasked.rate) == ("GET /ping", 20, 0)
    assert f"{unasked}" == "20 calls left out: GET /ping (4 in 2 s without requests)"


def test_every_reader_of_evidence_goes_through_the_filter() -> None:
    """A backend's own evidence is read in one place alone."""
    reads = re.compile(r"(?:backend|tap)\.evidence\b")
    sources = Path(windtunnel.__file__).parent
    readers = {
        f"{source.relative_to(sources)}"
        for source in sources.rglob("*.py")
        if reads.search(source.read_text(encoding="utf-8"))
    }
    assert {each for each in readers if not each.startswith("backends/")} == {"unasked_calls.py"}


def test_what_the_control_period_left_out_keeps_its_moments_and_what_a_rule_names_does_not() -> (
    None
):
    checks = [call(0.5 * n, "GET /ping") for n in range(3)]
    metrics = [call(0.5 * n, "POST /metrics") for n in range(3)]
    found = without(seen(*checks, *metrics), PING, ("POST *",), 0.0)
    assert {each.request: each.moments for each in found.unasked} == {
        "GET /ping": (0.0, 0.5, 1.0),
        "POST /metrics": (),
    }


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("GET /ping", {"POST /ping", "GET /price", "PING"}),
        ("/ping", {"GET /price", "PING"}),
        ("/p*", {"PING"}),
        ("* /price", {"GET /ping", "POST /ping", "PING"}),
        ("PING", {"GET /ping", "POST /ping", "GET /price"}),
        ("POST", {"GET /ping", "GET /price", "PING"}),
        ("/pin", {"GET /ping", "POST /ping", "GET /price", "PING"}),
    ],
)
def test_a_rule_names_calls_by_method_path_or_both(rule: str, left: set[str]) -> None:
    calls = seen(
        *(call(1.0, request) for request in ("GET /ping?x", "POST /ping", "GET /price", "PING"))
    )
    found = without(calls, Unasked(), [rule], 0.0)
    assert {each.request.partition("?")[0] for each in found.exchanges} == left


def test_what_requests_call_as_well_stays_and_says_how_many_may_be_none_of_theirs() -> None:
    often = [call(0.01 * n, "GET /ping") for n in range(100)]
    found = without(seen(*often, at=1.0), PING, (), 0.0)
    assert len(found.exchanges) == 100
    (unasked,) = found.unasked
    assert unasked.left_out == 0
    assert unasked.most(1.0) == 5


def test_evidence_without_such_calls_is_as_it_was() -> None:
    calls = seen(call(1.0, "GET /price"))
    assert without(calls, PING, ("PING",), 0.0) is calls


CHECKED = UnaskedCalls(request="GET /ping", left_out=0, rate=1.0)
CONNECTING = UnaskedCalls(request="", left_out=0, rate=1.0)


def test_a_check_that_cannot_be_told_from_calls_fails_no_breaker() -> None:
    failing = [exchange(0.01 * n + 0.001, status="") for n in range(3)]
    checked = call(0.081, "GET /ping")
    plain = evidence(*failing, checked)
    assert breaker_opens(run(responses(20), plain), "catalog").ruling is Ruling.FAIL
    doubt = replace(plain, unasked=(CHECKED,))
    assert breaker_opens(run(responses(20), doubt), "catalog").ruling is Ruling.INCONCLUSIVE
    often = evidence(*failing, *(call(0.081 + 0.01 * n, "GET /ping") for n in range(10)))
    for rate, ruling in ((10.0, Ruling.FAIL), (100.0, Ruling.INCONCLUSIVE)):
        doubt = replace(often, unasked=(replace(CHECKED, rate=rate),))
        assert breaker_opens(run(responses(20), doubt), "catalog").ruling is ruling


def test_a_check_that_connects_by_itself_fails_no_breaker_under_an_outage() -> None:
    plain = evidence(refusals=[refused([0.001, 0.011, 0.021, 0.081])])
    assert breaker_opens(run(responses(20), plain), "catalog").ruling is Ruling.FAIL
    doubt = replace(plain, unasked=(CONNECTING,))
    assert breaker_opens(run(responses(20), doubt), "catalog").ruling is Ruling.INCONCLUSIVE
    every = replace(doubt, refusals=(refused([0.01 * number + 0.001 for number in range(20)]),))
    assert breaker_opens(run(responses(20), every), "catalog").ruling is Ruling.FAIL


def test_other_counts_allow_for_them_too() -> None:
    answers = run(responses(10), replace(evidence(call(0.001, "GET /ping")), unasked=(CHECKED,)))
    control = run(responses(5), evidence(exchange(0.001)))
    assert touches_nothing(answers, control).ruling is Ruling.INCONCLUSIVE
    assert calls_per_request(answers, "catalog", at_most=0.01).ruling is Ruling.INCONCLUSIVE
    assert f"at catalog: {CHECKED}" in touches_nothing(answers, control).conditions


def test_calls_left_out_are_no_proof_that_the_breaker_stays_open() -> None:
    answers = run(
        responses(10),
        replace(evidence(), unasked=(UnaskedCalls(request="GET /ping", left_out=10),)),
    )
    assert breaker_closes(answers, "catalog").ruling is Ruling.INCONCLUSIVE
