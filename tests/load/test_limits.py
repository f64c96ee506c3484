"""Searches: bounded, on the right side of the truth, and honest about what they could not see."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.load.hand_made_runs import CALM, load_run
from windtunnel import Ruling, Verdict
from windtunnel.criteria.objective import parse
from windtunnel.load.find_limit import Limit, RateTrial, find_limit
from windtunnel.load.level_search import LevelOutcome, bracket, next_level, steps_at_most
from windtunnel.records.load_run import LoadRun
from windtunnel.records.strain import Strain
from windtunnel.reports.load_summary import limit as limit_text
from windtunnel.reports.load_summary import trial as trial_text


def search(truth: float, lowest: float, highest: float) -> list[LevelOutcome]:
    tried: list[LevelOutcome] = []
    while (level := next_level(tried, lowest, highest)) is not None:
        tried.append(LevelOutcome(level, level < truth))
    return tried


@pytest.mark.parametrize("truth", [1.5, 10.0, 333.0, 999.0])
def test_a_search_closes_in_on_the_truth_in_bounded_steps(truth: float) -> None:
    tried = search(truth, 1.0, 1000.0)
    found = bracket(tried)
    assert found.held is not None
    assert found.failed is not None
    assert found.held < truth <= found.failed <= found.held * 1.05
    assert len(tried) <= steps_at_most(1.0, 1000.0)


def test_a_search_ends_at_once_where_the_lowest_fails() -> None:
    assert search(0.5, 1.0, 1000.0) == [LevelOutcome(1.0, held=False)]


def test_a_search_ends_at_the_highest_that_it_may_try() -> None:
    assert search(math.inf, 1.0, 1000.0)[-1] == LevelOutcome(1000.0, held=True)


def test_what_held_above_a_failure_counts_for_nothing() -> None:
    found = bracket(
        [LevelOutcome(1, held=True), LevelOutcome(4, held=False), LevelOutcome(8, held=True)]
    )
    assert (found.held, found.failed) == (1, 4)


def queue(rate: float, times: float, *, capacity: float = 1000.0, strain: Strain = CALM) -> LoadRun:
    """Offer to an M/M/1 queue: its latencies are exponential, of mean 1 / (capacity - rate)."""
    count = int(2000 * times)
    slack = max(1e-3, capacity - rate)
    latencies = np.random.default_rng(int(rate)).exponential(1 / slack, count)
    return load_run(latencies.tolist(), gap=1 / rate, strain=strain)


def test_the_limit_of_a_queue_is_found() -> None:
    # p99 of an exponential is ln(100) / (capacity - rate): 50 ms at 908/s.
    truth = 1000 - math.log(100) / 0.05
    found = find_limit(queue, parse("p99<50ms and errors<1%"), lowest=50, highest=10_000)
    assert found.bracket.held is not None
    assert found.bracket.failed is not None
    assert 0.85 * truth < found.bracket.held < truth < 1.06 * found.bracket.failed
    assert "holds at" in limit_text(found, "p99<50ms")


def test_a_search_that_outruns_the_engine_says_so() -> None:
    def offer(rate: float, times: float) -> LoadRun:
        strained = Strain(busy=0.99, lag=0.001) if rate > 300 else CALM
        return queue(rate, times, strain=strained)

    found = find_limit(offer, parse("p99<50ms"), lowest=50)
    assert found.bracket.held == 200
    assert found.bracket.failed is None
    assert "at 400/s the load engine was the bottleneck" in found.bottleneck
    assert "holds at 200.0/s" in limit_text(found, "p99<50ms")


def test_what_stays_open_was_not_shown_to_hold() -> None:
    looks: list[tuple[float, float]] = []

    def offer(rate: float, times: float) -> LoadRun:
        looks.append((rate, times))
        return load_run([0.001] * 30, gap=1 / rate)

    found: Limit = find_limit(offer, parse("p99<50ms"), lowest=50)
    assert looks == [(50, 1.0), (50, 10.0)]
    assert found.bracket.held is None
    text = limit_text(found, "p99<50ms")
    assert "was not shown to hold even at 50.0/s, and not to fail either" in text


def test_a_search_ends_with_its_budget_and_gives_what_it_has() -> None:
    now = [0.0]

    def offer(rate: float, times: float) -> LoadRun:
        now[0] += 10 * times
        return queue(rate, times)

    found = find_limit(
        offer, parse("p99<50ms"), lowest=50, budget=25, usual=10, clock=lambda: now[0]
    )
    assert now[0] == 25
    assert found.ran_out
    assert found.bracket.held == 200
    assert "holds at 200.0/s" in limit_text(found, "p99<50ms")
    assert "its limit may be higher; the budget was over" in limit_text(found, "p99<50ms")


def test_a_measurement_that_the_budget_cut_short_decides_nothing_by_silence() -> None:
    now = [0.0]

    def offer(rate: float, times: float) -> LoadRun:
        now[0] += 10 * times
        return load_run([0.001] * int(100 * times), gap=1 / rate)

    found = find_limit(
        offer, parse("p99<50ms"), lowest=50, budget=8, usual=10, clock=lambda: now[0]
    )
    assert now[0] == 8
    assert found.ran_out
    assert (found.bracket.held, found.bracket.failed) == (None, None)
    assert [trial.ruling for trial in found.trials] == [Ruling.INCONCLUSIVE]


def test_answers_that_do_not_come_within_the_budget_end_the_search() -> None:
    def offer(rate: float, times: float) -> LoadRun:
        raise TimeoutError

    found = find_limit(offer, parse("p99<50ms"), lowest=50, budget=100)
    assert found.ran_out
    assert "nothing could be said; the budget was over" in limit_text(found, "p99<50ms")


def test_a_trial_s_line_shows_what_was_measured_whatever_the_statement_says() -> None:
    verdict = Verdict(
        criterion="p99",
        subject="/",
        ruling=Ruling.PASS,
        statement="a sentence with no sign in it",
        measured="99 % took 3.00 ms at most.",
    )
    said = replace(verdict, statement="cut; here; and there.")
    lines = {trial_text(RateTrial(100.0, (each,), Ruling.PASS)) for each in (verdict, said)}
    assert lines == {"       100.0/s  PASS         99 % took 3.00 ms at most."}
