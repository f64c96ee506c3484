"""Saved calls, warmed connections and answers in time: judged from the wire and the callers."""

from dataclasses import replace
from typing import Any

import pytest

from tests.criteria.recorded import evidence, exchange, responses, run, warmed
from windtunnel import (
    Ruling,
    all_answered,
    calls_per_request,
    fails_cleanly,
    opens_no_connection,
)
from windtunnel.errors import ConfigurationError
from windtunnel.records import JourneyStep, RequestFailure, Response


def test_ten_requests_that_share_one_call_pass_and_eleven_calls_fail() -> None:
    shared = run(responses(10), evidence(exchange(0.001)))
    assert calls_per_request(shared, "catalog", at_most=0.1)
    each = run(responses(10), evidence(*(exchange(n / 100) for n in range(10))))
    verdict = calls_per_request(each, "catalog", at_most=0.1)
    assert verdict.ruling is Ruling.FAIL
    assert (verdict.value, verdict.subject) == (10.0, "/api/agents at catalog")


def test_the_calls_allowed_are_the_product_as_a_person_reckons_it() -> None:
    """As a float, 0.29 * 100 is a little less than 29."""
    for made, ruling in ((29, Ruling.PASS), (30, Ruling.FAIL)):
        seen = evidence(*(exchange(n / 100) for n in range(made)))
        found = calls_per_request(run(responses(100), seen), "catalog", at_most=0.29)
        assert found.ruling is ruling


def test_calls_before_the_run_are_not_its_own() -> None:
    early = run(responses(10), evidence(exchange(-0.5), exchange(0.001)))
    assert calls_per_request(early, "catalog", at_most=0.1)


def test_fallbacks_and_errors_save_no_calls() -> None:
    seen = evidence(exchange(0.001))
    for answers in (responses(10, fallback="catalog"), responses(10, status=500), ()):
        found = calls_per_request(run(answers, seen), "catalog", at_most=1)
        assert found.ruling is not Ruling.PASS


def test_without_one_call_seen_a_saving_is_not_shown() -> None:
    found = calls_per_request(run(responses(10), evidence()), "catalog", at_most=0.1)
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "one call" in found.needs


def test_discarded_records_leave_a_saving_open() -> None:
    partly = run(responses(10), evidence(exchange(0.001), dropped=1))
    assert calls_per_request(partly, "catalog", at_most=0.1).ruling is Ruling.INCONCLUSIVE


def test_a_call_on_a_connection_from_before_passes_and_a_new_connection_fails() -> None:
    before = replace(warmed(), opened=-1.0)
    assert opens_no_connection(
        run(responses(1), evidence(exchange(0.001), connections=[before])), "catalog"
    )
    new = run(responses(1), evidence(exchange(0.001), connections=[before, warmed(2)]))
    assert opens_no_connection(new, "catalog").ruling is Ruling.FAIL


def test_a_request_that_makes_no_call_shows_nothing_of_connections() -> None:
    found = opens_no_connection(run(responses(1), evidence()), "catalog")
    assert found.ruling is Ruling.INCONCLUSIVE


def test_every_answer_in_time_passes_fallback_or_not() -> None:
    answers = (*responses(10), *responses(10, fallback="catalog"))
    assert all_answered(run(answers, evidence()), within=0.010)


def test_one_late_or_failed_request_fails_even_among_few() -> None:
    for bad in (responses(1, seconds=0.5), responses(1, status=500), responses(1, status=None)):
        found = all_answered(run((*responses(3), *bad), evidence()), within=0.1)
        assert found.ruling is Ruling.FAIL
        assert found.value == 1


def test_a_few_answers_are_not_every_answer() -> None:
    assert all_answered(run(responses(5), evidence()), within=1).ruling is Ruling.INCONCLUSIVE


@pytest.mark.parametrize(
    ("endpoints", "subject"),
    [(("/a", "/a"), "/a"), (("/a", "/b"), "2 endpoints"), (("/a", "/b", "/c"), "3 endpoints")],
)
def test_the_only_endpoint_is_named_and_several_are_counted(
    endpoints: tuple[str, ...], subject: str
) -> None:
    answers = [answer for each in endpoints for answer in responses(10, endpoint=each)]
    assert all_answered(run(answers, evidence()), within=1).subject == subject


def test_where_errors_are_allowed_an_error_is_an_answer_and_a_hang_is_none() -> None:
    errors = responses(20, status=500)
    assert all_answered(run(errors, evidence()), within=1, errors_allowed=True)
    assert all_answered(run(errors, evidence()), within=1).ruling is Ruling.FAIL
    for bad in (responses(1, status=None), responses(1, status=500, seconds=2.0)):
        found = all_answered(run((*errors, *bad), evidence()), within=1, errors_allowed=True)
        assert (found.ruling, found.value) == (Ruling.FAIL, 1)


def failed_journeys(*statuses: int | None, **fields: Any) -> list[Response]:  # noqa: ANN401 - any field
    """Return journeys that failed by themselves after steps that were answered so."""
    return [
        replace(
            each,
            status=None,
            failure=RequestFailure.JOURNEY,
            detail="AssertionError",
            steps=tuple(
                JourneyStep(number=n, endpoint="/x", started=0.0, ended=0.1, status=status)
                for n, status in enumerate(statuses, 1)
            ),
            **fields,
        )
        for each in responses(20)
    ]


def test_a_journey_that_fails_by_itself_was_answered_and_one_of_whose_steps_hangs_was_not() -> None:
    def judged(found: list[Response]) -> Ruling:
        return all_answered(run(found, evidence()), within=9, errors_allowed=True).ruling

    assert judged(failed_journeys(200, 200)) is Ruling.PASS
    told = [replace(each, status=503) for each in failed_journeys(200, 503)]
    assert judged(told) is Ruling.PASS
    after = [replace(each, status=503) for each in failed_journeys(None, 503)]
    slow = [replace(each, failure=RequestFailure.TIMED_OUT) for each in failed_journeys(200)]
    for hanging in (failed_journeys(200, None), after, slow, failed_journeys()):
        assert judged(hanging) is Ruling.FAIL
    assert all_answered(run(failed_journeys(200), evidence()), within=9).ruling is Ruling.FAIL
    found = fails_cleanly(run(failed_journeys(200), evidence()))
    assert found.ruling is Ruling.FAIL
    assert "20 are journeys that failed by themselves" in found.statement
    assert "by themselves" not in fails_cleanly(run(told, evidence())).statement


def refusals(count: int, *, status: int = 503, header: str = "retry-after") -> list[Response]:
    return [replace(each, headers={header: "1"}) for each in responses(count, status=status)]


def test_who_is_told_at_once_and_when_to_come_again_fails_cleanly() -> None:
    answers = (*refusals(20), *responses(5))
    found = fails_cleanly(run(answers, evidence()), header="Retry-After")
    assert (found.ruling, found.value) == (Ruling.PASS, 0)
    assert found.findings[0].value == 5


@pytest.mark.parametrize(
    "bad",
    [
        refusals(1, status=500),
        refusals(1, header="x-other"),
        responses(1, status=None),
        [replace(each, ended=each.started + 1.5) for each in refusals(1)],
        [replace(each, expected=(201,), status=200) for each in refusals(1)],
    ],
    ids=["another status", "no header", "no answer", "late", "not what was expected"],
)
def test_one_who_is_told_nothing_or_late_fails_it(bad: list[Response]) -> None:
    found = fails_cleanly(run((*refusals(30), *bad), evidence()), within=1, header="Retry-After")
    assert (found.ruling, found.value) == (Ruling.FAIL, 1)


def test_without_failures_nothing_shows_how_it_fails() -> None:
    for answers in ((), responses(100), refusals(19)):
        found = fails_cleanly(run(tuple(answers), evidence()))
        assert found.ruling is Ruling.INCONCLUSIVE
        assert "20 requests without a good answer" in found.needs


@pytest.mark.parametrize("status", [503, "503", (), {200}, {"503"}, {True}])
def test_a_status_that_tells_of_no_failure_is_refused(status: object) -> None:
    with pytest.raises(ConfigurationError, match="status"):
        fails_cleanly(run((), evidence()), status=status)  # type: ignore[arg-type]
