"""It closes once enough probes succeed: for one caller after another, and for a crowd."""

from dataclasses import replace

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties.closing import (
    CLOSED,
    CROWD,
    HEALTHY_CROWD,
    crowd,
    crowd_kept_back,
    good_probes,
)
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule, unscored
from windtunnel.criteria import Ruling, Verdict
from windtunnel.criteria.breaker_closes import reaches_again


def plan(experiment: Experiment) -> None:
    """Open it, heal the dependency, wait, probe, and look whether all requests pass."""
    crowd(experiment, HEALTHY_CROWD)
    with experiment.resetting():
        opened = experiment.open()
    experiment.until_half_open(opened)
    if experiment.claims.health_checks:
        experiment.pause(experiment.recovery.most)
    experiment.drive("probing", good_probes(experiment))
    if experiment.all_answered(CLOSED, 10):
        # What is still half-open serves whoever comes alone, one after another.
        crowd(experiment, CROWD)


def judge(recording: Recording) -> Verdict:
    """Judge that every request after the probes is answered by the dependency."""
    verdict = unscored(reaches_again(recording.run(CLOSED), recording.dependency))
    if not recording.attempts("probing"):
        return replace(
            verdict,
            ruling=Ruling.INCONCLUSIVE,
            statement="it admitted no probe after its recovery time.",
            needs="the true recovery time (--recovery)",
        )
    if verdict.ruling is not Ruling.PASS:
        return verdict
    ruling, statement = crowd_kept_back(recording)
    if ruling is Ruling.PASS:
        return verdict
    return rule(
        recording,
        verdict.criterion,
        ruling,
        f"{statement}; allowed are 0.",
        steps=(CROWD,),
        needs="a service that lets as many callers at once through while all is well",
    )


PROPERTY = Property(
    name="good-probes-close",
    promise="It closes once its probes have succeeded.",
    source="Nygard, Release It!, 2nd ed., ch. 5; resilience4j, CircuitBreaker, state HALF_OPEN",
    plan=plan,
    judge=judge,
    needs_recovery=True,
    needs_timeout=True,
    workers_matter=WorkersMatter.CROWDS,
)
