"""A probe that is answered with a client error (4xx) is over: it keeps no probe's place."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties.client_errors_do_not_count import STATUS
from windtunnel.conformance.properties.closing import CLOSED, UNCLAIMED_PROBES, close, served
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule
from windtunnel.criteria import Ruling, Verdict
from windtunnel_faults import Capability, HttpStatus


def plan(experiment: Experiment) -> None:
    """Have all its probes answered with a client error, alone and at once; then have it close."""
    with experiment.resetting():
        opened = experiment.open()
    experiment.until_half_open(opened)
    callers = (experiment.claims.probes or UNCLAIMED_PROBES) + 3
    with experiment.inject(HttpStatus(experiment.dependency, STATUS)):
        experiment.drive("client errors", 1)
        experiment.drive("client errors at once", callers, concurrency=callers)
    close(experiment)


def judge(recording: Recording) -> Verdict:
    """Judge that all is well some time after; a probe must have met a client error."""
    probes = recording.attempts("client errors") + recording.attempts("client errors at once")
    good, sent = served(recording)
    ruling = Ruling.PASS if good == sent else Ruling.FAIL
    return rule(
        recording,
        "a client error frees its probe",
        ruling if probes else Ruling.INCONCLUSIVE,
        f"{len(probes)} probes were answered with {STATUS}; after another recovery time {good} of"
        f" {sent} requests were answered by the dependency, required are all.",
        steps=(CLOSED,),
        needs="the true recovery time (--recovery): it admitted no probe",
    )


PROPERTY = Property(
    name="client-errors-free-their-probe",
    promise="A probe that is answered with a client error (4xx) keeps no probe's place.",
    source="resilience4j, ignoreExceptions and CircuitBreaker.releasePermission",
    plan=plan,
    judge=judge,
    needs=Capability.HTTP,
    needs_recovery=True,
    workers_matter=WorkersMatter.CROWDS,
)
