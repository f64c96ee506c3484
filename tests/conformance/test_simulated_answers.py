"""In simulated time, too, the sound breaker fails nothing, and each flaw what names it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.conformance.simulated_stand import SimulatedStand
from tests.conformance.test_known_answers import CLAIMS, KINDS, MUTANTS, WHOLE
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.conformance_report import PropertyResult
from windtunnel.conformance.properties import PROPERTIES
from windtunnel.conformance.subject import UNSEEN, Subject
from windtunnel.conformance.survey import survey
from windtunnel.conformance.time_bounds import TimeBounds
from windtunnel.criteria import Ruling

SUBJECT = Subject(
    dependency="first",
    endpoint="/first",
    claims=CLAIMS,
    deadline=60.0,
    observed=replace(UNSEEN, failures=3, recovery=TimeBounds(0.4, 0.4), timeout=0.8),
)
STEPS_CLOCK = "wall-clock-plays-no-part"
NOT_CLAIMED = {"counts-as-claimed"}
"""What these claims leave untested."""
TRIED = [each.name for each in PROPERTIES if each.name != STEPS_CLOCK]


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedStand]:
    simulated = SimulatedStand(monkeypatch)
    with closing(simulated.loop):
        yield simulated


def shown(result: PropertyResult) -> str:
    return (
        f"{result.title}: {result.verdict.ruling} {result.verdict.statement} {result.verdict.needs}"
    )


@pytest.mark.parametrize("name", TRIED)
def test_the_sound_breaker_keeps_every_promise(stand: SimulatedStand, name: str) -> None:
    found = stand.try_property("services.with_target", name, SUBJECT)
    expected = Ruling.INCONCLUSIVE if name in NOT_CLAIMED else Ruling.PASS
    assert found.verdict.ruling is expected, shown(found)


@pytest.mark.parametrize(
    ("flaw", "name"),
    [(flaw, name) for flaw in sorted(MUTANTS) for name in sorted(MUTANTS[flaw] - {STEPS_CLOCK})],
)
def test_a_flaw_fails_the_property_that_names_it(
    stand: SimulatedStand, flaw: str, name: str
) -> None:
    kind = KINDS.get(flaw, "reset")
    found = stand.try_property(f"mutants.{flaw}", name, SUBJECT, failure=kind)
    assert found.verdict.ruling is Ruling.FAIL, shown(found)


@pytest.mark.parametrize("flaw", sorted(set(WHOLE) - {"wall_clock"}))
def test_a_flaw_fails_no_other_property(stand: SimulatedStand, flaw: str) -> None:
    module = f"mutants.{flaw}"
    with stand.experiment(module, SUBJECT) as experiment:
        known = replace(SUBJECT, observed=survey(experiment, measure=True))
    found = [stand.try_property(module, name, known) for name in TRIED]
    failed = {each.name for each in found if each.verdict.ruling is Ruling.FAIL}
    assert failed == MUTANTS[flaw], "\n".join(map(shown, found))


@pytest.mark.parametrize("failure", ["http-500", "http-503", "timeout"])
@pytest.mark.parametrize("name", [each.name for each in PROPERTIES if each.each_failure])
def test_the_sound_breaker_keeps_its_promises_whatever_fails(
    stand: SimulatedStand, name: str, failure: str
) -> None:
    found = stand.try_property("services.with_target", name, SUBJECT, failure=failure)
    assert found.verdict.ruling is Ruling.PASS, shown(found)


@pytest.mark.parametrize("name", TRIED)
def test_without_a_claim_the_sound_breaker_fails_nothing(stand: SimulatedStand, name: str) -> None:
    found = stand.try_property("services.with_target", name, replace(SUBJECT, claims=Claims()))
    assert found.verdict.ruling is not Ruling.FAIL, shown(found)


@pytest.mark.parametrize(
    ("module", "ruling"),
    [
        ("services.with_target", Ruling.PASS),
        ("mutants.prolonged_by_late_failures", Ruling.FAIL),
    ],
)
def test_late_failures_do_not_prolong_an_open_time_that_outlasts_them(
    stand: SimulatedStand, module: str, ruling: Ruling
) -> None:
    subject = replace(
        SUBJECT,
        claims=replace(CLAIMS, recovery=1.0),
        observed=replace(SUBJECT.observed, recovery=TimeBounds(1.0, 1.0), timeout=0.4),
    )
    settings = {"RECOVERY": 1.0, "CALL_TIMEOUT": 0.4}
    found = stand.try_property(module, "late-failures-are-void", subject, settings=settings)
    assert found.verdict.ruling is ruling, shown(found)


@pytest.mark.parametrize(("recovery", "timeout"), [(0.4, 0.8), (3.0, 0.3)])
def test_what_is_not_claimed_is_measured(
    stand: SimulatedStand, recovery: float, timeout: float
) -> None:
    unknown = replace(SUBJECT, claims=Claims(), observed=UNSEEN)
    settings = {"RECOVERY": recovery, "CALL_TIMEOUT": timeout}
    with stand.experiment("services.with_target", unknown, settings) as experiment:
        found = survey(experiment, measure=True)
    assert found.failures == 3
    assert found.recovery is not None
    assert found.recovery.least <= recovery <= found.recovery.most <= recovery * 1.1
    assert found.timeout == pytest.approx(timeout, rel=0.02)
    assert found.measured


def test_requests_on_connections_of_their_own_are_sent_one_at_a_time(stand: SimulatedStand) -> None:
    with stand.experiment("services.with_target", SUBJECT) as experiment:
        experiment.spread("spread", 4)
        run = experiment.recording().run("spread")
    assert [each.number for each in run.responses] == [1, 2, 3, 4]
    assert all(a.ended <= b.started for a, b in pairwise(run.responses))
    assert run.concurrency == 1
