"""Trials share a target only where the breaker is shown to be closed again."""

import pytest

from tests.conformance.stand import SETTINGS, Stand
from tests.conformance.test_known_answers import CLAIMS
from windtunnel.conformance import runner
from windtunnel.conformance.run_plan import RunPlan, run_plan
from windtunnel.conformance.runner import choose
from windtunnel.conformance.subject import Subject
from windtunnel.criteria import Ruling

pytestmark = pytest.mark.slow

PROPERTIES = ["opens", "recovery-time", "good-probes-close", "success-resets-count"]
UNMARKED = pytest.mark.parametrize("unmarked", ["", "1"])
"""Whether the service answers with a fallback that looks like the dependency's own answer."""


@pytest.fixture
def sharing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have targets shared however fast they start."""

    def shared(subject: Subject, trials: int, stacks: int) -> RunPlan:
        plan = run_plan(subject, trials, stacks)
        return RunPlan(
            trials=trials, stacks=stacks, start=plan.start, shared=True, seconds=plan.seconds
        )

    monkeypatch.setattr(runner, "run_plan", shared)


@pytest.mark.usefixtures("sharing")
@UNMARKED
def test_on_a_shared_target_the_verdicts_are_the_same(stand: Stand, unmarked: str) -> None:
    order = choose(only=PROPERTIES, failures=["http-503"])
    settings = {**SETTINGS, "UNMARKED": unmarked}
    report = stand.conform("services.with_target", order, claims=CLAIMS, settings=settings)
    assert {each.verdict.ruling for each in report.results} == {Ruling.PASS}


@pytest.mark.usefixtures("sharing")
@UNMARKED
@pytest.mark.parametrize(
    ("flaw", "fails"),
    [("never_closes", "good-probes-close"), ("opens_at_first", "opens")],
)
def test_a_flaw_is_found_on_shared_targets_too(
    stand: Stand, flaw: str, fails: str, unmarked: str
) -> None:
    order = choose(only=PROPERTIES, failures=["http-503"])
    settings = {**SETTINGS, "UNMARKED": unmarked}
    report = stand.conform(f"mutants.{flaw}", order, claims=CLAIMS, settings=settings)
    assert {each.name for each in report.ruled(Ruling.FAIL)} == {fails}
