"""Each criterion judges an open loop as it does a closed one: each passes, and fails a flaw."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from tests.load.offered_service import CONFIGURATION, SERVICE
from windtunnel import (
    LoadRun,
    Outage,
    Ruling,
    Verdict,
    all_answered,
    breaker_closes,
    breaker_opens,
    calls_per_request,
    error_rate,
    fails_cleanly,
    fallbacks_served,
    mean_response,
    opens_no_connection,
    touches_nothing,
)
from windtunnel.errors import NotTestable
from windtunnel.session import Session
from windtunnel.stack import Stack

Offer = Callable[[str], LoadRun]
LOOKS = 4
"""How often is tried what a crowded machine leaves open."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("service")
    (folder / "service.py").write_text(SERVICE)
    (folder / "windtunnel.toml").write_text(CONFIGURATION)
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    try:
        stack = session.stack("test", {}, lambda verdict: None)
        yield stack
        stack.close()
    finally:
        session.close()


def healthy(stack: Stack, flaw: str) -> LoadRun:
    with stack.target(FLAW=flaw) as target:
        target.drive("/price", 1)
        return target.offer(60, duration=1.0, requests=["/price"])


def without_prices(stack: Stack, flaw: str, path: str = "/price") -> LoadRun:
    with stack.target(FLAW=flaw) as target:
        target.drive("/price", 1)
        with stack.inject(Outage("prices")):
            return target.offer(60, duration=1.0, requests=[path], poisson=False)


def without_an_excuse(run: LoadRun, flaw: str) -> LoadRun:
    """Return the run of a flaw as one on a machine of which nothing is known."""
    return replace(run, machine=None) if flaw else run


def decided(judged: Callable[[], Verdict]) -> Ruling:
    """Return how it is ruled, as soon as that is not left open."""
    verdicts = [judged()]
    while verdicts[-1].ruling is Ruling.INCONCLUSIVE and len(verdicts) < LOOKS:
        verdicts.append(judged())
    return verdicts[-1].ruling


def rulings(judged: Callable[[str], Verdict], flaw: str) -> list[Ruling]:
    return [decided(partial(judged, each)) for each in ("", flaw)]


PASS_THEN_FAIL = [Ruling.PASS, Ruling.FAIL]


@pytest.mark.slow
@pytest.mark.busy
def test_the_breaker(stack: Stack) -> None:
    def judged(flaw: str) -> Verdict:
        return breaker_opens(without_prices(stack, flaw), "prices", within=3)

    assert rulings(judged, "no breaker") == PASS_THEN_FAIL


@pytest.mark.slow
@pytest.mark.busy
def test_calls_per_request(stack: Stack) -> None:
    def judged(flaw: str) -> Verdict:
        return calls_per_request(healthy(stack, flaw), "prices", at_most=1)

    assert rulings(judged, "twice") == PASS_THEN_FAIL


@pytest.mark.slow
@pytest.mark.busy
def test_who_cannot_be_served_is_told_so(stack: Stack) -> None:
    def judged(flaw: str) -> Verdict:
        return fails_cleanly(without_prices(stack, flaw), within=2, header="Retry-After")

    assert rulings(judged, "unclean") == PASS_THEN_FAIL
    run = without_prices(stack, "")
    found = fails_cleanly(run, within=30, header="X-Reason")
    assert (found.ruling, found.value) == (Ruling.FAIL, float(len(run.responses)))


@pytest.mark.slow
def test_all_are_answered(stack: Stack) -> None:
    def judged(flaw: str) -> Verdict:
        run = without_an_excuse(without_prices(stack, flaw), flaw)
        return all_answered(run, within=1.5, errors_allowed=True)

    assert rulings(judged, "hang") == PASS_THEN_FAIL


@pytest.mark.slow
@pytest.mark.busy
def test_the_share_of_errors(stack: Stack) -> None:
    def judged(flaw: str) -> Verdict:
        return error_rate(healthy(stack, flaw), "/price", below=0.2)

    assert rulings(judged, "errors") == PASS_THEN_FAIL


@pytest.mark.slow
def test_the_mean_response(stack: Stack) -> None:
    def judged(flaw: str) -> Verdict:
        return mean_response(without_an_excuse(healthy(stack, flaw), flaw), below=0.15)

    assert rulings(judged, "slow") == PASS_THEN_FAIL


@pytest.mark.slow
@pytest.mark.busy
def test_fallbacks(stack: Stack) -> None:
    def judged(flaw: str) -> Verdict:
        return fallbacks_served(without_prices(stack, flaw, "/cached"), "prices")

    assert rulings(judged, "no fallback") == PASS_THEN_FAIL


def test_what_needs_requests_one_after_another_says_so(stack: Stack) -> None:
    with pytest.raises(NotTestable, match="nobody knows whose call is whose") as raised:
        breaker_closes(healthy(stack, ""), "prices")
    assert "drive" in raised.value.needs


def test_calls_and_connections_of_the_wire(stack: Stack) -> None:
    control = healthy(stack, "")
    assert opens_no_connection(control, "prices").ruling is Ruling.FAIL
    assert touches_nothing(control, control).ruling is Ruling.FAIL
    idle = stack.offer(60, duration=0.5, requests=["/healthz"])
    assert touches_nothing(idle, control).ruling is Ruling.PASS


@pytest.mark.slow
@pytest.mark.busy
def test_a_run_has_what_criteria_read(stack: Stack) -> None:
    run = without_prices(stack, "", "/cached")
    assert [each.number for each in run.responses] == list(range(1, len(run.samples) + 1))
    assert {each.fallback for each in run.responses} == {"prices"}
    assert [each.due for each in run.responses] == sorted(run.samples.intended)
    assert run.responses[0].headers == {}
    failed = without_prices(stack, "").responses[-1]
    assert (failed.status, failed.headers["retry-after"]) == (503, "1")
    assert run.at("prices").attempts
    assert run.backend == "embedded"
    assert run.faults[0].kind == "Outage"
    assert run.notes == ("FLAW=",)
    assert [each.pace for each in run.earlier] == ["one at a time"]
