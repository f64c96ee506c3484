"""Half-open, it admits only its probes, with a hundred callers waiting."""

from dataclasses import replace

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties.closing import CLOSED, close, served
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule, unscored
from windtunnel.criteria import Ruling, Verdict, breaker_half_opens
from windtunnel.criteria.breaker_half_opens import kept_back
from windtunnel.errors import NotTestable
from windtunnel_faults import Latency

CALLERS = 100
REQUESTS = 3 * CALLERS
"""Each caller asks again, so that some surely ask while a probe is under way."""
LIMIT = CALLERS // 2
"""Calls that are a few probes of so many callers, where their number is not claimed."""
ENOUGH = 10
"""Callers that must have been kept back while a probe was under way."""
TAKES = 0.2
"""Seconds for which a probe is under way."""


def plan(experiment: Experiment) -> None:
    """Open it, wait, and send a crowd at a dependency that works again but is slow.

    Then ask it one at a time, until it has closed.
    """
    with experiment.resetting():
        opened = experiment.open()
        workers = experiment.claims.workers or 1
        if workers > 1:
            opened = experiment.open_all(opened)
    experiment.until_half_open(opened)
    takes = experiment.within_timeout(TAKES)
    with experiment.inject(Latency(experiment.dependency, takes)):
        experiment.drive("crowd", REQUESTS, concurrency=CALLERS)
    if not experiment.claims.health_checks:
        close(experiment)


def judge(recording: Recording) -> Verdict:
    """Judge how many calls start before the first of them has ended; without a claim, report it.

    And that it closes, with none of the places taken by those who were kept back.
    """
    if recording.claims.health_checks:
        raise NotTestable(
            "health checks bring it back, as claimed, so no caller's request is a probe",
            needs="a breaker that its callers' requests probe",
        )
    claimed = recording.claims.probes
    if claimed is not None:
        claimed *= recording.claims.workers or 1
    verdict = unscored(
        breaker_half_opens(recording.run("crowd"), recording.dependency, at_most=claimed or LIMIT)
    )
    kept = len(kept_back(recording.run("crowd"), recording.dependency))
    if verdict.ruling is Ruling.PASS and kept < ENOUGH:
        return replace(
            verdict,
            ruling=Ruling.INCONCLUSIVE,
            needs=f"{ENOUGH} callers that are kept back while a probe is under way: a less loaded"
            " machine",
        )
    good, sent = served(recording)
    if verdict.ruling is Ruling.PASS and good < sent:
        return rule(
            recording,
            "it closes after a crowd of probes",
            Ruling.FAIL,
            f"{kept} callers were kept back while its probes were under way, the probes succeeded,"
            f" and then {good} of {sent} requests were answered by the dependency; required are"
            " all.",
            steps=(CLOSED,),
        )
    if claimed is not None or verdict.ruling is Ruling.INCONCLUSIVE:
        return verdict
    statement = f"{verdict.statement.partition(';')[0]}; how many should is not claimed."
    if verdict.ruling is Ruling.PASS:
        return replace(verdict, statement=statement)
    return replace(
        verdict, ruling=Ruling.INCONCLUSIVE, statement=statement, needs="their number (--probes)"
    )


PROPERTY = Property(
    name="half-open-probes",
    promise="Half-open, it admits no more than its probes, however many callers wait.",
    source="Nygard, Release It!, 2nd ed., ch. 5; resilience4j,"
    " permittedNumberOfCallsInHalfOpenState",
    plan=plan,
    judge=judge,
    needs_recovery=True,
    needs_timeout=True,
    workers_matter=WorkersMatter.CROWDS,
)
