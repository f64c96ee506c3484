"""Rare slow requests, several modes, pauses, periodic work, and answers that are none."""

import math
import random
from dataclasses import replace

import pytest

from tests.paired.hand_made_comparisons import Head, arm, comparison
from windtunnel.criteria.regression import regressions
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.records import ArmRound


def judged(head: Head, *, rounds: int = 300) -> dict[str, Verdict]:
    """Return the verdicts by figure."""
    found = regressions(comparison(head, rounds=rounds), Tolerances())
    return {verdict.criterion: verdict for verdict in found}


def rare(
    scatter: random.Random, *, share: float, extra: float, pairs: int = 40, typical: float = 0.002
) -> ArmRound:
    """Return a round in which a share of the requests takes so many seconds more."""

    def one() -> float:
        slow = extra if scatter.random() < share else 0.0
        return typical * scatter.lognormvariate(0, 0.05) + slow

    burst = max(one() + one() for _ in range(8))
    return replace(
        arm(scatter),
        durations=tuple(one() for _ in range(pairs)),
        rate=16 / burst,
        requests=pairs + 16,
    )


@pytest.mark.parametrize(
    ("share", "extra", "rounds"),
    [
        (0.003, 0.2, 1000),
        (0.004, 1.0, 147),
        (0.01, 0.05, 147),
        (0.001, 1.0, 300),
        (0.002, 0.02, 500),
        (0.05, 0.01, 100),
    ],
)
def test_rare_slow_requests_are_not_passed_over(share: float, extra: float, rounds: int) -> None:
    """The mean is worse by 10 to 200 %, though median, p99 and the capped mean hardly move."""
    found = regressions(
        comparison(
            lambda s, n: rare(s, share=share, extra=extra),
            base=lambda s, n: rare(s, share=0.0, extra=0.0),
            rounds=rounds,
        ),
        Tolerances(),
    )
    verdicts = {verdict.criterion: verdict for verdict in found}
    assert verdicts["slow requests"].ruling is not Ruling.PASS
    if share * rounds > 1:
        assert verdicts["slow requests"].ruling is Ruling.FAIL
    for verdict in found:
        if verdict.ruling is Ruling.PASS and len(verdict.findings) == 2 and verdict.upper:
            base, head = (finding.value for finding in verdict.findings)
            tolerance = {"slow requests": 0.01, "p99": 0.25}.get(verdict.criterion, 0.05)
            assert head <= base * (1 + tolerance) + 0.01, verdict


def test_slow_requests_that_both_arms_have_pass() -> None:
    """A garbage collection in one request of two hundred."""
    pauses = comparison(
        lambda s, n: rare(s, share=0.005, extra=0.03),
        base=lambda s, n: rare(s, share=0.005, extra=0.03),
        rounds=300,
    )
    rulings = {v.criterion: v.ruling for v in regressions(pauses, Tolerances())}
    assert Ruling.FAIL not in rulings.values()
    assert rulings["slow requests"] is Ruling.PASS
    assert rulings["capped mean"] is Ruling.PASS


def test_modes_that_shift_are_found_in_the_median() -> None:
    """60 % of base's requests are hits of a cache, 45 % of head's: the median moves to the miss."""

    def two(scatter: random.Random, hits: float) -> ArmRound:
        seconds = tuple(
            (0.001 if scatter.random() < hits else 0.01) * scatter.lognormvariate(0, 0.05)
            for _ in range(40)
        )
        return replace(arm(scatter), durations=seconds)

    shifted = comparison(lambda s, n: two(s, 0.45), base=lambda s, n: two(s, 0.6), rounds=150)
    rulings = {v.criterion: v.ruling for v in regressions(shifted, Tolerances())}
    assert rulings["p50"] is Ruling.FAIL
    assert rulings["capped mean"] is Ruling.FAIL


def test_periodic_cpu_work_does_not_hide_in_few_readings() -> None:
    """Each 20th reading of head takes ten times as much: +45 % in all, and the rest is alike."""

    def burdened(scatter: random.Random, every: int) -> ArmRound:
        cpu = tuple(
            0.001 * (10 if every and scatter.random() < 1 / every else 1) for _ in range(10)
        )
        return replace(arm(scatter), cpu=cpu)

    found = comparison(lambda s, n: burdened(s, 20), base=lambda s, n: burdened(s, 0))
    [verdict] = [v for v in regressions(found, Tolerances()) if v.criterion == "CPU a request"]
    assert verdict.ruling is not Ruling.PASS


def answering(status: str, share: float = 1.0) -> Head:
    """Return an arm of which a share of the answers is of that status."""

    def made(scatter: random.Random, number: int) -> ArmRound:
        usual = arm(scatter)
        bad = round(share * usual.requests)
        timed = tuple(math.nan if scatter.random() < share else d for d in usual.durations)
        rate = math.nan if bad else usual.rate
        return replace(usual, durations=timed, failures=bad, rate=rate, bad=((status, bad),))

    return made


@pytest.mark.parametrize("outcome", ["answered 401", "answered 404", "refused"])
def test_arms_that_both_give_no_good_answer_are_not_compared(outcome: str) -> None:
    seen = comparison(answering(outcome), base=answering(outcome), rounds=20)
    verdicts = regressions(seen, Tolerances())
    rulings = {v.criterion: v.ruling for v in verdicts}
    del rulings["memory"]
    assert set(rulings.values()) == {Ruling.INCONCLUSIVE}
    assert f"base: 400 of 400 {outcome}; head: 400 of 400 {outcome}" in verdicts[0].statement


def test_a_base_that_gives_no_good_answer_fails_nothing() -> None:
    seen = comparison(lambda s, n: arm(s, seconds=0.1), base=answering("refused"), rounds=40)
    verdicts = regressions(seen, Tolerances())
    assert Ruling.FAIL not in {v.ruling for v in verdicts}
    assert "base: 800 of 800 refused" in verdicts[0].statement
    [failures] = [v for v in verdicts if v.criterion == "failures"]
    assert failures.ruling is Ruling.INCONCLUSIVE


def test_a_head_that_gives_no_good_answer_fails_by_that_alone() -> None:
    seen = comparison(answering("answered 500"), rounds=40)
    rulings = {v.criterion: v.ruling for v in regressions(seen, Tolerances())}
    failing = {criterion for criterion, ruling in rulings.items() if ruling is Ruling.FAIL}
    assert failing == {"failures"}
    assert rulings["p50"] is Ruling.INCONCLUSIVE


def test_times_are_of_the_good_answers_among_bad_ones() -> None:
    """A tenth of head's answers are errors: its good ones are as fast as base's."""
    seen = comparison(answering("answered 500", 0.1))
    rulings = {v.criterion: v.ruling for v in regressions(seen, Tolerances())}
    assert rulings["p50"] is Ruling.PASS
    assert rulings["failures"] is Ruling.FAIL


def test_what_could_not_be_read_in_some_rounds_says_so() -> None:
    seen = judged(lambda s, n: replace(arm(s), cpu=()) if n % 3 == 0 else arm(s))
    assert seen["CPU a request"].ruling is Ruling.INCONCLUSIVE
    assert "in 100 of 300 rounds" in seen["CPU a request"].statement


def test_an_endpoint_that_was_never_measured_is_open() -> None:
    seen = replace(comparison(lambda s, n: arm(s), rounds=40), endpoints=("/api/agents", "/other"))
    [other] = [v for v in regressions(seen, Tolerances()) if v.subject == "/other"]
    assert other.ruling is Ruling.INCONCLUSIVE
    assert "never measured" in other.statement
