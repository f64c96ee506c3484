"""Objectives: read as a person writes them, judged with their interval, never by noise."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.load.hand_made_runs import CALM, load_run
from windtunnel.criteria.generator_kept_up import generator_kept_up
from windtunnel.criteria.objective import Objective, ObjectiveFigure, parse
from windtunnel.criteria.objective_held import objective_held
from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.errors import ConfigurationError
from windtunnel.records.request_failure import RequestFailure
from windtunnel.records.samples import Samples
from windtunnel.records.strain import Strain


def test_objectives_are_read_as_they_are_written() -> None:
    assert parse("p99<50ms and errors<1%") == (
        Objective(ObjectiveFigure.QUANTILE, 0.05, 0.99, "p99<50ms"),
        Objective(ObjectiveFigure.ERRORS, 0.01, 0.0, "errors<1%"),
    )
    assert parse("p99.9 < 1.5s, mean <= 200us") == (
        Objective(ObjectiveFigure.QUANTILE, 1.5, 99.9 / 100, "p99.9 < 1.5s"),
        Objective(ObjectiveFigure.MEAN, 200 * 1e-6, 0.0, "mean <= 200us"),
    )
    assert parse("throughput>500/s")[0].limit == 500


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected one such as"),
        ("p99", "expected figure, sign and limit, such as p99<50ms; found 'p99'"),
        ("p99<50ms and", "expected figure, sign and limit"),
        ("p99<50", "has the unit ''"),
        ("p99<50mss", "did you mean 'ms'?"),
        ("eror<1%", "no figure is named 'eror'; did you mean 'errors'?"),
        ("p100<1s", "expected one between p0 and p100"),
        ("p99>1s", "expected p99<…, found >"),
        ("throughput<5/s", "expected throughput>…, found <"),
        ("errors<150%", "expected a number above zero"),
        ("mean<1e999s", "expected a number above zero"),
        ("mean<--1s", "expected a number above zero"),
    ],
)
def test_a_wrong_objective_is_one_clear_error(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        parse(text)


def judged(
    text: str,
    latencies: Sequence[float],
    *,
    failed: Sequence[int] = (),
    strain: Strain = CALM,
) -> Verdict:
    [objective] = parse(text)
    return objective_held(load_run(latencies, failed=failed, strain=strain), objective)


SMOOTH = (np.random.default_rng(4).gamma(4.0, 0.0025, 20_000)).tolist()
"""20,000 latencies with a mean of 10 ms and a p99 of 25 ms."""


@pytest.mark.parametrize(
    ("text", "ruling"),
    [
        ("p99<40ms", Ruling.PASS),
        ("p99<15ms", Ruling.FAIL),
        ("mean<12ms", Ruling.PASS),
        ("mean<9ms", Ruling.FAIL),
        ("errors<1%", Ruling.PASS),
        ("throughput>90/s", Ruling.PASS),
        ("throughput>110/s", Ruling.FAIL),
    ],
)
def test_a_clear_figure_is_judged(text: str, ruling: Ruling) -> None:
    assert judged(text, SMOOTH).ruling is ruling


def test_a_limit_within_the_noise_is_left_open_and_says_what_it_needs() -> None:
    p99 = float(np.quantile(SMOOTH, 0.99)) * 1000
    verdict = judged(f"p99<{p99}ms", SMOOTH)
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert verdict.needs


def test_few_requests_judge_nothing() -> None:
    assert judged("p99<40ms", [0.001] * 39).ruling is Ruling.INCONCLUSIVE


def test_a_request_without_an_answer_is_slower_than_any_limit() -> None:
    failed = range(0, 1000, 20)
    assert judged("p99<40ms", [0.001] * 1000, failed=failed).ruling is Ruling.FAIL


def test_slow_requests_in_one_cluster_are_no_proof() -> None:
    """2 % slow ones: alone they would fail p99; from a single hiccup they leave it open."""
    spread = [0.1 if n % 50 == 0 else 0.001 for n in range(10_000)]
    cluster = [0.1 if n < 200 else 0.001 for n in range(10_000)]
    assert judged("p99<50ms", spread).ruling is Ruling.FAIL
    assert judged("p99<50ms", cluster).ruling is Ruling.INCONCLUSIVE


def test_the_share_of_errors_is_named_with_its_kinds() -> None:
    verdict = judged("errors<1%", [0.001] * 1000, failed=range(0, 1000, 10))
    assert verdict.ruling is Ruling.FAIL
    assert "100 timed out" in verdict.statement


@pytest.mark.parametrize(
    ("strain", "said"),
    [
        (Strain(busy=0.95, lag=0.001), "wanted a core for 95%"),
        (Strain(busy=0.1, lag=0.25), "event loop woke 250.0 ms late"),
        (Strain(busy=0.1, lag=0.001, late=0.12), "sent 120.0 ms late"),
    ],
)
@pytest.mark.parametrize("text", ["p99<40ms", "p99<1ms"])
def test_an_engine_at_its_limit_makes_every_verdict_inconclusive(
    strain: Strain, said: str, text: str
) -> None:
    verdict = judged(text, SMOOTH, strain=strain)
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert said in verdict.statement


def test_a_lost_worker_is_said_and_leaves_it_open() -> None:
    run = load_run([0.001] * 100, lost=("load worker 2 of 2 ended with status -9",))
    verdict = generator_kept_up(run)
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert "worker 2 of 2" in verdict.statement


def test_an_engine_with_room_changes_no_verdict() -> None:
    run = load_run(SMOOTH)
    verdict = objective_held(run, parse("p99<40ms")[0])
    assert verdict.ruling is Ruling.PASS
    assert "bottleneck" not in verdict.statement
    assert generator_kept_up(run)


STRAINED = Strain(busy=0.3, lag=0.015, longest=0.03)
SATURATED = Strain(busy=0.99, lag=0.001)


@pytest.mark.parametrize("strain", [STRAINED, SATURATED], ids=["late", "busy"])
@pytest.mark.parametrize(
    "kind", [RequestFailure.REFUSED, RequestFailure.RESET, RequestFailure.CLOSED]
)
def test_errors_that_the_engine_cannot_have_caused_fail_though_it_was_strained(
    strain: Strain, kind: RequestFailure
) -> None:
    run = load_run([0.001] * 2000, failed=range(0, 2000, 11), failure_kind=kind, strain=strain)
    verdict = objective_held(run, parse("errors<1%")[0])
    assert verdict.ruling is Ruling.FAIL
    assert "cannot have caused that" in verdict.statement


def test_statuses_fail_though_the_engine_was_strained() -> None:
    run = load_run([0.001] * 2000, failed=range(0, 2000, 11), bad_status=500, strain=STRAINED)
    assert objective_held(run, parse("errors<1%")[0]).ruling is Ruling.FAIL


@pytest.mark.parametrize(
    ("waited", "strain", "ruling"),
    [
        (10.0, STRAINED, Ruling.FAIL),
        (1.0, STRAINED, Ruling.INCONCLUSIVE),
        (10.0, SATURATED, Ruling.INCONCLUSIVE),
    ],
)
def test_time_outs_are_the_services_where_the_engine_was_late_by_far_less(
    waited: float, strain: Strain, ruling: Ruling
) -> None:
    times = [waited if n % 11 == 0 else 0.001 for n in range(2000)]
    run = load_run(times, failed=range(0, 2000, 11), strain=strain)
    assert objective_held(run, parse("errors<1%")[0]).ruling is ruling


def test_a_strained_engine_cannot_have_caused_what_took_far_longer() -> None:
    slow = [value + 0.5 for value in SMOOTH]
    assert judged("p99<50ms", slow, strain=STRAINED).ruling is Ruling.FAIL
    assert judged("mean<50ms", slow, strain=STRAINED).ruling is Ruling.FAIL
    assert judged("throughput>90/s", SMOOTH, strain=STRAINED).ruling is Ruling.PASS


@pytest.mark.parametrize("each", [5, 10, 11])
@pytest.mark.parametrize("waited", [2.0, 10.0])
def test_time_outs_that_all_end_last_are_spread_over_the_run_by_when_they_were_due(
    each: int, waited: float
) -> None:
    times = [waited if n % each == 0 else 0.002 + 0.0001 * (n % 7) for n in range(1000)]
    run = load_run(times, failed=range(0, 1000, each))
    by_end = replace(run, samples=Samples.merged([run.samples]))
    for text in ("errors<1%", "p99<50ms", "mean<50ms"):
        verdict = objective_held(by_end, parse(text)[0])
        assert verdict.ruling is Ruling.FAIL, verdict.statement


def test_no_sentence_about_a_quantile_contradicts_itself() -> None:
    """10 % without an answer: then it is not so that 99 % took 10 ms at most."""
    verdict = judged("p99<50ms", [0.01] * 1000, failed=range(0, 1000, 10))
    assert "99 %" not in verdict.statement
    assert "of 1000 requests 100 got no answer; 10.000% took 50 ms or longer" in verdict.statement
    assert verdict.findings == ()
    few = judged("p99<50ms", [0.01] * 1000, failed=range(0, 1000, 500))
    assert "99 % took 10.00 ms at most; 0.200% took 50 ms or longer or were" in few.statement
    assert "(99% interval 0." in few.statement
    [found] = few.findings
    assert found.name == "p99"
    assert found.value == pytest.approx(0.01)


@pytest.mark.parametrize("text", ["p99<50ms", "mean<50ms"])
def test_a_refusal_by_status_is_no_fast_answer(text: str) -> None:
    run = load_run([0.001] * 400, failed=range(400), bad_status=401)
    verdict = objective_held(run, parse(text)[0])
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert "400 of 400 answered 401" in verdict.statement
    run = load_run([0.001] * 400, failed=range(400), failure_kind=RequestFailure.REFUSED)
    assert "400 of 400 refused" in objective_held(run, parse(text)[0]).statement
    assert objective_held(run, parse("throughput>10/s")[0]).ruling is Ruling.FAIL


def test_times_are_of_the_good_answers_among_others() -> None:
    """40 % fast errors do not make the slow good answers pass."""
    times = [0.001 if n % 5 < 2 else 0.1 for n in range(2000)]
    failed = [n for n in range(2000) if n % 5 < 2]
    run = load_run(times, failed=failed, bad_status=500)
    assert objective_held(run, parse("p50<50ms")[0]).ruling is Ruling.FAIL
    verdict = objective_held(run, parse("mean<50ms")[0])
    assert verdict.value == pytest.approx(0.1)


@pytest.mark.parametrize("text", ["p99<50ms", "mean<50ms", "errors<1%", "throughput>10/s"])
def test_what_was_measured_is_a_field_of_its_own(text: str) -> None:
    verdict = judged(text, SMOOTH)
    assert verdict.measured
    assert verdict.statement.startswith(verdict.measured.removesuffix("."))
    assert verdict.brief == verdict.measured
