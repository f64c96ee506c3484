"""Whether a good answer rests on a call of its own is told by the wire, where that saw all."""

from dataclasses import replace

import pytest

from tests.criteria.recorded import counted, evidence, exchange, refused, responses, run
from windtunnel.criteria.wire_answers import was_kept_back, without_good_call
from windtunnel.records import Evidence

FAILED = exchange(0.001, status="")


@pytest.mark.parametrize(
    ("seen", "without"),
    [
        (evidence(), 2),
        (evidence(exchange(0.001), exchange(0.011)), 0),
        (evidence(exchange(0.001)), 1),
        (evidence(FAILED, exchange(0.011)), 1),
        # It was tried again.
        (evidence(FAILED, exchange(0.0035, seconds=0.001), exchange(0.011)), 0),
        # What the tap discarded may have been a good call.
        (evidence(FAILED, exchange(0.011), dropped=1), 0),
        # One turn may hold a failed call and a good one.
        (replace(evidence(FAILED, exchange(0.011)), tells_calls_apart=False), 0),
    ],
)
def test_a_good_answer_rests_on_a_good_call_unless_all_is_seen_and_there_is_none(
    seen: Evidence, without: int
) -> None:
    assert len(without_good_call(run(responses(2), seen), "catalog")) == without


@pytest.mark.parametrize(
    ("seen", "kept_back"),
    [
        (evidence(refusals=[refused([0.001])]), True),
        (evidence(refusals=[refused([0.001, 0.011, 0.021])]), False),
        # Counted refusals are somebody's failure where a request failed meanwhile.
        (evidence(refusals=[counted([(0.0, 0), (0.006, 1), (0.1, 1)])]), True),
        (evidence(), False),
    ],
)
def test_who_is_kept_from_the_dependency_after_a_failure_met_an_open_breaker(
    seen: Evidence, *, kept_back: bool
) -> None:
    assert was_kept_back(run(responses(3, fallback="catalog"), seen), "catalog") is kept_back


def test_a_request_without_a_call_after_good_ones_met_no_open_breaker() -> None:
    """Its answer may come from a cache."""
    for seen in (
        evidence(exchange(0.001)),
        evidence(exchange(0.001), refusals=[counted([(0.0, 0), (0.1, 0)])]),
    ):
        assert not was_kept_back(run(responses(3), seen), "catalog")
