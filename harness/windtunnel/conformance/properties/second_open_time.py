"""Opened again by failed probes it stays open for its recovery time again, or longer as claimed."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording, opening
from windtunnel.conformance.properties.recovery_time import LEAST, SHARE, open_time_after
from windtunnel.conformance.property_definition import Property, rule
from windtunnel.criteria import Finding, Ruling, Verdict
from windtunnel.errors import NotTestable

MOST_GROWTH = 4.0
"""How much longer than the first the second open time may be where nothing is claimed."""


def plan(experiment: Experiment) -> None:
    """Open it, wait, have its probes fail, and measure how long it stays open after them."""
    if experiment.claims.health_checks:
        raise NotTestable(
            "health checks bring it back, as claimed, so no caller's request is a probe",
            needs="a breaker that its callers' requests probe",
        )
    with experiment.resetting():
        opened = experiment.open()
        experiment.until_half_open(opened)
        again = experiment.open("reopening")
        expected = experiment.recovery
        longest = expected.most * (experiment.claims.backoff or MOST_GROWTH)
        experiment.probe(
            "waiting",
            every=max(0.005, min(0.5, expected.least / 40)),
            until=again.latest + longest * 1.2 + 0.5,
            successfully=False,
        )


def judge(recording: Recording) -> Verdict:
    """Judge the measured time against the claimed recovery time and its growth; else report it."""
    again = opening(recording.run("reopening"), recording.dependency)
    if again is None:
        raise NotTestable("failed probes did not open it again", needs="a breaker that opens again")
    found = open_time_after(recording, again, ("reopening", "waiting"))
    claimed, growth = recording.claims.open_time, recording.claims.backoff
    ruling, needs = Ruling.PASS, ""
    if claimed is None or growth is None:
        allowed = "what it should be is not claimed (--recovery and --backoff)"
        if found.most == float("inf"):
            ruling, needs = Ruling.INCONCLUSIVE, "its growth (--backoff)"
    else:
        least, most = claimed.least * growth, claimed.most * growth
        spare = max(LEAST, SHARE * most)
        allowed = f"{least:g} to {most:g} s are claimed, give or take {spare:.2f} s"
        if found.most < least - spare or found.least > most + spare:
            ruling = Ruling.FAIL
        elif found.most > most + spare:
            # It may be late, or nobody asked at the right time.
            ruling, needs = Ruling.INCONCLUSIVE, "a less loaded machine"
    return rule(
        recording,
        "stays open again for its recovery time",
        ruling,
        f"after failed probes it stayed open for {found}; {allowed}.",
        steps=("waiting",),
        counted=tuple(recording.attempts("waiting")) if ruling is Ruling.FAIL else (),
        needs=needs,
        findings=(Finding("open again for at least", found.least, "s"),),
    )


PROPERTY = Property(
    name="second-open-time",
    promise="Opened again it stays open for its recovery time, or longer by the claimed factor.",
    source="resilience4j, waitIntervalFunctionInOpenState; Polly, BreakDurationGenerator",
    plan=plan,
    judge=judge,
    needs_recovery=True,
)
