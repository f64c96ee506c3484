"""Each figure's promise: FAIL beyond its tolerance, PASS within, else INCONCLUSIVE."""

import math
import random
from dataclasses import replace

import pytest

from tests.paired.hand_made_comparisons import Head, arm, comparison
from windtunnel.criteria.regression import figures, regressions
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.errors import ConfigurationError
from windtunnel.records import ArmRound

FIGURES = {
    "capped mean",
    "slow requests",
    "p50",
    "p99",
    "throughput",
    "CPU a request",
    "memory growth",
    "calls to catalog",
    "memory",
}


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


def blind(arm: ArmRound) -> ArmRound:
    """Return an arm whose processes and calls could not be seen."""
    return replace(arm, cpu=(), resident=None, calls=())


def judged(head: Head, *, rounds: int = 300) -> dict[str, Verdict]:
    """Return the verdicts by figure."""
    found = regressions(comparison(head, rounds=rounds), Tolerances())
    return {verdict.criterion: verdict for verdict in found}


def test_equal_arms_pass_every_figure() -> None:
    verdicts = judged(lambda scatter, n: arm(scatter))
    assert set(verdicts) == FIGURES
    assert {verdict.ruling for verdict in verdicts.values()} == {Ruling.PASS}


@pytest.mark.parametrize(
    ("head", "failing"),
    [
        (lambda s, n: arm(s, seconds=0.00105), {"capped mean", "p50"}),
        (lambda s, n: arm(s, seconds=0.0014), {"capped mean", "p50", "p99"}),
        (lambda s, n: arm(s, rate=900.0), {"throughput"}),
        (lambda s, n: arm(s, cpu=0.00084), {"CPU a request"}),
        (lambda s, n: arm(s, grown=20 * 1000), {"memory growth"}),
        (lambda s, n: arm(s, resident=60_000_000), {"memory"}),
        (lambda s, n: arm(s, calls=2), {"calls to catalog"}),
    ],
)
def test_a_regression_fails_the_figure_that_it_is_in_and_no_other(
    head: Head, failing: set[str]
) -> None:
    verdicts = judged(head)
    assert {n for n, v in verdicts.items() if v.ruling is Ruling.FAIL} == failing
    assert {n for n, v in verdicts.items() if v.ruling is Ruling.PASS} == FIGURES - failing


def test_an_improvement_passes() -> None:
    verdicts = judged(lambda s, n: arm(s, seconds=0.0008, rate=1300.0, cpu=0.0005, calls=0))
    assert {verdict.ruling for verdict in verdicts.values()} == {Ruling.PASS}
    assert verdicts["throughput"].value == pytest.approx(0.3, abs=0.02)


def test_a_difference_at_the_tolerance_is_inconclusive() -> None:
    found = judged(lambda s, n: arm(s, seconds=0.001015))["capped mean"]
    assert found.ruling is Ruling.INCONCLUSIVE
    assert found.needs


def test_too_few_pairs_are_inconclusive_and_say_so() -> None:
    verdicts = judged(lambda scatter, n: arm(scatter), rounds=5)
    assert verdicts["capped mean"].ruling is Ruling.INCONCLUSIVE
    assert "50 pairs" in verdicts["capped mean"].statement


def test_calls_of_which_some_were_not_recorded_are_inconclusive() -> None:
    found = judged(lambda s, n: replace(arm(s), calls=(None,)) if n == 7 else arm(s, calls=2))
    assert found["calls to catalog"].ruling is Ruling.INCONCLUSIVE
    assert "in 1 of 300 rounds" in found["calls to catalog"].statement
    assert found["calls to catalog"].needs == "complete evidence"
    assert found["capped mean"].ruling is Ruling.PASS


def test_what_has_no_value_yet_names_none() -> None:
    """A report holds numbers only: growth is read over five rounds."""
    assert judged(lambda scatter, n: arm(scatter), rounds=4)["memory growth"].findings == ()


def test_pairs_that_contradict_each_other_are_inconclusive() -> None:
    """Slower in the first half only: whatever it is, it is not the code."""
    found = judged(lambda s, n: arm(s, seconds=0.0012 if n < 150 else 0.001))["capped mean"]
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "contradict each other" in found.statement


def in_generations(effects: tuple[float, ...]) -> Verdict:
    """Return the verdict on the mean where each start's processes differ by another factor."""
    of = 300 // len(effects)
    seen = comparison(lambda s, n: arm(s, seconds=0.001 * effects[n // of]), rounds=300)
    numbered = tuple(replace(b, generation=n // of) for n, b in enumerate(seen.rounds))
    verdicts = regressions(replace(seen, rounds=numbered), Tolerances())
    return {verdict.criterion: verdict for verdict in verdicts}["capped mean"]


def test_a_regression_that_every_start_shows_fails() -> None:
    assert in_generations((1.05, 1.06, 1.055)).ruling is Ruling.FAIL


def test_what_only_some_processes_show_is_not_the_codes() -> None:
    """Two processes of the same code may differ by several per cent as long as they live."""
    found = in_generations((1.09, 1.01, 1.08))
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "with the processes of start 2" in found.statement or "contradict" in found.statement


def test_of_five_starts_one_may_not_show_what_the_others_do() -> None:
    assert in_generations((1.05, 1.06, 1.055, 1.01, 1.05)).ruling is Ruling.FAIL


def test_of_five_starts_two_may_not() -> None:
    found = in_generations((1.09, 1.01, 1.08, 1.01, 1.09))
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "with the processes of start 2" in found.statement


def test_growth_in_rare_steps_does_not_pass() -> None:
    """Allocators take memory in large pieces: the typical batch then shows no growth at all."""
    found = judged(lambda s, n: arm(s, grown=20_000_000 if n % 400 == 7 else 0), rounds=1600)[
        "memory growth"
    ]
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "in few steps" in found.statement


def test_a_regression_that_only_grows_still_fails() -> None:
    found = judged(lambda s, n: arm(s, seconds=0.0012 if n < 150 else 0.0014))["capped mean"]
    assert found.ruling is Ruling.FAIL


def test_drift_that_strikes_both_arms_passes() -> None:
    drifting = comparison(
        lambda s, n: arm(s, seconds=0.001 * (1 + n / 300)),
        base=lambda s, n: arm(s, seconds=0.001 * (1 + n / 300)),
    )
    found = {v.criterion: v.ruling for v in regressions(drifting, Tolerances())}
    assert found["p50"] is Ruling.PASS
    assert Ruling.FAIL not in found.values()


def test_failures_of_head_alone_fail() -> None:
    found = judged(lambda s, n: arm(s, failures=1))["failures"]
    assert found.ruling is Ruling.FAIL


def test_failures_of_both_alike_do_not_fail() -> None:
    alike = comparison(lambda s, n: arm(s, failures=1), base=lambda s, n: arm(s, failures=1))
    found = {v.criterion: v for v in regressions(alike, Tolerances())}["failures"]
    assert found.ruling is not Ruling.FAIL


def test_figures_that_cannot_be_read_are_not_judged() -> None:
    """A service that runs elsewhere has times, and nothing else."""
    seen = comparison(lambda scatter, n: arm(scatter))
    rounds = tuple(
        replace(round_, base=blind(round_.base), head=blind(round_.head)) for round_ in seen.rounds
    )
    found = regressions(replace(seen, dependencies=(), rounds=rounds), Tolerances())
    assert {verdict.criterion for verdict in found} == {
        "capped mean",
        "slow requests",
        "p50",
        "p99",
        "throughput",
    }


def test_every_figure_has_its_share_of_the_error() -> None:
    assert figures(comparison(lambda scatter, n: arm(scatter), rounds=0)) == 13


def test_tolerances_are_parsed() -> None:
    assert Tolerances.parse(("p99=0.5", "calls=1")) == Tolerances(p99=0.5, calls=1.0)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("p98=0.1", "no such figure; did you mean 'p99'?"),
        ("mean", "expected a number above 0"),
        ("mean=x", "expected a number above 0"),
        ("mean=-1", "expected a number above 0"),
        ("mean=inf", "expected a number above 0"),
    ],
)
def test_a_bad_tolerance_is_one_clear_error(setting: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message.replace("?", r"\?")):
        Tolerances.parse((setting,))


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
