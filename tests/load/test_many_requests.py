"""More requests than are kept: a random part spread over the run, and a histogram of all."""

import pickle

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.load import hand_made_runs
from windtunnel.criteria.objective import parse
from windtunnel.criteria.objective_held import objective_held
from windtunnel.criteria.verdict import Ruling
from windtunnel.load.recorder import PACK, LoadRecorder
from windtunnel.records.histogram import PRECISION, Histogram
from windtunnel.records.load_run import LoadRun
from windtunnel.records.request_failure import RequestFailure
from windtunnel.reports.load_summary import summary

SHARES = (0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0)


def exact(latencies: NDArray[np.float64], shares: tuple[float, ...] = SHARES) -> list[float]:
    ordered = np.sort(latencies)
    return [float(ordered[int(np.ceil(share * len(ordered) - 1e-9)) - 1]) for share in shares]


@pytest.mark.parametrize("scale", [2e-6, 3e-4, 0.02, 5.0, 200.0])
def test_quantiles_agree_with_exact_ones_within_the_stated_precision(scale: float) -> None:
    latencies = np.random.default_rng(1).lognormal(np.log(scale), 0.7, 20_000)
    histogram = Histogram()
    for part in np.array_split(latencies, 7):
        histogram.record(part)
    found = histogram.quantiles(SHARES)
    assert found == pytest.approx(exact(latencies), rel=PRECISION, abs=1e-9)
    assert found[-1] == np.max(latencies)


def test_a_histogram_is_whole_after_its_way_to_another_process() -> None:
    one, other = Histogram(), Histogram()
    latencies = np.random.default_rng(2).exponential(0.01, 6000)
    one.record(latencies[:4000])
    other.record(latencies[4000:])
    # As multiprocessing's pipes hand it over.
    arrived, rest = pickle.loads(pickle.dumps((one, other)))  # noqa: S301 - of our own
    arrived.add(rest)
    assert len(arrived) == 6000
    assert arrived.quantiles(SHARES) == pytest.approx(exact(latencies), rel=PRECISION)


def test_a_histogram_of_nothing_has_no_quantile() -> None:
    assert np.isnan(Histogram().quantiles([0.5])[0])


def recorded(count: int, keep: int) -> tuple[LoadRecorder, NDArray[np.float64]]:
    """Record requests, one in ten of which times out, and each later one takes longer."""
    recorder = LoadRecorder(keep)
    latencies = 0.001 * (1 + np.arange(count) / count)
    for n, took in enumerate(latencies.tolist()):
        failure, status = (
            (RequestFailure.TIMED_OUT, 0) if n % 10 == 3 else (RequestFailure.NONE, 200)
        )
        recorder.write(PACK(n, n, n, n + took, n % 2, status, 0, failure, 0))
        if n % 50 == 0:
            recorder.tend()
    return recorder, latencies


@pytest.mark.parametrize(("count", "keep"), [(999, 1000), (1500, 1000), (7321, 1000), (9000, 600)])
def test_what_is_kept_is_spread_evenly_and_all_are_counted(count: int, keep: int) -> None:
    recorder, latencies = recorded(count, keep)
    assert len(recorder) == count
    samples, totals = recorder.finish(("/",))
    assert np.all(np.diff(samples.ended) > 0)
    if count <= keep:
        assert totals is None
        assert len(samples) == count
        return
    assert totals is not None
    assert totals.requests == count
    failed = len(range(3, count, 10))
    assert totals.statuses == {200: count - failed}
    assert totals.failures == {
        RequestFailure.NONE: count - failed,
        RequestFailure.TIMED_OUT: failed,
    }
    answered = latencies[np.arange(count) % 10 != 3]
    assert totals.latencies.quantiles(SHARES) == pytest.approx(
        exact(answered), rel=PRECISION, abs=1e-7
    )
    one_in = totals.kept_one_in
    assert len(samples) <= keep * 1.25
    # As many from each tenth of the run, and of both callers, though they took turns.
    expected = count / one_in / 10
    tenths, _ = np.histogram(samples.intended, bins=10, range=(0, count))
    assert np.all(np.abs(tenths - expected) < 6 * np.sqrt(expected))
    assert np.mean(samples.connection) == pytest.approx(0.5, abs=0.15)


def test_bounded_memory_stays_bounded() -> None:
    recorder, _ = recorded(60_000, 1000)
    assert recorder.rows_held < 1250
    assert recorder.finish(("/",))[1].requests == 60_000  # type: ignore[union-attr]


def run_of(count: int, keep: int) -> LoadRun:
    samples, totals = recorded(count, keep)[0].finish(("/a",))
    return LoadRun(
        samples=samples,
        totals=totals,
        began=0.0,
        ended=float(count),
        seconds=float(count),
        connections=2,
        seed=1,
        strain=hand_made_runs.CALM,
    )


def test_workers_that_kept_unequal_parts_are_merged_to_one_share() -> None:
    dense, sparse, all_kept = run_of(1500, 1000), run_of(5000, 1000), run_of(800, 1000)
    merged = LoadRun.merged([dense, sparse, all_kept])
    assert merged.requests == 7300
    assert merged.totals is not None
    one_in = merged.totals.kept_one_in
    assert sparse.totals is not None
    assert one_in == sparse.totals.kept_one_in > 1
    assert len(merged.samples) == pytest.approx(7300 / one_in, abs=6 * (7300 / one_in) ** 0.5)
    assert merged.errors == 730
    assert merged.throughput == pytest.approx(7300 * 0.9 / 5000)


def test_the_summary_says_that_not_all_were_kept_and_verdicts_allow_for_it() -> None:
    run = run_of(8000, 1000)
    text = "\n".join(summary(run))
    assert "Requests     8000 in" in text
    assert "HDR histogram of all, to 0.1%" in text
    [high] = parse("errors<15%")
    assert objective_held(run, high).ruling is Ruling.PASS
    [low] = parse("errors<5%")
    verdict = objective_held(run, low)
    assert verdict.ruling is Ruling.FAIL
    assert any("kept" in condition for condition in verdict.conditions)
    [rate] = parse("throughput>0.8/s")
    assert objective_held(run, rate).value == pytest.approx(0.9, rel=0.05)
