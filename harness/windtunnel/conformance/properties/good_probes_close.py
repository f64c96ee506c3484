"""It closes once enough probes succeed."""

from dataclasses import replace

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.property_definition import Property, unscored
from windtunnel.criteria import Ruling, Verdict, breaker_closes


def plan(experiment: Experiment) -> None:
    """Open it, heal the dependency, wait, probe, and look whether all requests pass."""
    with experiment.resetting():
        opened = experiment.open()
    experiment.until_half_open(opened)
    experiment.drive("probing", experiment.claims.probes)
    experiment.drive("closed", 10)


def judge(recording: Recording) -> Verdict:
    """Judge that every request after the probes is answered by the dependency."""
    verdict = unscored(breaker_closes(recording.run("closed"), recording.dependency))
    if not recording.attempts("probing"):
        return replace(
            verdict,
            ruling=Ruling.INCONCLUSIVE,
            statement="it admitted no probe after its recovery time.",
            needs="the true recovery time (--recovery)",
        )
    return verdict


PROPERTY = Property(
    name="good-probes-close",
    promise="It closes once its probes have succeeded.",
    source="Nygard, Release It!, 2nd ed., ch. 5; resilience4j, CircuitBreaker, state HALF_OPEN",
    plan=plan,
    judge=judge,
    needs_recovery=True,
)
