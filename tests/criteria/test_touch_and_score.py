"""Vacuity, isolation and the score: untested is zero, and untouched is no test."""

from dataclasses import replace

from tests.criteria.recorded import evidence, exchange, refused, responses, run
from windtunnel import Category, Ruling, Verdict, fault_touched, touches_nothing
from windtunnel.criteria.score import score
from windtunnel.records import Certainty, FaultWindow, Refusals

WINDOW = FaultWindow(fault="Outage('catalog')", dependency="catalog", began=1.0, ended=2.0)


def test_a_call_in_the_window_or_across_its_beginning_is_touched() -> None:
    assert fault_touched(WINDOW, evidence(exchange(1.5)))
    assert fault_touched(WINDOW, evidence(exchange(0.9, seconds=0.2)))
    assert fault_touched(WINDOW, evidence(refusals=[refused([1.2])]))


def test_calls_before_and_after_the_window_do_not_count() -> None:
    outside = evidence(exchange(0.5), exchange(2.5))
    assert fault_touched(WINDOW, outside).ruling is Ruling.FAIL


def test_cut_connections_are_touched_even_where_attempts_cannot_be_seen() -> None:
    blind = Refusals(dependency="catalog", since=1.0, until=2.0, certainty=Certainty.NONE, cut=0)
    assert fault_touched(WINDOW, evidence(refusals=[blind])).ruling is Ruling.INCONCLUSIVE
    assert fault_touched(WINDOW, evidence(refusals=[replace(blind, cut=2)]))
    later = replace(blind, since=1.5, certainty=Certainty.PACKETS, cut=2)
    assert fault_touched(WINDOW, evidence(refusals=[later])).value == 2
    outside = replace(later, since=2.5, until=3.0)
    assert fault_touched(WINDOW, evidence(refusals=[outside])).ruling is Ruling.FAIL


def test_an_endpoint_that_calls_nothing_passes_beside_a_control_that_does() -> None:
    control = run(responses(5), evidence(exchange(0.001)))
    assert touches_nothing(run(responses(5), evidence()), control)
    reaching = run(responses(5), evidence(exchange(0.001)))
    assert touches_nothing(reaching, control).ruling is Ruling.FAIL


def test_without_a_control_silence_is_no_pass() -> None:
    silent = run(responses(5), evidence())
    assert touches_nothing(silent, silent).ruling is Ruling.INCONCLUSIVE


def test_where_every_tap_is_anothers_silence_is_no_pass() -> None:
    (control,) = run(responses(5), evidence(exchange(0.001))).evidence
    others = replace(control, dependency="catalog@worker", exchanges=())
    silent = replace(run(responses(5), evidence()), evidence=(others,))
    found = touches_nothing(silent, silent)
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "no tap" in found.needs
    assert touches_nothing(replace(silent, evidence=()), silent).ruling is Ruling.INCONCLUSIVE
    # A tap of which the control run knows nothing proves nothing.
    known = replace(silent, evidence=(control,))
    further = replace(control, dependency="further", exchanges=())
    quiet = replace(control, exchanges=())
    assert touches_nothing(replace(silent, evidence=(quiet,)), known)
    both = replace(silent, evidence=(quiet, further))
    assert touches_nothing(both, known).ruling is Ruling.INCONCLUSIVE


def test_calls_that_another_program_may_have_asked_for_fail_no_endpoint() -> None:
    reaching = run(responses(5), evidence(exchange(0.001)))
    assert touches_nothing(reaching, reaching).ruling is Ruling.FAIL
    asked = replace(reaching.evidence[0], dependency="target@worker")
    shared = replace(reaching, evidence=(*reaching.evidence, asked))
    found = touches_nothing(shared, reaching)
    assert found.ruling is Ruling.INCONCLUSIVE
    assert "no other program asks target" in found.needs


def verdict(category: Category, covers: str, ruling: Ruling = Ruling.PASS) -> Verdict:
    return Verdict(
        criterion="breaker opens within 3 failures",
        criterion_id="breaker_opens",
        subject=covers,
        ruling=ruling,
        statement="",
        category=category,
        covers=(covers,),
    )


def test_the_score_is_zero_where_nothing_was_tested_and_a_hundred_where_all_passed() -> None:
    assert score([], ["/a", "/b"], ["db"]).points == 0
    passed = [
        *(verdict(category, path) for category in list(Category)[:2] for path in ("/a", "/b")),
        *(verdict(category, "db") for category in list(Category)[2:4]),
    ]
    assert score(passed, ["/a", "/b"], ["db"]).points == 100


def test_an_endpoint_left_out_costs_its_share() -> None:
    found = score([verdict(Category.SUCCESS_RATE, "/a")], ["/a", "/b"], ["db"])
    assert found.of(Category.SUCCESS_RATE) == 15


def test_one_failure_or_doubt_costs_the_share_that_it_covers() -> None:
    for ruling in (Ruling.FAIL, Ruling.INCONCLUSIVE):
        both = [
            verdict(Category.POOLING, "db"),
            verdict(Category.POOLING, "db", ruling),
            verdict(Category.POOLING, "cache"),
        ]
        assert score(both, ["/a"], ["db", "cache"]).of(Category.POOLING) == 10


def test_breaker_points_need_the_opening_itself() -> None:
    served = replace(verdict(Category.BREAKERS, "db"), criterion_id="fallbacks_served")
    assert score([served], ["/a"], ["db"]).points == 0
