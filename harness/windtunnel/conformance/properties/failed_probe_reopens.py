"""Failed probes open it again, for another recovery time, after which good ones close it."""

from windtunnel.conformance.expected_opening import expected_opening
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording, opening
from windtunnel.conformance.properties.closing import CLOSED, close, served
from windtunnel.conformance.properties.opens import AFTER, kept_back_after, within
from windtunnel.conformance.property_definition import Property, rule
from windtunnel.criteria import Ruling, Verdict
from windtunnel.errors import NotTestable


def plan(experiment: Experiment) -> None:
    """Open it, wait, and probe a dependency that still fails; then heal it, and have it close."""
    if experiment.claims.health_checks:
        raise NotTestable(
            "health checks bring it back, as claimed, so no caller's request is a probe",
            needs="a breaker that its callers' requests probe",
        )
    with experiment.resetting():
        opened = experiment.open()
    experiment.until_half_open(opened)
    most = experiment.claims.most_failed_probes
    with experiment.failing():
        if most is None:
            experiment.until_silent("reopening", silent=AFTER)
        else:
            experiment.drive("reopening", most + AFTER)
    close(experiment)


def judge(recording: Recording) -> Verdict:
    """Judge that no call follows the failed probes, and that it closes once the next are good."""
    claims, run = recording.claims, recording.run("reopening")
    most = claims.most_failed_probes
    if most is None:
        found = opening(run, recording.dependency)
        seen = len(recording.attempts("reopening"))
        statement = f"{found.failures if found else seen} failed probes"
        statement += " opened it again" if found else " did not open it again"
        ruling = Ruling.PASS if found else Ruling.FAIL if seen else Ruling.INCONCLUSIVE
        needs = "the true recovery time (--recovery): it admitted no probe"
        if ruling is Ruling.FAIL and claims.window:
            expected = expected_opening(claims, recording.ended_calls, since=run.began)
            if expected.latest is None:
                # Without a half-open state it counts as ever, and slow failures do not add up.
                ruling = Ruling.INCONCLUSIVE
                needs = "a shorter timeout of the service, or a longer window"
        verdict = rule(
            recording,
            "failed probes open it again",
            ruling,
            f"{statement}; how many should is not claimed (--probes or --bad-probes).",
            steps=("reopening",),
            needs=needs,
        )
    else:
        verdict = within(recording, most, step="reopening")
    early = kept_back_after(recording, "reopening")
    if claims.bad_probes and early is not None and 0 < early < claims.bad_probes:
        return rule(
            recording,
            verdict.criterion,
            Ruling.FAIL,
            f"{early} failed probes opened it again; {claims.bad_probes} are claimed to.",
            steps=("reopening",),
        )
    good, sent = served(recording)
    if verdict.ruling is Ruling.PASS and good < sent:
        return rule(
            recording,
            "it closes after a failed probe",
            Ruling.FAIL,
            f"its probes failed, the dependency healed, and after another recovery time {good} of"
            f" {sent} requests were answered by it; required are all.",
            steps=(CLOSED,),
        )
    return verdict


PROPERTY = Property(
    name="failed-probe-reopens",
    promise="Failed probes open it again, and good ones close it after that.",
    source="Nygard, Release It!, 2nd ed., ch. 5; Polly, state HalfOpen; resilience4j,"
    " permittedNumberOfCallsInHalfOpenState",
    plan=plan,
    judge=judge,
    each_failure=True,
    needs_recovery=True,
)
