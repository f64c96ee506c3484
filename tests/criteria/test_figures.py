"""The criteria on figures rule by an interval: noise is never a failure, silence never a pass."""

import random
from dataclasses import replace

import pytest

from tests.criteria.recorded import evidence, exchange, responses, run
from windtunnel.criteria import Ruling, error_rate, intervals, mean_response, pooling_gain
from windtunnel.criteria.verdict import Verdict
from windtunnel.errors import InconclusiveVerdict
from windtunnel.records import Connection, Pairs, Response, Run


def with_errors(total: int, errors: int) -> Run:
    answers = list(responses(total))
    for place in range(errors):
        answers[place] = replace(answers[place], status=500)
    return run(answers, evidence())


@pytest.mark.parametrize(
    ("total", "errors", "ruling"),
    [
        (104, 0, Ruling.PASS),
        (103, 0, Ruling.INCONCLUSIVE),
        (400, 24, Ruling.INCONCLUSIVE),
        (8000, 480, Ruling.FAIL),
        (8000, 320, Ruling.PASS),
        (100, 100, Ruling.FAIL),
        (1, 1, Ruling.INCONCLUSIVE),
    ],
)
def test_error_rate_rules_by_its_interval(total: int, errors: int, ruling: Ruling) -> None:
    verdict = error_rate(with_errors(total, errors), "/api/agents")
    assert verdict.ruling is ruling
    assert bool(verdict.needs) == (ruling is Ruling.INCONCLUSIVE)


def test_error_rate_counts_missing_answers() -> None:
    silent = run(responses(400, status=None), evidence())
    assert error_rate(silent, "/api/agents").ruling is Ruling.FAIL


def test_error_rate_of_an_endpoint_that_was_never_asked_is_inconclusive() -> None:
    verdict = error_rate(with_errors(400, 0), "/api/other")
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert "no request was made" in verdict.statement


def test_error_rate_says_how_many_requests_it_needs() -> None:
    verdict = error_rate(with_errors(400, 24), "/api/agents")
    needed = int(verdict.needs.split()[1])
    assert (
        error_rate(with_errors(needed, round(needed * 0.06)), "/api/agents").ruling is Ruling.FAIL
    )


def test_the_exact_interval_has_its_published_values() -> None:
    """Newcombe 1998 (doi:10.1002/(SICI)1097-0258(19980430)17:8<857), table I: 81 of 263, 95 %."""
    found = intervals.proportion(81, 263, 0.95)
    assert (round(found.lower, 4), round(found.upper, 4)) == (0.2527, 0.3676)
    found = intervals.proportion(0, 20, 0.95)
    assert (round(found.lower, 4), round(found.upper, 4)) == (0.0, 0.1684)


@pytest.mark.parametrize("limit", [0.5, 0.05, 0.01, 0.001])
def test_as_few_trials_as_may_put_none_below_a_limit(limit: float) -> None:
    trials = intervals.trials_for_none(limit)
    assert intervals.proportion(0, trials).upper < limit
    assert intervals.proportion(0, trials - 1).upper >= limit


def test_ninety_nine_percent_intervals_of_a_mean_hold_it_about_so_often() -> None:
    chance = random.Random(7)  # noqa: S311 - a replayable draw
    held = 0
    for _ in range(400):
        found = intervals.mean([chance.expovariate(1.0) for _ in range(400)])
        assert found is not None
        held += found.lower <= 1.0 <= found.upper
    assert 385 <= held <= 400


def timed(durations: list[float]) -> tuple[Response, ...]:
    return tuple(
        replace(response, ended=response.started + seconds)
        for response, seconds in zip(responses(len(durations)), durations, strict=True)
    )


def test_mean_response_passes_below_and_fails_above_the_limit() -> None:
    chance = random.Random(7)  # noqa: S311 - a replayable draw
    quick = run(timed([chance.uniform(0.01, 0.03) for _ in range(400)]), evidence())
    slow = run(timed([chance.uniform(0.06, 0.08) for _ in range(400)]), evidence())
    assert mean_response(quick).ruling is Ruling.PASS
    assert mean_response(slow).ruling is Ruling.FAIL


def test_mean_response_near_the_limit_is_inconclusive() -> None:
    chance = random.Random(7)  # noqa: S311 - a replayable draw
    near = run(timed([chance.uniform(0.0, 0.1) for _ in range(100)]), evidence())
    assert mean_response(near).ruling is Ruling.INCONCLUSIVE


def test_mean_response_of_too_few_answers_is_inconclusive_and_covers_only_what_answered() -> None:
    few = run((*responses(10), *responses(9, endpoint="/dead", status=None)), evidence())
    verdict = mean_response(few)
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert verdict.covers == ("/api/agents",)


def pairs(on: float, off: float, *, opened: bool = True, count: int = 400) -> Pairs:
    """Pairs with these mean seconds; where `opened`, each request of B opens a connection."""
    chance = random.Random(7)  # noqa: S311 - a replayable draw
    first = timed([on * chance.uniform(0.8, 1.2) for _ in range(count)])
    second = tuple(
        replace(each, started=each.started + 500, ended=each.ended + 500)
        for each in timed([off * chance.uniform(0.8, 1.2) for _ in range(count)])
    )
    connections = [
        Connection(dependency="catalog", number=number, opened=each.started)
        for number, each in enumerate(second, 1)
        if opened
    ]
    calls = [exchange(each.started + 1e-4, seconds=1e-4) for each in (*first, *second)]
    own = run(first, evidence(*calls, connections=connections))
    return Pairs(a=own, b=replace(own, responses=second))


def test_pooling_gain_passes_above_and_fails_below_its_limit() -> None:
    assert pooling_gain(pairs(0.002, 0.004), "catalog").ruling is Ruling.PASS
    assert pooling_gain(pairs(0.003, 0.004), "catalog").ruling is Ruling.FAIL


@pytest.mark.parametrize(("name", "named"), [("", "loopback"), ("zone", "zone")])
def test_a_pooling_gain_is_named_with_the_network_that_it_was_measured_on(
    name: str, named: str
) -> None:
    measured = pairs(0.002, 0.004)
    over = replace(measured, a=replace(measured.a, profile_name=name))
    assert pooling_gain(over, "catalog").subject == f"catalog, {named}"


def test_pooling_gain_at_its_limit_or_from_few_pairs_is_inconclusive() -> None:
    assert pooling_gain(pairs(0.0024, 0.004), "catalog").ruling is Ruling.INCONCLUSIVE
    assert pooling_gain(pairs(0.002, 0.004, count=10), "catalog").ruling is Ruling.INCONCLUSIVE


def test_a_gain_without_fewer_connections_is_not_credited_to_pooling() -> None:
    verdict = pooling_gain(pairs(0.002, 0.004, opened=False), "catalog")
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert "another cause" in verdict.needs


def test_a_gain_is_not_confirmed_by_a_tap_that_discarded_records() -> None:
    good = pairs(0.002, 0.004)
    partial = tuple(replace(each, dropped=7) for each in good.a.evidence)
    verdict = pooling_gain(replace(good, a=replace(good.a, evidence=partial)), "catalog")
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert "7 records were discarded by the tap" in verdict.needs


@pytest.mark.parametrize("arm", ["a", "b"])
@pytest.mark.parametrize("call", [None, "503", ""])
def test_pairs_of_which_one_answer_rests_on_no_good_call_are_inconclusive(
    arm: str, call: str | None
) -> None:
    """A fallback without a mark is quick, whatever becomes of connections."""
    good = pairs(0.002, 0.004)
    began = (good.a if arm == "a" else good.b).responses[7].started
    (seen,) = good.a.evidence
    others = [each for each in seen.exchanges if not began <= each.started < began + 0.001]
    own = [] if call is None else [exchange(began + 1e-4, seconds=1e-4, status=call)]
    changed = (replace(seen, exchanges=(*others, *own)),)
    verdict = pooling_gain(
        Pairs(a=replace(good.a, evidence=changed), b=replace(good.b, evidence=changed)), "catalog"
    )
    assert len(others) == len(seen.exchanges) - 1
    assert verdict.ruling is Ruling.INCONCLUSIVE
    with_reuse, without = (1, 0) if arm == "a" else (0, 1)
    assert f"{with_reuse} of 400 answers with reuse and {without} of 400" in verdict.statement


def test_a_call_that_is_tried_again_is_a_good_one() -> None:
    good = pairs(0.002, 0.004)
    (seen,) = good.a.evidence
    began = good.a.responses[7].started
    failed = exchange(began + 5e-5, seconds=1e-5, status="503")
    changed = (replace(seen, exchanges=(*seen.exchanges, failed)),)
    verdict = pooling_gain(replace(good, a=replace(good.a, evidence=changed)), "catalog")
    assert verdict.ruling is Ruling.PASS


def test_pairs_with_failures_are_inconclusive() -> None:
    good = pairs(0.002, 0.004)
    answers = (replace(good.a.responses[0], status=500), *good.a.responses[1:])
    verdict = pooling_gain(Pairs(a=replace(good.a, responses=answers), b=good.b), "catalog")
    assert verdict.ruling is Ruling.INCONCLUSIVE


def test_an_inconclusive_verdict_cannot_be_taken_for_true_or_false() -> None:
    verdict = Verdict(criterion="c", subject="s", ruling=Ruling.INCONCLUSIVE, statement="?")
    with pytest.raises(InconclusiveVerdict):
        bool(verdict)
