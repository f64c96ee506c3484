"""The intervals' promises, kept in simulated runs: who peeks is not fooled, and little escapes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from windtunnel.criteria import betting
from windtunnel.criteria.intervals import Interval
from windtunnel.criteria.tolerances import Tolerances

Array = np.ndarray[Any, np.dtype[Any]]
Shape = Callable[[np.random.Generator, int], Array]

BLOCKS = 1000
LOOKS = (40, 80, 150, 250, 400, 600, 800, 1000)
LEVEL = 0.90
RUNS = 40
FAMILY = 1 - 0.01 / 24
"""The confidence of one of 24 intervals that hold together with 99 %."""


def _capped(values: Array, cap: float) -> Array:
    capped: Array = np.minimum(values / cap, 1.0)
    return capped


def tight(generator: np.random.Generator, count: int) -> Array:
    return np.exp(0.06 * generator.standard_t(3, count))


def skewed(generator: np.random.Generator, count: int) -> Array:
    return 0.2 + generator.pareto(1.5, count)


def bimodal(generator: np.random.Generator, count: int) -> Array:
    return np.where(generator.random(count) < 0.4, 10.0, 1.0) * tight(generator, count)


def rare(generator: np.random.Generator, count: int) -> Array:
    return tight(generator, count) + np.where(generator.random(count) < 0.01, 50.0, 0.0)


SHAPES = (tight, skewed, bimodal, rare)


def blocks(
    generator: np.random.Generator, shape: Shape, count: int = BLOCKS
) -> tuple[Array, Array]:
    """Both arms' times, two a block, under drift and slow waves that strike both."""
    wave = np.zeros(count)
    for place in range(1, count):
        wave[place] = 0.98 * wave[place - 1] + generator.normal(0, 0.02)
    drift = np.linspace(0, generator.uniform(-0.3, 0.3), count)
    common = np.exp(wave + drift)[:, None]
    base, head = (shape(generator, 2 * count).reshape(-1, 2) * common for _ in "ab")
    return base, head


def misses(
    shape: Shape, seed: int, held: Callable[[Array, Array], tuple[Interval | None, float]]
) -> int:
    """Return in how many of RUNS runs anyone who looks again and again is ever misled."""
    generator = np.random.default_rng(seed)
    missed = 0
    for _ in range(RUNS):
        base, head = blocks(generator, shape)
        found = [held(base[:look], head[:look]) for look in LOOKS]
        missed += any(i is not None and not i.lower <= true <= i.upper for i, true in found)
    return missed


@pytest.mark.parametrize("share", [0.5, 0.99])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_ratio_of_a_quantile_is_held_at_every_look(shape: Shape, share: float) -> None:
    scale = 1.1

    def held(base: Array, head: Array) -> tuple[Interval | None, float]:
        return betting.ratio_of_quantiles(base, scale * head, share, LEVEL), scale

    assert misses(shape, 31, held) <= RUNS * (1 - LEVEL)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_ratio_of_capped_means_is_held_at_every_look(shape: Shape) -> None:
    def held(base: Array, head: Array) -> tuple[Interval | None, float]:
        return betting.ratio_of_means(_capped(base, 5.0), _capped(head, 5.0), LEVEL), 1.0

    assert misses(shape, 32, held) <= RUNS * (1 - LEVEL)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_difference_of_shares_is_held_at_every_look(shape: Shape) -> None:
    def held(base: Array, head: Array) -> tuple[Interval | None, float]:
        return betting.difference_of_shares((base > 3) * 1.0, (head > 3) * 1.0, LEVEL), 0.0

    assert misses(shape, 33, held) <= RUNS * (1 - LEVEL)


def test_the_median_of_skewed_differences_is_held_at_every_look() -> None:
    """Their mean is another: this is the interval of what it says that it is."""

    def held(base: Array, head: Array) -> tuple[Interval | None, float]:
        del head
        return betting.median_of_differences(np.log(base[:, 0]), LEVEL), 0.0

    def shape(generator: np.random.Generator, count: int) -> Array:
        values: Array = np.exp(np.log(2) - generator.exponential(size=count))
        return values

    generator = np.random.default_rng(34)
    missed = 0
    for _ in range(RUNS):
        values = shape(generator, 2 * BLOCKS).reshape(-1, 2)
        found = [held(values[:look], values) for look in LOOKS]
        missed += any(i is not None and not i.lower <= true <= i.upper for i, true in found)
    assert missed <= RUNS * (1 - LEVEL)


def test_five_percent_is_distinguished_from_the_tolerance_within_a_thousand_pairs() -> None:
    """At the level of one of 24 figures; requests as they scatter on a machine left alone."""
    generator = np.random.default_rng(21)
    decided = 0
    for _ in range(20):
        base, head = (tight(generator, 1000).reshape(-1, 2) for _ in "ab")
        interval = betting.ratio_of_quantiles(base, 1.05 * head, 0.5, FAMILY)
        assert interval is not None
        decided += interval.lower > 1 + Tolerances().p50
    assert decided >= 19


def test_equal_arms_are_shown_to_be_within_the_tolerance_within_four_thousand_pairs() -> None:
    generator = np.random.default_rng(22)
    decided = 0
    for _ in range(20):
        base, head = (tight(generator, 4000).reshape(-1, 2) for _ in "ab")
        middle = betting.ratio_of_quantiles(base, head, 0.5, FAMILY)
        mean = betting.ratio_of_means(_capped(base, 1.7), _capped(head, 1.7), FAMILY)
        assert middle is not None
        assert mean is not None
        decided += middle.upper < 1 + Tolerances().p50 and mean.upper < 1 + Tolerances().mean
    assert decided >= 17


def test_each_stake_has_its_share_of_one_capital() -> None:
    """What is won by a mixture of bets is evidence only where they share what was staked."""
    assert len(betting.WEIGHTS) == len(betting.STAKES)
    assert sum(betting.WEIGHTS) == pytest.approx(1.0)
    assert min(betting.WEIGHTS) > 0
    assert all(0 < stake < 1 for stake in betting.STAKES)


def test_values_that_are_all_equal_make_a_point() -> None:
    """Counts: one more call a request is certain after some dozen rounds."""
    interval = betting.median_of_differences(np.ones(20), FAMILY)
    assert interval == Interval(1.0, 1.0, 1.0)
    same = np.full((200, 2), 0.5)
    ratio = betting.ratio_of_quantiles(same, same, 0.5, FAMILY)
    assert ratio is not None
    assert (ratio.lower, ratio.upper) == pytest.approx((1.0, 1.0), abs=1e-3)


@pytest.mark.parametrize("count", [0, 1, 5, 12])
def test_too_few_values_have_no_interval(count: int) -> None:
    values = np.full((count, 2), 0.5)
    assert betting.median_of_differences(values[:, 0], FAMILY) is None
    assert betting.ratio_of_quantiles(values, values, 0.5, FAMILY) is None
    assert betting.ratio_of_means(values[:0], values[:0], FAMILY) is None


def test_the_figures_own_value_lies_in_its_interval() -> None:
    generator = np.random.default_rng(25)
    for shape in SHAPES:
        base, head = blocks(generator, shape)
        for share in (0.5, 0.9, 0.99):
            found = betting.ratio_of_quantiles(base, head, share, 0.99)
            assert found is not None
            seen = np.quantile(head, share, method="inverted_cdf") / np.quantile(
                base, share, method="inverted_cdf"
            )
            assert found.value == pytest.approx(float(seen))
            assert found.lower <= seen <= found.upper
