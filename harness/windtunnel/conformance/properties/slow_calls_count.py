"""Calls that are too slow count as failures."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.failures import FAILURES
from windtunnel.conformance.properties import opens
from windtunnel.conformance.property_definition import Property, WorkersMatter
from windtunnel.criteria import Verdict
from windtunnel.criteria.breaker_opens import ENOUGH_AFTER


def plan(experiment: Experiment) -> None:
    """Delay every answer beyond any timeout: the service must give up by itself, and count it."""
    experiment.drive("healthy", 2)
    with experiment.inject(FAILURES["timeout"].fault(experiment.dependency)):
        experiment.drive("failing", experiment.threshold + ENOUGH_AFTER + 3)


def judge(recording: Recording) -> Verdict:
    """Judge that as many slow calls open it as failures do."""
    return opens.within(recording, recording.threshold * recording.workers_met)


PROPERTY = Property(
    name="slow-calls-count",
    promise="A call that is given up for its slowness counts as a failure.",
    source="Nygard, Release It!, 2nd ed., ch. 5, Timeouts and Circuit Breaker",
    plan=plan,
    judge=judge,
    workers_matter=WorkersMatter.UNCLAIMED,
)
