"""What takes effect twice is told from what is only tried twice, by the wire alone."""

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
from windtunnel.errors import ConfigurationError
from windtunnel.records import (
    BlindSpot,
    Connection,
    ExchangeOutcome,
    Response,
    UnaskedCalls,
)

WAYS: list[dict[str, Any]] = [{}, {"per": ORDER}]
"""What names an operation: the caller's request, or a field."""


@pytest.mark.parametrize("first", [LOST, NEVER, CUT], ids=["lost", "never arrived", "cut"])
def test_a_key_that_comes_again_is_one_effect_where_it_is_honoured(
    first: dict[str, Any],
) -> None:
    again = charge(0.2, "k0", "o0")
    found = judged(charge(0, "k0", "o0", **first), again, *good(1, 2, 3))
    assert found.ruling is Ruling.PASS
    assert any("relies on payment" in each for each in found.conditions) == (first is not NEVER)
    assert judged(charge(0, "k0", "o0", **first), again, *good(1, 2, 3), per=ORDER)


def test_another_key_after_a_lost_answer_is_a_second_effect() -> None:
    calls = charge(0, "k0", "o0", **LOST), charge(0.2, "other", "o0"), *good(1, 2, 3)
    for arguments in WAYS:
        found = judged(*calls, **arguments)
        assert (found.ruling, found.value) == (Ruling.FAIL, 1)
        assert [each.counted for each in found.timeline] == [True, True]
        assert "201 of the dependency" in found.timeline[0].what


def test_no_key_at_all_makes_each_call_an_effect_of_its_own() -> None:
    calls = charge(0, "", "o0", **LOST), charge(0.2, "", "o0"), *good(1, 2, 3)
    found = judged(*calls)
    assert found.ruling is Ruling.FAIL
    assert {each.name: each.value for each in found.findings}["without a key"] == 2
    assert judged(*(charge(n, "") for n in range(4))).ruling is Ruling.PASS


def test_another_key_after_a_call_that_never_arrived_is_the_first_effect() -> None:
    fates: list[dict[str, Any]] = [NEVER, {"status": "409"}, {"status": "422"}]
    for fate in fates:
        calls = charge(0, "k0", "o0", **fate), charge(0.2, "other", "o0"), *good(1, 2, 3)
        assert judged(*calls).ruling is Ruling.PASS
        assert judged(*calls, per=ORDER).ruling is Ruling.PASS


def test_a_connection_that_could_not_be_made_had_no_effect() -> None:
    refused = charge(0, "k0", "o0", **CUT, connection=2)
    whole = made([refused, charge(0.2, "other", "o0"), *good(1, 2, 3)])
    unreached = Connection(dependency="payment", number=2, opened=0.0, reached=False)
    (seen,) = whole.evidence
    whole = replace(whole, evidence=(replace(seen, connections=(unreached,)),))
    assert at_most_once(whole, "payment", key=KEY, per=ORDER)


def test_a_call_of_which_no_answer_tells_leaves_another_key_open() -> None:
    unseen = {"status": "", "outcome": ExchangeOutcome.UNSEEN}
    fates: list[dict[str, Any]] = [CUT, {"status": "500"}, unseen]
    for fate in fates:
        calls = charge(0, "k0", "o0", **fate), charge(0.2, "other", "o0"), *good(1, 2, 3)
        for arguments in WAYS:
            found = judged(*calls, **arguments)
            assert (found.ruling, found.lower, found.upper) == (Ruling.INCONCLUSIVE, 0, 1)


@pytest.mark.parametrize(
    ("honoured", "ruling"),
    [(None, Ruling.INCONCLUSIVE), (True, Ruling.PASS), (False, Ruling.FAIL)],
)
def test_a_field_that_may_or_may_not_be_known_again_is_asked_about(
    *, honoured: bool | None, ruling: Ruling
) -> None:
    calls = charge(0, "k0", "o0", **LOST), charge(0.2, "k1", "o0"), *good(1, 2, 3)
    found = judged(*calls, key=ORDER, honoured=honoured)
    assert found.ruling is ruling
    assert ("honoured=True if payment" in found.needs) == (honoured is None)


def test_a_key_that_is_not_honoured_is_charged_twice_though_it_is_the_same() -> None:
    calls = charge(0, "k0", "o0", **LOST), charge(0.2, "k0", "o0"), *good(1, 2, 3)
    assert judged(*calls, honoured=False).ruling is Ruling.FAIL


def test_keys_that_could_not_be_read_prove_nothing_either_way() -> None:
    calls = charge(0, "?", "o0", **LOST), charge(0.2, "?", "o0"), *good(1, 2, 3)
    assert judged(*calls, per=ORDER).ruling is Ruling.INCONCLUSIVE
    calls = charge(0, "k0", "?", **LOST), charge(0.2, "other", "?"), *good(1, 2, 3)
    found = judged(*calls, per=ORDER)
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "json:order.id in every call" in found.needs


def test_several_calls_of_a_request_are_no_failure_where_each_request_makes_them() -> None:
    """Three reservations for three lines of an order, one of which is tried again."""
    lines = [charge(n + line / 10, f"{n}-{line}") for n in range(1, 4) for line in range(3)]
    troubled = [charge(0, "0-0", **LOST), charge(0.1, "0-1"), charge(0.2, "0-2")]
    assert judged(*lines, *troubled).ruling is Ruling.INCONCLUSIVE
    assert judged(*lines, *troubled, charge(0.3, "0-0")).ruling is Ruling.INCONCLUSIVE
    assert judged(*lines, *troubled, charge(0.3, "other")).ruling is Ruling.FAIL
    # Where they make one, two or three, nobody knows how many are right.
    assert judged(*lines[:-1], *troubled, charge(0.3, "other")).ruling is Ruling.INCONCLUSIVE


def test_two_paths_are_two_operations() -> None:
    hold = [replace(each, request="POST /holds") for each in good(0, 1, 2, 3)]
    capture = [charge(n + 0.1, f"c{n}", f"o{n}") for n in range(4)]
    assert judged(*hold, *capture).ruling is Ruling.PASS
    assert judged(*hold, *capture, per=ORDER).ruling is Ruling.PASS


def test_reading_has_no_effect_unless_it_is_named() -> None:
    reading = [replace(each, request="GET /charges") for each in good(0, 1, 2, 3)]
    again = replace(charge(0.2, "other", "o0"), request="GET /charges")
    assert judged(*reading, again).ruling is Ruling.INCONCLUSIVE
    assert judged(*reading, again, per=ORDER, calls="GET /charges").ruling is Ruling.FAIL


def test_calls_of_many_at_a_time_are_told_apart_by_a_field_only() -> None:
    calls = charge(0, "k0", "o0", **LOST), charge(0.2, "other", "o0"), *good(1, 2, 3)
    crowded = made(calls, concurrency=4)
    found = at_most_once(crowded, "payment", key=KEY)
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "per=" in found.needs
    assert at_most_once(made(good(0, 1), concurrency=2), "payment", key=KEY).needs
    assert at_most_once(crowded, "payment", key=KEY, per=ORDER).ruling is Ruling.FAIL


def test_a_service_that_works_on_after_its_answer_is_not_judged_by_the_requests_times() -> None:
    """What request 1 began is done during request 2, and what that began as well."""
    later = [charge(1, "k0", "o0", **LOST), charge(1.2, "k1", "o1"), *good(2, 3)]
    assert judged(*later).ruling is Ruling.INCONCLUSIVE
    # Nor is it over with the last answer.
    whole = made(later)
    assert at_most_once(whole, "payment", key=KEY, per=ORDER).ruling is Ruling.INCONCLUSIVE
    assert at_most_once(replace(whole, load_ended=100.0), "payment", key=KEY, per=ORDER)
    outlasting = [charge(0, "k0", "o0"), *good(1, 2, 3), charge(3, "k4", ended=9.0)]
    assert judged(*outlasting).ruling is Ruling.INCONCLUSIVE
    after = charge(20, "k0", "o0")
    assert judged(*good(0, 1, 2, 3), after).ruling is Ruling.INCONCLUSIVE


def test_what_the_tap_could_not_see_makes_no_pass_and_keeps_a_failure() -> None:
    doubled = [charge(0, "k0", "o0", **LOST), charge(0.2, "other", "o0"), *good(1, 2, 3)]
    for calls, ruling in ((good(0, 1, 2, 3), Ruling.INCONCLUSIVE), (doubled, Ruling.FAIL)):
        whole = made(calls)
        (seen,) = whole.evidence
        for partial in (
            replace(seen, dropped=1),
            replace(seen, blind_spots=(BlindSpot(what="a tunnel"),)),
        ):
            found = at_most_once(replace(whole, evidence=(partial,)), "payment", key=KEY)
            assert found.ruling is ruling


def test_calls_that_come_without_requests_too_fail_no_request() -> None:
    whole = made([charge(0, "k0", **LOST), charge(0.2, "other"), *good(1, 2, 3)])
    (seen,) = whole.evidence
    unasked = UnaskedCalls(request="POST /charges", left_out=0, rate=1.0)
    whole = replace(whole, evidence=(replace(seen, unasked=(unasked,)),))
    assert at_most_once(whole, "payment", key=KEY).ruling is Ruling.INCONCLUSIVE


def test_a_run_without_an_effect_shows_nothing() -> None:
    for calls in ([], [charge(0, "k0", **NEVER)]):
        found = judged(*calls)
        assert found.ruling is Ruling.INCONCLUSIVE
        assert "take effect" in found.needs


def test_steps_of_a_journey_are_requests_of_their_own() -> None:
    from windtunnel.records import JourneyStep  # noqa: PLC0415

    def journey(number: int) -> Response:
        at = number * 4 * STEP
        steps = tuple(
            JourneyStep(
                number=place + 1,
                endpoint=name,
                started=at + place * STEP,
                ended=at + place * STEP + STEP / 2,
                status=200,
            )
            for place, name in enumerate(("/login", "/orders"))
        )
        return Response(
            number=number + 1, endpoint="buy", started=at, ended=at + 2 * STEP, steps=steps
        )

    calls = [charge(4 * n + 1, f"k{n}") for n in range(4)]
    whole = replace(made(calls), responses=tuple(journey(n) for n in range(4)))
    assert at_most_once(whole, "payment", key=KEY)
    lost = replace(calls[0], **LOST)
    whole = replace(made([lost, charge(1.2, "other"), *calls[1:]]), responses=whole.responses)
    assert at_most_once(whole, "payment", key=KEY).ruling is Ruling.FAIL


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"key": "header:X-Id"}, r'dependencies\.payment\.record = \["header:X-Id"\]'),
        ({"key": "cookie"}, "key='cookie': expected a field"),
        ({"key": KEY, "per": "json:x"}, "per='json:x': the tap of payment does not record it"),
        ({"key": KEY, "honoured": 1}, "honoured=1: expected True, False or None"),
    ],
)
def test_what_cannot_be_judged_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        judged(*good(0), **arguments)


@pytest.mark.parametrize(
    ("status", "ruling"),
    [
        ("200", Ruling.FAIL),
        ("299", Ruling.FAIL),
        ("303", Ruling.INCONCLUSIVE),
        ("307", Ruling.PASS),
        ("308", Ruling.PASS),
        ("400", Ruling.PASS),
        ("499", Ruling.PASS),
        ("500", Ruling.INCONCLUSIVE),
        ("OK", Ruling.INCONCLUSIVE),
    ],
)
def test_a_status_tells_whether_the_work_was_done(status: str, ruling: Ruling) -> None:
    first = charge(0, "k0", "o0", status=status)
    assert judged(first, charge(0.2, "k1", "o0"), *good(1, 2), per=ORDER).ruling is ruling
    lost = charge(0, "k0", "o0", **{**LOST, "dependency_status": status})
    assert judged(lost, charge(0.2, "k1", "o0"), *good(1, 2), per=ORDER).ruling is ruling


def test_answers_that_need_no_call_leave_the_others_clear() -> None:
    """A marked fallback, an error, and what another endpoint answers."""
    calls = charge(0, "k0", **LOST), charge(0.2, "other"), *good(1)
    for fields in ({"fallback": "payment"}, {"status": 503}, {"endpoint": "/health"}):
        whole = made(calls)
        answers = tuple(
            replace(each, **fields) if each.number > 2 else each for each in whole.responses
        )
        assert at_most_once(replace(whole, responses=answers), "payment", key=KEY).value == 1
    # A good answer without a call: what it began may be done later.
    assert judged(*calls).ruling is Ruling.INCONCLUSIVE


def test_one_call_alone_is_not_done_twice_whatever_it_lacks() -> None:
    assert judged(charge(0, "k0", ""), per=ORDER).ruling is Ruling.PASS
    assert judged(charge(0, "k0", ""), charge(1, "k1", ""), per=ORDER).upper == 2
    assert judged(charge(0, "k0"), charge(9, "k1")).ruling is Ruling.INCONCLUSIVE


def test_only_a_header_of_that_meaning_is_taken_for_one_that_is_honoured() -> None:
    named = "header:x-request-id"
    calls = [
        replace(each, fields=(field(named, "k0"),))
        for each in (charge(0, "", **LOST), charge(0.2, ""))
    ]
    whole = made([*calls])
    (seen,) = whole.evidence
    whole = replace(whole, evidence=(replace(seen, recorded=(named,)),))
    assert at_most_once(whole, "payment", key="header:X-Request-Id").ruling is Ruling.INCONCLUSIVE
