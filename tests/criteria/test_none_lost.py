"""What was accepted is looked for where it should be; what is not there yet is not lost."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.criteria.recorded import STEP, responses, run
from windtunnel import Ruling, eventually, none_doubled, none_lost
from windtunnel.criteria import Verdict
from windtunnel.errors import ConfigurationError
from windtunnel.records import (
    BlindSpot,
    Evidence,
    Exchange,
    ExchangeOutcome,
    FieldState,
    JourneyStep,
    MachineUse,
    RecordedField,
    RequestFailure,
    Response,
    Rows,
    Run,
    Wait,
    WaitOutcome,
)
from windtunnel.records.field_values import digest

KEY, SECRET = "json:order.id", "the run's"
LOST: dict[str, Any] = {
    "status": "",
    "outcome": ExchangeOutcome.FAILED,
    "dependency_status": "201",
}
"""What becomes of a call whose answer is lost: its effect is there."""


def charge(number: int, order: str | None, **fates: Any) -> Exchange:  # noqa: ANN401 - any field
    state = FieldState.UNREAD if order is None else FieldState.PRESENT
    value = "" if order is None else digest(order, SECRET)
    made = Exchange(
        dependency="payment",
        connection=1,
        index=0,
        request="POST /charges",
        started=number * STEP + 0.001,
        ended=number * STEP + 0.002,
        outcome=ExchangeOutcome.ANSWERED,
        status="201",
        fields=(RecordedField(name=KEY, state=state, value=value),),
    )
    return replace(made, **fates)


def answers(count: int = 4, **fields: Any) -> tuple[Response, ...]:  # noqa: ANN401 - any field
    return tuple(
        replace(each, body=json.dumps({"id": each.number}).encode(), **fields)
        for each in responses(count)
    )


def made(*calls: Exchange, told: tuple[Response, ...] = answers(), **seen: Any) -> Run:  # noqa: ANN401 - any field
    evidence = Evidence(
        dependency="payment",
        at=100.0,
        exchanges=calls,
        recorded=(KEY,),
        digest_key=SECRET,
    )
    return run(told, replace(evidence, **seen))


def judged(whole: Run, **arguments: Any) -> Verdict:  # noqa: ANN401 - as it takes them
    return none_lost(whole, "payment", **{"key": KEY, "told": "json:id", **arguments})


def all_but(*left_out: int) -> list[Exchange]:
    return [charge(n, f"{n}") for n in range(1, 5) if n not in left_out]


def test_each_accepted_order_is_found_by_what_its_caller_was_told() -> None:
    assert judged(made(*all_but()))
    assert judged(made(*all_but(2), charge(2, "2", **LOST)))
    header = tuple(replace(each, headers={"x-order-id": f"{each.number}"}) for each in responses(4))
    assert judged(made(*all_but(), told=header), told="header:X-Order-Id")


def test_an_order_that_is_nowhere_is_lost() -> None:
    found = judged(made(*all_but(2)))
    assert (found.ruling, found.value) == (Ruling.FAIL, 1)
    assert "request 2" in found.timeline[0].what
    refused = charge(2, "2", status="422")
    never = charge(2, "2", status="503", forwarded=False)
    for call in (refused, never):
        assert judged(made(*all_but(2), call)).ruling is Ruling.FAIL


def test_ids_of_which_none_is_there_may_be_written_otherwise() -> None:
    prefixed = [charge(n, f"ORD-{n}") for n in range(1, 5)]
    found = judged(made(*prefixed))
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "written alike: none of these is among the 4 there" in found.needs
    assert judged(made()).ruling is Ruling.FAIL
    assert judged(made(prefixed[0], *all_but(1, 2, 3))).value == 3


def test_calls_of_a_safe_method_are_looked_at_where_they_are_named() -> None:
    reading = [replace(each, request="GET /charges") for each in all_but()]
    assert judged(made(*reading)).ruling is Ruling.FAIL
    assert judged(made(*reading), calls="GET /charges")


def test_what_nobody_was_told_is_accepted_may_be_lost() -> None:
    told = tuple(replace(each, status=503) if each.number == 2 else each for each in answers())
    assert judged(made(*all_but(2), told=told))


def test_what_may_be_there_is_not_said_to_be_lost() -> None:
    cut = charge(2, "2", status="", outcome=ExchangeOutcome.FAILED)
    for whole in (
        made(*all_but(2), cut),
        made(*all_but(2), charge(2, None)),
        made(*all_but(2), dropped=1),
        made(*all_but(2), blind_spots=(BlindSpot(what="a tunnel"),)),
    ):
        found = judged(whole)
        assert (found.ruling, found.lower, found.upper) == (Ruling.INCONCLUSIVE, 0, 1)
    # What is there is there, whatever else could not be seen.
    assert judged(made(*all_but(), dropped=1))


def test_what_may_come_later_is_not_lost_yet() -> None:
    found = judged(made(*all_but(2)), within=1000.0)
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "records of later" in found.needs
    assert judged(replace(made(*all_but(2)), ended=2000.0), within=1000.0).ruling is Ruling.FAIL


def test_good_answers_that_tell_no_id_leave_it_open() -> None:
    told = tuple(replace(each, body=b"") if each.number == 2 else each for each in answers())
    found = judged(made(*all_but(), told=told))
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "1 had none" in found.needs
    assert judged(made(told=())).ruling is Ruling.INCONCLUSIVE


def journeys(*bodies: bytes) -> tuple[Response, ...]:
    """Return journeys that look around, order, and were told so."""
    made = []
    for number, body in enumerate(bodies, 1):
        steps = [
            JourneyStep(
                number=place,
                endpoint=f"{method} /orders",
                method=method,
                path="/orders",
                started=number * STEP + place / 1000,
                ended=number * STEP + (place + 1) / 1000,
                status=200,
                body=told,
            )
            for place, (method, told) in enumerate((("GET", b"[]"), ("POST", body)))
        ]
        made.append(
            Response(
                number=number,
                endpoint="buy",
                started=steps[0].started,
                ended=steps[-1].ended,
                steps=tuple(steps),
            )
        )
    return tuple(made)


def test_an_endpoint_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="endpoint='/nope': the run asked for none"):
        none_lost(made(*all_but()), "payment", key=KEY, told="json:id", endpoint="/nope")


def test_what_keeps_bodies_is_named_where_none_was_kept() -> None:
    assert "keep_body = true" in judged(made(*all_but(), told=responses(4))).needs


def test_a_journey_that_told_no_id_leaves_it_open_and_is_not_dropped() -> None:
    bodies = [json.dumps({"id": n}).encode() if n != 2 else b"" for n in range(1, 5)]
    told = journeys(*bodies)
    whole = journeys(*bodies[:1], b'{"id": 2}', *bodies[2:])
    for endpoint in ("", "POST /orders"):
        assert judged(made(*all_but(), told=whole), endpoint=endpoint)
        for calls in (all_but(), all_but(2)):
            found = judged(made(*calls, told=told), endpoint=endpoint)
            assert (found.ruling, found.upper) == (Ruling.INCONCLUSIVE, 1)
            assert "1 had none" in found.needs
    # Its order was accepted, whatever became of the journey; which step tells, others show.
    failure = RequestFailure.JOURNEY
    failed = tuple(replace(each, failure=failure) if each.number == 2 else each for each in told)
    assert judged(made(*all_but(2), told=failed)).ruling is Ruling.INCONCLUSIVE
    # A journey that got no good answer was told of nothing.
    refused = tuple(
        replace(each, steps=tuple(replace(step, status=503) for step in each.steps or ()))
        if each.number == 2
        else each
        for each in failed
    )
    assert judged(made(*all_but(2), told=refused))
    # One without a step shows none either.
    idle = tuple(replace(each, steps=()) if each.number == 2 else each for each in told)
    assert judged(made(*all_but(2), told=idle)).ruling is Ruling.INCONCLUSIVE


def test_the_time_for_effects_of_what_was_given_begins_with_the_end_of_the_load() -> None:
    """And not with that of the records, which no time is after."""
    early = replace(made(*all_but(2)), ended=1000.0)
    ids = {"told": "", "accepted": [1, 2, 3, 4], "within": 5}
    assert judged(early, **ids).ruling is Ruling.INCONCLUSIVE
    assert judged(replace(early, load_ended=995.0), **ids).ruling is Ruling.FAIL
    assert judged(replace(early, load_ended=995.5), **ids).ruling is Ruling.INCONCLUSIVE


def test_values_in_clear_are_compared_as_they_are() -> None:
    clear = [
        replace(each, fields=(replace(each.fields[0], value=f"{n}"),))
        for n, each in enumerate(all_but(), 1)
    ]
    assert judged(made(*clear, recorded_in_clear=(KEY,)))
    assert judged(made(*clear[1:], recorded_in_clear=(KEY,))).ruling is Ruling.FAIL


def rows(*ids: Any, **fields: Any) -> Rows:  # noqa: ANN401 - any value
    found = Rows(
        dependency="db",
        query="SELECT",
        began=200.0,
        ended=200.1,
        columns=("id",),
        rows=tuple((each,) for each in ids),
    )
    return replace(found, **fields)


def test_rows_show_what_is_there_and_what_is_not() -> None:
    whole = made()
    assert none_lost(whole, rows(1, 2, 3, 4), key="id", told="json:id")
    assert none_lost(whole, rows("1", "2", "3", "4"), key="id", told="json:id")
    found = none_lost(whole, rows(1, 2, None, 4), key="id", told="json:id")
    assert (found.ruling, found.subject) == (Ruling.FAIL, "db")
    early = rows(1, 2, 4, began=0.0)
    assert none_lost(whole, early, key="id", told="json:id").ruling is Ruling.INCONCLUSIVE
    partly = rows(1, 2, 4, complete=False)
    assert none_lost(whole, partly, key="id", told="json:id").ruling is Ruling.INCONCLUSIVE
    # Rows kept or not, one that is there is there.
    assert none_lost(whole, rows(1, 2, 3, 4, complete=False), key="id", told="json:id")


def test_ids_may_be_given() -> None:
    one = UUID(int=7)
    there = rows(f"{one}", 5)
    assert none_lost(made(), there, key="id", accepted=[one, 5])
    assert none_lost(made(), there, key="id", accepted=[one, 6]).ruling is Ruling.FAIL
    assert none_lost(made(), there, key="id", accepted=[]).ruling is Ruling.INCONCLUSIVE


def test_a_value_in_two_rows_is_doubled() -> None:
    assert none_doubled(rows(1, 2, 3), key="id")
    found = none_doubled(rows(1, 2, "1", None, None), key="id")
    assert (found.ruling, found.value) == (Ruling.FAIL, 1)
    assert found.findings[0].value == 2
    assert none_doubled(rows(1, 1, complete=False), key="id").ruling is Ruling.FAIL
    for open_ in (rows(1, 2, complete=False), rows(), rows(None)):
        assert none_doubled(open_, key="id").ruling is Ruling.INCONCLUSIVE
    with pytest.raises(ConfigurationError, match="no such column; there is: id"):
        none_doubled(rows(1), key="x")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"told": ""}, "expected one of told"),
        ({"accepted": [1]}, "expected one of told"),
        ({"told": "", "accepted": "abc"}, "accepted='abc': expected a list"),
        ({"told": "id"}, "told='id': expected a field"),
        ({"key": "json:x"}, "does not record it"),
        ({"within": -1}, "within=-1"),
    ],
)
def test_what_cannot_be_judged_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        judged(made(), **arguments)
    with pytest.raises(ConfigurationError, match="no such column; there is: id"):
        none_lost(made(), rows(), key="x", told="json:id")


def waited(outcome: WaitOutcome, machine: MachineUse | None = None) -> Wait:
    return Wait(
        what="paid",
        within=1.0,
        began=0.0,
        ended=1.0,
        outcome=outcome,
        looks=20,
        value="False",
        machine=machine,
    )


def test_what_was_waited_for_came_or_did_not() -> None:
    assert eventually(waited(WaitOutcome.CAME_TRUE))
    found = eventually(waited(WaitOutcome.DEADLINE_PASSED))
    assert found.ruling is Ruling.FAIL
    assert "it was False" in found.statement
    late = eventually(replace(waited(WaitOutcome.CAME_TRUE), ended=1.5))
    assert late.ruling is Ruling.INCONCLUSIVE
    assert "ended after the deadline" in late.statement
    assert "longer `within`" in late.needs
    crowd = MachineUse(available=2.0, idle=0.0, others=1.5, stolen=0.0, waited=1.0)
    assert eventually(waited(WaitOutcome.DEADLINE_PASSED, crowd)).ruling is Ruling.INCONCLUSIVE
    with pytest.raises(ConfigurationError, match=r"stack\.wait_until"):
        eventually(True)  # type: ignore[arg-type]  # noqa: FBT003 - the mistake under test
