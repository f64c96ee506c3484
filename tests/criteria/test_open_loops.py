"""Where an open loop's requests overlap, or waited to be sent, what cannot be told stays open."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.criteria.recorded import evidence, exchange
from tests.load.hand_made_runs import load_run
from windtunnel import (
    Ruling,
    Verdict,
    all_answered,
    breaker_opens,
    error_rate,
    fails_cleanly,
    mean_response,
)
from windtunnel.errors import NotTestable
from windtunnel.records import Evidence, RequestFailure
from windtunnel.records.answer_notes import AnswerNotes
from windtunnel.records.load_run import LoadRun
from windtunnel.records.request_totals import RequestTotals
from windtunnel.records.strain import Strain

MORE = "more connections"


def offered(
    took: Sequence[float],
    *,
    waited: float = 0.0,
    status: int = 200,
    failed: RequestFailure | None = None,
    seen: Evidence | None = None,
    strain: Strain | None = None,
    notes: AnswerNotes | None = None,
) -> LoadRun:
    """Return requests due 10 ms apart which took so long on their way, after so long a wait."""
    run = load_run([waited + each for each in took])
    samples = run.samples
    bad = failed or (RequestFailure.UNEXPECTED_STATUS if status >= 400 else RequestFailure.NONE)
    sent = samples.intended + waited
    if failed is RequestFailure.NOT_SENT:
        sent = np.full(len(samples), np.nan)
    return replace(
        run,
        samples=replace(
            samples,
            started=sent,
            status=np.full(len(samples), 0 if failed else status, np.uint16),
            failure=np.full(len(samples), bad, np.uint8),
        ),
        evidence=(seen or evidence(),),
        answer_notes=notes or AnswerNotes(),
        strain=strain or run.strain,
    )


def test_what_waited_for_a_connection_alone_fails_nobody() -> None:
    queued = offered([0.02] * 200, waited=5.0)
    unsent = offered([10.0] * 200, failed=RequestFailure.NOT_SENT)
    late = offered([0.5] * 200, waited=9.5, failed=RequestFailure.TIMED_OUT)
    told = offered([0.02] * 200, waited=5.0, status=503)
    open_: list[Verdict] = [
        all_answered(queued, within=1),
        all_answered(unsent, within=1),
        all_answered(late, within=1),
        error_rate(unsent, "/a"),
        error_rate(late, "/a"),
        mean_response(queued),
    ]
    assert [each.ruling for each in open_] == [Ruling.INCONCLUSIVE] * len(open_)
    assert all(MORE in each.needs for each in open_)
    assert fails_cleanly(told, within=1).ruling is Ruling.PASS
    assert fails_cleanly(unsent, within=1).ruling is Ruling.INCONCLUSIVE


def test_what_was_slow_on_its_way_fails_whatever_it_waited() -> None:
    slow = offered([2.0] * 200, waited=5.0)
    hung = offered([8.0] * 200, waited=2.0, failed=RequestFailure.TIMED_OUT)
    rude = offered([0.02] * 200, waited=5.0, status=500)
    failed: list[Verdict] = [
        all_answered(slow, within=1),
        all_answered(hung, within=1),
        error_rate(hung, "/a"),
        error_rate(rude, "/a"),
        mean_response(slow),
        fails_cleanly(hung, within=1),
        fails_cleanly(rude, within=1),
        fails_cleanly(offered([2.0] * 200, status=503), within=1),
    ]
    assert [each.ruling for each in failed] == [Ruling.FAIL] * len(failed)


@pytest.mark.parametrize(
    ("strain", "ruling"),
    [
        (Strain(busy=0.3, lag=0.001, longest=0.001), Ruling.FAIL),
        (Strain(busy=0.3, lag=0.02, longest=0.02), Ruling.FAIL),
        (Strain(busy=0.3, lag=0.02, longest=0.4), Ruling.INCONCLUSIVE),
        (Strain(busy=0.99, lag=0.001), Ruling.INCONCLUSIVE),
    ],
)
def test_what_a_strained_engine_may_have_added_fails_nobody(strain: Strain, ruling: Ruling) -> None:
    slow = offered([2.0] * 200, strain=strain)
    assert all_answered(slow, within=1).ruling is ruling
    assert mean_response(slow, below=1).ruling is ruling
    # A status comes from the other side, however busy the engine was.
    rude = offered([0.01] * 200, status=500, strain=strain)
    assert error_rate(rude, "/a").ruling is Ruling.FAIL
    assert all_answered(rude, within=1).ruling is Ruling.FAIL


def test_headers_that_were_not_kept_leave_it_open() -> None:
    kept = {place: {"retry-after": "1"} for place in range(100)}
    told = offered([0.02] * 200, status=503, notes=AnswerNotes(headers=kept, unread=100))
    found = fails_cleanly(told, header="Retry-After")
    assert (found.ruling, "headers were not kept" in found.needs) == (Ruling.INCONCLUSIVE, True)
    every = {place: {"retry-after": "1"} for place in range(200)}
    assert fails_cleanly(
        offered([0.02] * 200, status=503, notes=AnswerNotes(headers=every)), header="Retry-After"
    )
    # One whose headers are known lacks it.
    kept[7] = {"date": "today"}
    told = offered([0.02] * 200, status=503, notes=AnswerNotes(headers=kept, unread=100))
    assert fails_cleanly(told, header="Retry-After").value == 1.0


def test_calls_of_overlapping_requests_are_not_held_against_a_breaker() -> None:
    """Request n is due at n * 10 ms and calls 1 ms later; its answer takes 100 ms."""
    first = [exchange(n * 0.01 + 0.001, status="500") for n in range(3)]
    # Requests that came before the third failure was answered may call for as long as they last.
    straggler = exchange(0.2, status="500")
    run = offered([0.1] * 60, status=503, seen=evidence(*first, straggler))
    found = breaker_opens(run, "catalog", within=3)
    assert found.ruling is Ruling.INCONCLUSIVE
    assert breaker_opens(
        offered([0.1] * 60, status=503, seen=evidence(*first)), "catalog", within=3
    )
    # By then everyone of before has an answer: these are calls of later requests.
    later = [exchange(0.4 + n * 0.01, status="500") for n in range(3)]
    found = breaker_opens(
        offered([0.1] * 60, status=503, seen=evidence(*first, *later)), "catalog", within=3
    )
    assert (found.ruling, found.value) == (Ruling.FAIL, 3.0)


def test_a_failure_is_known_to_its_service_when_the_last_candidate_is_answered() -> None:
    """Two requests span the third failure; one is answered at once, the other, whose it is, late.

    Who comes between the two may meet a closed breaker still, and call when both are answered.
    """
    took = [0.005] * 60
    took[3] = 0.2  # its call fails after 1 ms, and its service notices late
    failures = [exchange(n * 0.01 + 0.001, seconds=0.0005, status="500") for n in range(2)]
    own = exchange(0.031, seconds=0.0005, status="500")
    took[2] = 0.025  # spans that moment too
    run = offered(took, status=503, seen=evidence(*failures, own, exchange(0.0412, status="500")))
    assert breaker_opens(run, "catalog", within=3).ruling is Ruling.PASS
    late = offered(took, status=503, seen=evidence(*failures, own, exchange(0.3, status="500")))
    assert breaker_opens(late, "catalog", within=3).ruling is Ruling.FAIL


def test_what_is_not_to_be_had_of_a_run_says_why() -> None:
    run = offered([0.01] * 100)
    few = replace(run, totals=replace(RequestTotals.of(run.samples), kept_one_in=4))
    with pytest.raises(NotTestable, match="one request in 4 was kept") as raised:
        all_answered(few, within=1)
    assert raised.value.needs.startswith("a shorter run")
    with pytest.raises(NotTestable, match="nobody read the headers"):
        error_rate(replace(run, answer_notes=None), "/a")
    with pytest.raises(NotTestable, match="100 requests could not be sent: no free port"):
        all_answered(offered([0.01] * 100, failed=RequestFailure.NO_PORTS), within=1)


def test_conditions_say_how_requests_came() -> None:
    found = all_answered(offered([0.01] * 100), within=1)
    assert "100 requests/s, 4 connections" in found.conditions
