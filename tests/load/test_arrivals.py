"""Schedules are pure: the same arguments give the same times, at the stated rate."""

import math

import numpy as np
import pytest

from windtunnel.errors import ConfigurationError
from windtunnel.load.arrivals import HIGHEST_RATE, constant, parse


def test_a_constant_rate_is_evenly_spaced() -> None:
    assert constant(100, 0.05).times(0).tolist() == pytest.approx([0, 0.01, 0.02, 0.03, 0.04])


def test_a_ramp_has_its_expected_count_by_every_moment() -> None:
    ramp = parse("ramp:100-300", 10)
    times = ramp.times(0)
    assert len(times) == 2000
    for moment in (1.0, 5.0, 9.0):
        expected = 100 * moment + 20 * moment**2 / 2
        assert np.count_nonzero(times < moment) == pytest.approx(expected, abs=1)


def test_a_ramp_may_go_down_to_nothing() -> None:
    times = parse("ramp:200-0", 10).times(0)
    assert len(times) == 1000
    assert np.all(np.diff(times) > 0)
    assert times[-1] < 10


def test_steps_divide_the_time_evenly() -> None:
    times = parse("steps:10,20,40", 3).times(0)
    assert [np.count_nonzero((times >= s) & (times < s + 1)) for s in range(3)] == [10, 20, 40]


def test_a_spike_is_the_middle_fifth() -> None:
    times = parse("spike:10-1000", 10).times(0)
    assert np.count_nonzero((times >= 4) & (times < 6)) == pytest.approx(2000, abs=1)
    assert np.count_nonzero(times < 4) == pytest.approx(40, abs=1)


def test_poisson_gaps_are_exponential_and_replayed_by_the_seed() -> None:
    arrivals = constant(1000, 20, poisson=True)
    times = arrivals.times(7)
    assert np.array_equal(times, arrivals.times(7))
    assert not np.array_equal(times, arrivals.times(8))
    gaps = np.diff(times)
    # 20,000 exponential gaps: mean and standard deviation within five standard errors.
    assert gaps.mean() == pytest.approx(0.001, rel=5 / math.sqrt(20_000))
    assert gaps.std() == pytest.approx(0.001, rel=5 * math.sqrt(2 / 20_000))


def test_a_poisson_ramp_follows_the_ramp() -> None:
    times = parse("ramp:0-2000", 10, poisson=True).times(3)
    half = np.count_nonzero(times < 5)
    assert half == pytest.approx(2500, abs=5 * math.sqrt(2500))
    assert len(times) == pytest.approx(10_000, abs=5 * math.sqrt(10_000))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fast", "expected a number of requests a second, found 'fast'"),
        ("rmap:1-2", "no schedule is named 'rmap'; did you mean 'ramp'?"),
        ("ramp:1", "expected 2 rates joined by '-', found 1"),
        ("-5", "expected 0 to 1e+06"),
        ("0", "makes 0 requests"),
        ("nan", "expected a number"),
        (f"{HIGHEST_RATE * 2:g}", "expected 0 to 1e+06"),
    ],
)
def test_an_impossible_rate_is_refused_with_its_reason(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said.replace("?", r"\?").replace("+", r"\+")):
        parse(text, 10)
