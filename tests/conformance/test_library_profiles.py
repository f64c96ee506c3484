"""Breakers that are known by name: their documented defaults, and what is claimed beside them."""

import pytest

from windtunnel.conformance.claims import Claims, Counting
from windtunnel.conformance.expected_opening import failures_needed
from windtunnel.conformance.failures import FAILURES
from windtunnel.conformance.library_profiles import PROFILES, claims_like, profile_of
from windtunnel.conformance.time_bounds import TimeBounds
from windtunnel.errors import ConfigurationError


@pytest.mark.parametrize("name", PROFILES)
def test_each_names_its_source_and_can_be_opened(name: str) -> None:
    profile = profile_of(name)
    assert profile.source
    assert failures_needed(profile.claims, 3)
    assert set(profile.failures) <= set(FAILURES)


def test_a_name_that_is_not_known_gets_a_suggestion() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'resilience4j'"):
        claims_like("resilence4j")


def test_what_is_claimed_beside_a_name_takes_the_place_of_its_default() -> None:
    claims = claims_like("resilience4j", window_calls=6, minimum=3, probes=2, recovery=None)
    assert (claims.share, claims.minimum, claims.window_calls) == (0.5, 3, 6)
    assert (claims.recovery, claims.probes) == (60.0, 2)


def test_another_way_of_counting_takes_the_place_of_the_whole() -> None:
    assert claims_like("opossum", threshold=4).counts is Counting.CONSECUTIVE
    ratio = claims_like("gobreaker", share=0.6, minimum=3)
    assert (ratio.counts, ratio.threshold, ratio.bad_probes) == (Counting.SHARE, None, 1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"share": 0.5, "threshold": 3}, "a threshold and a share: expected one of them"),
        ({"share": 50}, "share = 50: expected a part of all calls"),
        ({"counting": Counting.WINDOW}, "counting = window: expected a threshold with it"),
        ({"counting": Counting.SHARE}, "counting = share: expected a share with it"),
        ({"backoff": 0.5}, "backoff = 0.5: expected a factor of 1 or more"),
        ({"recovery": TimeBounds(3, 2)}, "expected the shorter time first"),
        ({"minimum": 0}, "minimum = 0: expected a whole number from 1 to 1000"),
    ],
)
def test_claims_that_contradict_each_other_are_one_clear_error(
    wrong: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Claims(**wrong)  # type: ignore[arg-type]  # as callers without types would
