"""The sequence's promise, kept in simulated runs: noise never fools it, and little escapes it."""

import math

import numpy as np
import pytest

from windtunnel.criteria import intervals
from windtunnel.criteria.sequence import centre, log_ratios
from windtunnel.criteria.tolerances import Tolerances

PAIRS = 2000
LOOKS = range(200, PAIRS + 1, 50)
FAMILY = 1 - 0.01 / 24
"""The confidence of one of 24 intervals that hold together with 99 %."""


def noisy_pairs(generator: np.random.Generator, effect: float = 1.0) -> tuple[list[float], ...]:
    """Durations of both arms on a bad machine: drift and slow waves strike both, tails are heavy.

    The waves are autocorrelated, each request has noise of infinite variance, and one in a hundred
    is a pause of up to fifty times its length.
    """
    wave = np.empty(PAIRS)
    level = 0.0
    for place, shock in enumerate(generator.normal(0, 0.05, PAIRS)):
        level = 0.98 * level + shock
        wave[place] = level
    drift = np.linspace(0, generator.uniform(-0.5, 0.5), PAIRS)
    arms = []
    for factor in (1.0, effect):
        noise = 0.08 * generator.standard_t(1.8, PAIRS).clip(-8, 8)
        pauses = np.where(generator.random(PAIRS) < 0.01, generator.uniform(1, 50, PAIRS), 1.0)
        arms.append((factor * np.exp(wave + drift + noise) * pauses).tolist())
    return tuple(arms)


def quiet_pairs(generator: np.random.Generator, effect: float) -> tuple[list[float], ...]:
    """Durations of both arms on a machine left alone: 6 % of noise, its tails still heavy."""
    return tuple(
        (factor * np.exp(0.06 * generator.standard_t(3, PAIRS))).tolist()
        for factor in (1.0, effect)
    )


def looks(values: list[float], confidence: float) -> list[intervals.Interval]:
    """Return what is seen by one who looks again and again."""
    found = [centre(values[: look // 10], confidence) for look in LOOKS]
    return [interval for interval in found if interval is not None]


def test_who_peeks_is_fooled_no_more_often_than_the_level_says() -> None:
    """Of 200 runs without any difference, at most one in ten ever excludes zero at 90 %."""
    generator = np.random.default_rng(20)
    fooled = 0
    for _ in range(200):
        base, head = noisy_pairs(generator)
        seen = looks(log_ratios(head, base, 10), 0.90)
        fooled += any(interval.lower > 0 or interval.upper < 0 for interval in seen)
    assert fooled <= 20


def test_the_same_peeking_fools_the_interval_of_a_fixed_number() -> None:
    """The known answer beside it: these runs do fool what was not made for peeking."""
    generator = np.random.default_rng(20)
    fooled = 0
    for _ in range(200):
        base, head = noisy_pairs(generator)
        logs = log_ratios(head, base, 1)
        seen = [intervals.mean(logs[:look], 0.90) for look in LOOKS]
        fooled += any(i is not None and (i.lower > 0 or i.upper < 0) for i in seen)
    assert fooled > 40


def test_five_percent_is_told_from_the_tolerance_within_two_thousand_pairs() -> None:
    """At the level of one of 24 figures; requests as they scatter on a machine left alone."""
    generator = np.random.default_rng(21)
    decided = 0
    for _ in range(100):
        base, head = quiet_pairs(generator, effect=1.05)
        interval = centre(log_ratios(head, base, 10), FAMILY)
        assert interval is not None
        decided += math.exp(interval.lower) > 1 + Tolerances().mean
    assert decided >= 99


def test_ten_percent_is_told_from_five_on_a_bad_machine() -> None:
    """Single pairs: their centre feels a tail of infinite variance least."""
    generator = np.random.default_rng(21)
    decided = 0
    for _ in range(100):
        base, head = noisy_pairs(generator, effect=1.10)
        interval = centre(log_ratios(head, base, 1), FAMILY)
        assert interval is not None
        decided += math.exp(interval.lower) > 1.05
    assert decided >= 99


def test_the_interval_holds_the_true_effect() -> None:
    generator = np.random.default_rng(22)
    held = 0
    for _ in range(200):
        base, head = noisy_pairs(generator, effect=1.05)
        seen = looks(log_ratios(head, base, 10), 0.90)
        held += all(i.lower <= math.log(1.05) <= i.upper for i in seen)
    assert held >= 180


def test_values_that_are_all_equal_make_a_point() -> None:
    """Counts: one more call a request is certain after as many batches as noise would need."""
    interval = centre([1.0] * 40, FAMILY)
    assert interval is not None
    assert interval.lower == pytest.approx(1.0, abs=1e-6)
    assert interval.upper == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("count", [0, 1, 5, 15])
def test_too_few_values_have_no_interval(count: int) -> None:
    assert centre([0.1] * count, FAMILY) is None


def test_the_interval_moves_and_turns_with_its_values() -> None:
    values = np.random.default_rng(23).normal(0.0, 1.0, 100).tolist()
    plain, moved, turned = (
        centre([sign * value + shift for value in values], 0.99)
        for sign, shift in ((1, 0.0), (1, 5.0), (-1, 0.0))
    )
    assert plain is not None
    assert moved is not None
    assert turned is not None
    assert moved.lower == pytest.approx(plain.lower + 5.0)
    assert turned.upper == pytest.approx(-plain.lower)


def test_an_outlier_counts_as_one_value_only() -> None:
    values = np.random.default_rng(24).normal(0.0, 1.0, 200).tolist()
    plain = centre(values, 0.99)
    struck = centre([*values[:100], 1e9, *values[101:]], 0.99)
    assert plain is not None
    assert struck is not None
    assert struck.upper - plain.upper < 0.2
