"""Client errors (4xx) are answers: they do not count as failures of the dependency."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties.failure_counts import still_closed
from windtunnel.conformance.property_definition import Property, WorkersMatter
from windtunnel.criteria import Verdict
from windtunnel_faults import Capability, HttpStatus

STATUS = 404


def plan(experiment: Experiment) -> None:
    """Have more requests answered with a client error than failures would open it."""
    experiment.drive("healthy", 2)
    with experiment.inject(HttpStatus(experiment.dependency, STATUS)):
        experiment.drive("client errors", 2 * experiment.threshold + 1)
    experiment.drive("check", 1)


def judge(recording: Recording) -> Verdict:
    """Judge that every request still reached the dependency."""
    return still_closed(
        recording,
        "client errors do not count",
        before="healthy",
        steps=("client errors",),
        last="check",
    )


PROPERTY = Property(
    name="client-errors-do-not-count",
    promise="A client error (4xx) is an answer, and no failure of the dependency.",
    source="RFC 9110, 15.5; resilience4j, ignoreExceptions; Envoy, consecutive_5xx",
    plan=plan,
    judge=judge,
    needs=Capability.HTTP,
    workers_matter=WorkersMatter.NEVER,
)
