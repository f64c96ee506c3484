"""No call starts at the dependency while it is open, however many callers come."""

import time

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule
from windtunnel.criteria import Ruling, Verdict

MOMENTS = 8
"""How often a crowd comes during the open time."""
AT_ONCE = 20
"""Callers in a crowd."""
SHARE = 0.9
"""Of the recovery time: when exactly it ends is another property's matter."""
STEPS = ALONE, CROWDS = "one at a time", "crowds"


def plan(experiment: Experiment) -> None:
    """Open it, then send crowds, and single callers between them, until its time is nearly over."""
    with experiment.resetting():
        opened = experiment.open()
        if (experiment.claims.workers or 1) > 1:
            # None of them may be open for longer than the first.
            experiment.open_all(opened)
        length = experiment.recovery.least * 0.8
        for moment in range(1, MOMENTS + 1):
            over = opened.latest + length * moment / MOMENTS
            experiment.drive(CROWDS, AT_ONCE, concurrency=AT_ONCE)
            # At least one, and no more than there is time for: the next crowd must not be late.
            for caller in range(AT_ONCE):
                if caller and time.monotonic() >= over:
                    break
                experiment.drive(ALONE, 1)
            experiment.until(over, "the open time")


def judge(recording: Recording) -> Verdict:
    """Judge that no call started before nine tenths of the recovery time were over.

    INCONCLUSIVE unless single callers and a whole crowd came before that.
    """
    opened = recording.opened
    until = opened.earliest + SHARE * recording.open_time.least
    seen = tuple(call for call in recording.attempts(*STEPS) if call.started <= until)
    alone, crowded = (
        sum(response.started <= until for response in recording.run(step).responses)
        for step in STEPS
    )
    enough = alone > 0 and crowded >= AT_ONCE
    ruling = Ruling.FAIL if seen else Ruling.PASS if enough else Ruling.INCONCLUSIVE
    return rule(
        recording,
        "no call starts while open",
        ruling,
        f"{len(seen)} calls of {alone + crowded} requests, {crowded} of them in crowds of"
        f" {AT_ONCE}, reached the dependency in the first {until - opened.earliest:.2f} s after the"
        " opening; allowed are 0.",
        steps=STEPS,
        counted=seen,
        needs=f"single requests and {AT_ONCE} at once during the open time: a longer recovery time,"
        " or a less loaded machine",
    )


PROPERTY = Property(
    name="silent-while-open",
    promise="While it is open no call starts at the dependency.",
    source="Nygard, Release It!, 2nd ed., ch. 5; resilience4j, CircuitBreaker, state OPEN",
    plan=plan,
    judge=judge,
    needs_recovery=True,
    workers_matter=WorkersMatter.CROWDS,
)
