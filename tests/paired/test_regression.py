"""Each figure's promise: FAIL beyond its tolerance, PASS within, else INCONCLUSIVE."""

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


def test_an_amount_that_is_allowed_has_its_unit() -> None:
    found = judged(lambda s, n: arm(s))
    assert "allowed +256 bytes a request." in found["memory growth"].statement
    assert "allowed +0.05 a request." in found["calls to catalog"].statement
    assert "allowed +1.5%." in found["p50"].statement


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


def with_left_out(found: ArmRound, calls: int) -> ArmRound:
    return replace(found, left_out=(calls,))


def test_calls_left_out_as_unasked_do_not_let_head_pass_where_they_are_more_than_base_s() -> None:
    """One more a burst of twenty, of a kind that comes without requests, too."""

    def judged(of_head: int) -> Verdict:
        verdicts = regressions(
            comparison(
                lambda s, n: with_left_out(arm(s), of_head),
                base=lambda s, n: with_left_out(arm(s), n % 2),
            ),
            Tolerances(),
        )
        return next(v for v in verdicts if v.criterion == "calls to catalog")

    assert judged(1).ruling is Ruling.PASS  # half a call more in twenty requests
    assert judged(3).ruling is Ruling.INCONCLUSIVE
    assert "+0.125 in all" in judged(3).statement


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


def test_a_start_that_had_no_time_for_its_pairs_shows_nothing_either_way() -> None:
    """A busy machine leaves a last start a block or two.

    What two others show stands all the same, what one alone has shown does not.
    """

    def cut(found: ArmRound) -> ArmRound:
        return replace(found, durations=found.durations[:4], cpu=found.cpu[:2])

    def judged(shown: int) -> Verdict:
        seen = comparison(lambda s, n: arm(s, seconds=0.0011))
        last = seen.rounds[-1]
        rounds = [
            replace(r, generation=int(r.began * shown // len(seen.rounds))) for r in seen.rounds
        ]
        rounds.append(replace(last, base=cut(last.base), head=cut(last.head), generation=shown))
        verdicts = regressions(replace(seen, rounds=tuple(rounds)), Tolerances())
        return {verdict.criterion: verdict for verdict in verdicts}["p50"]

    assert judged(2).ruling is Ruling.FAIL
    assert judged(1).ruling is Ruling.INCONCLUSIVE
    assert "too few pairs were made with the processes of start 2" in judged(1).statement


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


@pytest.mark.parametrize(("of_base", "of_head"), [(0, 6), (6, 0)])
def test_times_of_fallbacks_are_not_compared_with_those_of_answers(
    of_base: int, of_head: int
) -> None:
    """A fallback is quick: head, which gives them, would pass; base's would make head fail."""
    verdicts = regressions(
        comparison(
            lambda s, n: replace(arm(s, seconds=0.0007), fallbacks=of_head),
            base=lambda s, n: replace(arm(s), fallbacks=of_base),
        ),
        Tolerances(),
    )
    of_time = [v for v in verdicts if v.criterion in {"p50", "p99", "capped mean", "throughput"}]
    assert {v.ruling for v in of_time} == {Ruling.INCONCLUSIVE}
    assert f"head answered {300 * of_head} of 6000 requests by a fallback" in of_time[0].statement


def test_fallbacks_of_both_alike_are_compared() -> None:
    verdicts = regressions(
        comparison(
            lambda s, n: replace(arm(s), fallbacks=s.choice((4, 5, 6))),
            base=lambda s, n: replace(arm(s), fallbacks=s.choice((4, 5, 6))),
        ),
        Tolerances(),
    )
    assert {v.ruling for v in verdicts} == {Ruling.PASS}


def test_failures_of_head_alone_fail() -> None:
    found = judged(lambda s, n: arm(s, failures=1))["failures"]
    assert found.ruling is Ruling.FAIL
    assert [(each.name, each.value > 0) for each in found.findings] == [
        ("base", False),
        ("head", True),
    ]
    assert found.value == found.findings[1].value


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
        ("mean", "expected a finite number above 0"),
        ("mean=x", "expected a finite number above 0"),
        ("mean=-1", "expected a finite number above 0"),
        ("mean=inf", "expected a finite number above 0"),
    ],
)
def test_a_bad_tolerance_is_one_clear_error(setting: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message.replace("?", r"\?")):
        Tolerances.parse((setting,))
