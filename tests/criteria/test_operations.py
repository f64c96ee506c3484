"""Which calls are one operation: a new path, a new step, or another program's call hides no effect.

And none of them makes two of what was one.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from tests.criteria.recorded import STEP
from tests.criteria.recorded_charges import (
    CUT,
    KEY,
    LOST,
    NEVER,
    ORDER,
    charge,
    field,
    good,
    judged,
    made,
)
from windtunnel import Ruling, at_most_once
from windtunnel.criteria import Verdict
from windtunnel.criteria.call_kinds import call_kind
from windtunnel.records import Edge, Evidence, Exchange, JourneyStep, RequestFailure, Response, Run

IDS = "8f14e45f-ceea-467f-a0e6-9c1b2d3e4f50", "c9f0f895-fb98-4b91-9d3c-0a1b2c3d4e5f"


def at(line: str, *place: Any, **fates: Any) -> Exchange:  # noqa: ANN401 - as charge takes them
    return replace(charge(*place, **fates), request=line)


def put(ids: Iterable[str], **fates: Any) -> list[Exchange]:  # noqa: ANN401 - any field
    """Return the charge of request 0 twice, to a path of its own each time."""
    first, second = ids
    return [
        at(f"PUT /charges/{first}", 0, "k0", "o0", **fates),
        at(f"PUT /charges/{second}", 0.2, "k9", "o0"),
    ]


@pytest.mark.parametrize("line", ["/charges/*", "/charges/*/items", "/v2/oauth2/charges"])
def test_ids_of_paths_are_not_told_apart_and_words_are(line: str) -> None:
    for value in (*IDS, "17", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "507f1f77bcf86cd799439011"):
        assert call_kind(f"PUT {line.replace('*', value)}") == f"PUT {line}"


def test_a_second_charge_at_a_new_path_is_a_second_effect() -> None:
    others = [at(f"PUT /charges/{n}", n, f"k{n}", f"o{n}") for n in (1, 2, 3)]
    for ways in ({}, {"per": ORDER}, {"key": ORDER, "honoured": False}):
        found = judged(*put(IDS, **LOST), *others, **ways)
        assert (found.ruling, found.value) == (Ruling.FAIL, 1), ways
        assert judged(*put(IDS, **NEVER), *others, **ways).ruling is Ruling.PASS
        assert judged(*put(IDS, **CUT), *others, **ways).ruling is Ruling.INCONCLUSIVE


def test_a_new_path_that_may_be_no_id_is_asked_about() -> None:
    for ways in ({}, {"per": ORDER}, {"key": ORDER, "honoured": False}):
        found = judged(*put(("aaa", "bbb"), **LOST), *good(1, 2, 3), **ways)
        assert (found.ruling, found.lower, found.upper) == (Ruling.INCONCLUSIVE, 0, 1)
        assert ("calls=" in found.needs) == bool(ways)
        assert judged(*put(("aaa", "bbb"), **NEVER), *good(1, 2, 3), **ways)
    # Nothing failed, but it was charged twice.
    found = judged(*put(("aaa", "bbb")), *good(1, 2, 3), per=ORDER)
    assert found.ruling is Ruling.INCONCLUSIVE
    picked = judged(*put(("aaa", "bbb")), *good(1, 2, 3), per=ORDER, calls="PUT /charges")
    assert picked.ruling is Ruling.FAIL
    assert judged(*put(("aaa", "bbb"), **LOST), per=ORDER, calls="PUT /charges").value == 1


def test_one_key_at_two_paths_may_be_known_and_may_not() -> None:
    calls = [
        replace(each, fields=(field(KEY.lower(), "k"), field(ORDER, "o0"))) for each in put(IDS)
    ]
    assert judged(*calls, *good(1, 2), per=ORDER).ruling is Ruling.INCONCLUSIVE


def test_two_kinds_of_work_are_two_operations_whatever_ids_they_have() -> None:
    for paths in (("/holds", "/captures"), ("/people/{}/holds", "/people/{}/captures")):
        for names in (("ann", "bob", "cy", "di"), ("1", "2", "3", "4")):
            hold, capture = (
                [
                    at(f"POST {path.format(name)}", n + place / 10, f"{path}{n}", f"o{n}")
                    for n, name in enumerate(names)
                ]
                for place, path in enumerate(paths)
            )
            assert judged(*hold, *capture, per=ORDER), paths
            assert judged(*hold, *capture)
            # The hold is tried again, and then comes the capture.
            tried = [at(hold[0].request, 0, "/0", "o0", **LOST), replace(hold[0], started=0.0012)]
            kept = [*tried, *hold[1:], *capture]
            key = (field(KEY.lower(), "same"), field(ORDER, "o0"))
            kept[:2] = [replace(each, fields=key) for each in tried]
            assert judged(*kept, per=ORDER), paths
            assert judged(*kept)


def test_a_way_round_through_another_path_may_charge_again() -> None:
    calls = [charge(0, "k0", "o0", **LOST), at("POST /v2/charges", 0.2, "k9", "o0"), *good(1, 2, 3)]
    calls.append(at("POST /v2/charges", 3.2, "k8", "o8"))
    for ways in ({}, {"per": ORDER}):
        assert judged(*calls, **ways).ruling is Ruling.INCONCLUSIVE
    # Another method does not charge again: it may well undo.
    undone = [calls[0], at("DELETE /charges/7", 0.2, "k9", "o0"), *good(1, 2, 3)]
    assert at_most_once(replace(made(undone), load_ended=100.0), "payment", key=KEY)


def of_worker(*calls: Exchange) -> Evidence:
    (seen,) = made([]).evidence
    name = Edge("payment", caller="worker")
    return replace(
        seen, dependency=name, exchanges=tuple(replace(each, dependency=name) for each in calls)
    )


def test_what_another_program_calls_belongs_to_no_request() -> None:
    tried = [*good(0, 1, 3), charge(2, "k2", "o2", **LOST), charge(2.1, "k2", "o2")]
    whole = made(tried)
    assert at_most_once(whole, "payment", key=KEY)
    whole = replace(whole, evidence=(*whole.evidence, of_worker(charge(2.3, "w", "refund"))))
    found = at_most_once(whole, "payment", key=KEY)
    assert (found.ruling, found.lower) == (Ruling.INCONCLUSIVE, 0)
    assert at_most_once(whole, "payment", key=KEY, per=ORDER)


def test_a_dependency_is_judged_by_all_its_callers_though_the_driven_one_is_silent() -> None:
    twice = of_worker(charge(0, "k0", "o0", **LOST), charge(0.2, "k1", "o0"))
    whole = made([])
    whole = replace(whole, evidence=(*whole.evidence, twice))
    assert at_most_once(whole, "payment", key=KEY, per=ORDER).ruling is Ruling.FAIL


def test_requests_of_another_program_to_the_driven_one_are_none_of_ours() -> None:
    whole = made([charge(0, "k0", "o0", **LOST), charge(0.2, "k1", "o1"), *good(1, 2, 3)])
    assert at_most_once(whole, "payment", key=KEY).ruling is Ruling.FAIL
    asked = replace(of_worker(charge(0.1, "")), dependency="target@worker")
    whole = replace(whole, evidence=(*whole.evidence, asked))
    assert at_most_once(whole, "payment", key=KEY).ruling is Ruling.INCONCLUSIVE


def test_how_many_effects_are_usual_is_asked_of_the_same_endpoint_and_path() -> None:
    """Two mails a request on purpose, one charge: no failure of one is measured by the other."""
    charges = good(0, 1, 2, 3)
    mails = [
        at("POST /mails", n + place / 10, f"m{n}-{place}", f"o{n}")
        for n in range(4)
        for place in (1, 3)
    ]
    struck = [
        replace(each, **LOST) if each.fields[0].value.endswith("-1") else each for each in mails
    ]
    assert judged(*charges, *struck).ruling is Ruling.INCONCLUSIVE
    again = [at("POST /mails", n + 0.2, f"m{n}-1", f"o{n}") for n in range(4)]
    assert judged(*charges, *struck, *again).ruling is Ruling.INCONCLUSIVE
    # Where another endpoint charges twice on purpose, one that charges once tells nothing of it.
    calls = [*good(0, 1, 3), charge(2, "k2", **LOST), charge(2.1, "k2"), charge(2.2, "other")]
    whole = made(calls)
    assert at_most_once(whole, "payment", key=KEY).ruling is Ruling.FAIL
    both = tuple(
        replace(each, endpoint="/both") if each.number == 3 else each for each in whole.responses
    )
    found = at_most_once(replace(whole, responses=both), "payment", key=KEY)
    assert found.ruling is Ruling.INCONCLUSIVE


def journeys(*statuses: int) -> tuple[Response, ...]:
    """Return four journeys of two orders each, which were answered so."""

    def step(number: int, place: int, status: int) -> JourneyStep:
        began = number * STEP + place * STEP / 2
        return JourneyStep(
            number=place + 1,
            endpoint="POST /orders",
            method="POST",
            path="/orders",
            started=began,
            ended=began + STEP / 2.5,
            status=status,
        )

    made = []
    for number in range(4):
        steps = tuple(step(number, place, status) for place, status in enumerate(statuses))
        whole = Response(
            number=number + 1,
            endpoint="buy",
            started=steps[0].started,
            ended=steps[-1].ended,
            steps=steps,
        )
        made.append(whole)
    return tuple(made)


def test_a_journey_that_asks_again_itself_may_have_it_done_twice() -> None:
    def ordered(first: dict[str, Any], *statuses: int, key: str = "again") -> Run:
        pairs = [
            (charge(n, f"k{n}", f"o{n}", **first), charge(n + 0.55, f"{key}{n}", f"o{n}"))
            for n in range(4)
        ]
        whole = made([each for pair in pairs for each in pair])
        return replace(whole, responses=journeys(*statuses))

    found = at_most_once(ordered(LOST, 503, 201), "payment", key=KEY)
    assert (found.ruling, found.lower, found.upper) == (Ruling.INCONCLUSIVE, 0, 4)
    assert "per=" in found.needs
    assert at_most_once(ordered(LOST, 503, 201), "payment", key=KEY, per=ORDER).value == 4
    # The charge was good, and the shop failed after it.
    assert at_most_once(ordered({}, 503, 201), "payment", key=KEY).ruling is Ruling.INCONCLUSIVE
    assert at_most_once(ordered(LOST, 503, 201, key="k"), "payment", key=KEY)
    assert at_most_once(ordered(NEVER, 503, 201), "payment", key=KEY)
    # Two orders, both of which went well, are two.
    assert at_most_once(ordered({}, 201, 201), "payment", key=KEY)


def test_what_failed_last_where_nobody_waits_for_it_may_be_tried_again_later() -> None:
    whole = made(good(0, 1, 2))
    lost = charge(3, "k3", "o3", **LOST)
    whole = replace(whole, evidence=(*whole.evidence, of_worker(lost)))
    for per in ("", ORDER):
        found = at_most_once(whole, "payment", key=KEY, per=per)
        assert found.ruling is Ruling.INCONCLUSIVE
        assert ("up_to_now(run)" in found.needs) == bool(per)
    assert at_most_once(replace(whole, load_ended=50.0), "payment", key=KEY, per=ORDER)
    # What never arrived had no effect that another one could double.
    refused = replace(lost, **{**NEVER, "ended": 99.0})
    assert judged(*good(0, 1, 2), refused, per=ORDER)


def test_a_call_whose_request_was_told_that_it_failed_is_tried_no_more() -> None:
    def judged_with(call: Exchange, **told: Any) -> Verdict:  # noqa: ANN401 - any field
        whole = made([*good(0, 1, 2), call])
        answers = tuple(
            replace(each, **told) if each.number == 4 else each for each in whole.responses
        )
        return at_most_once(replace(whole, responses=answers), "payment", key=KEY)

    lost = charge(3, "k3", "o3", **LOST)
    assert judged_with(lost, status=503)
    assert judged_with(lost, fallback="payment")
    # Accepted all the same: it may be charged later. And so it may where its request was over.
    after = replace(lost, ended=99.0)
    for found in (
        judged_with(lost),
        judged_with(after, status=503),
        judged_with(replace(lost, ended=None), status=503),
    ):
        assert (found.ruling, found.upper) == (Ruling.INCONCLUSIVE, 1)
        assert "up_to_now(run)" in found.needs


def test_a_journey_of_its_own_means_waits_for_no_call() -> None:
    whole = made([*good(0, 1, 2), charge(3, "k3", "o3", **LOST)])
    idle = tuple(replace(each, steps=(), failure=RequestFailure.NONE) for each in whole.responses)
    found = at_most_once(replace(whole, responses=idle), "payment", key=KEY, per=ORDER)
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "up_to_now(run)" in found.needs
