"""The quantiles that exact intervals rest on, against scipy's and against closed forms."""

import pytest
from scipy.special import betainc, betaincinv, stdtrit

from windtunnel.criteria import beta_distribution
from windtunnel.criteria.intervals import _student

SHARES = (1e-6, 0.0025, 0.005, 0.5, 0.9975, 0.995)


@pytest.mark.parametrize("trials", [1, 2, 20, 400, 100_000, 10_000_000])
@pytest.mark.parametrize("share", SHARES)
def test_quantiles_are_scipys(trials: int, share: float) -> None:
    for events in {1, min(2, trials), (trials + 1) // 2, max(1, trials - 1), trials}:
        ours = beta_distribution.quantile(events, trials - events + 1, share)
        theirs = float(betaincinv(events, trials - events + 1, share))
        assert ours == pytest.approx(theirs, rel=1e-7)


@pytest.mark.parametrize("x", [0.0, 1e-9, 0.3, 0.5, 0.999, 1.0])
@pytest.mark.parametrize(("a", "b"), [(1, 1), (0.5, 9.5), (3, 200), (5000, 5000)])
def test_probabilities_are_scipys(a: float, b: float, x: float) -> None:
    ours = beta_distribution.probability(a, b, x)
    assert ours == pytest.approx(float(betainc(a, b, x)), rel=1e-9, abs=1e-15)


def test_of_one_trial_it_is_the_share_itself() -> None:
    assert beta_distribution.quantile(1, 1, 0.005) == pytest.approx(0.005, rel=1e-14)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99, 0.999])
def test_students_t_is_scipys(confidence: float) -> None:
    assert _student(19, confidence) == pytest.approx(float(stdtrit(19, (1 + confidence) / 2)))
