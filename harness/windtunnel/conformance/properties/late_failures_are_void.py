"""A late failure of a call begun before the opening changes nothing.

Where calls may take longer than the recovery time it comes once the breaker has closed again, and
must not open it. Where they are given up before that, as in production, it comes while the breaker
is open, and must not keep it open for longer.
"""

import time
from contextlib import ExitStack

from windtunnel.conformance.experiment import MARGIN, Experiment
from windtunnel.conformance.experiment_recording import Recording, reached
from windtunnel.conformance.failures import FOREVER
from windtunnel.conformance.properties.closing import good_probes
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule
from windtunnel.criteria import Ruling, Verdict
from windtunnel_faults import Capability, HttpDelay

AFTER = 6
CLOSING = 0.2
"""Seconds that it takes to close it, on a machine that is not busy."""
EARLY = 0.02
"""Seconds by which timers are early."""


def plan(experiment: Experiment) -> None:
    """Have calls hang while others open it, and fail by their time-out: see above."""
    experiment.drive("healthy", 2)
    # As many as could open it, were they to count.
    hanging = experiment.threshold
    with ExitStack() as faults:
        faults.enter_context(
            experiment.inject(HttpDelay(experiment.dependency, FOREVER, first=hanging))
        )
        with experiment.meanwhile("hanging", hanging):
            # Used up by the opening itself: to heal it now would set the hanging calls free.
            faults.enter_context(experiment.used_up(experiment.threshold))
            opened = experiment.open()
            lasts = experiment.recovery.most + MARGIN + CLOSING
            outlast = experiment.timeout is None or experiment.timeout > lasts
            if outlast:
                experiment.until_half_open(opened)
                experiment.drive("probing", good_probes(experiment))
                experiment.drive("closed", 3)
        if outlast:
            experiment.drive("after", AFTER)
            return
        end = time.monotonic() + 1.5 * experiment.recovery.most + 1.0
        every = max(0.01, min(0.1, experiment.recovery.least / 40))
        experiment.probe("waiting", every=every, until=end, successfully=False)


def judge(recording: Recording) -> Verdict:
    """Judge what the late failures changed, of a breaker that had closed or was open still."""
    if any(step.name == "waiting" for step in recording.steps):
        return _while_open(recording)
    return _once_closed(recording)


def _while_open(recording: Recording) -> Verdict:
    """Judge that the first call comes before a recovery time that began with the late failures."""
    opened, hanging = recording.opened, recording.run("hanging").responses
    late = [
        each.ended for each in hanging if each not in recording.real and each.ended > opened.latest
    ]
    calls = recording.attempts("waiting")
    first = min((call.started for call in calls), default=float("inf"))
    anew = max(late, default=float("inf")) + recording.open_time.least - EARLY
    due = opened.latest + recording.open_time.most + MARGIN
    kept = [
        each.started
        for each in recording.run("waiting").responses
        if each.started > due and not reached(each, calls)
    ]
    if len(late) < len(hanging):
        ruling = Ruling.INCONCLUSIVE
    elif first < anew:
        ruling = Ruling.PASS
    else:
        # It may have been ready when it was due, and nobody asked.
        ruling = Ruling.FAIL if kept else Ruling.INCONCLUSIVE
    found = "no call" if first == float("inf") else f"a call {first - opened.latest:.2f} s"
    return rule(
        recording,
        "late failures change nothing",
        ruling,
        f"{len(late)} of {len(hanging)} calls begun before the opening failed while it was open;"
        f" {found} after the opening reached the dependency, required is one within"
        f" {anew - opened.latest:.2f} s.",
        steps=("waiting",),
        needs="calls that are given up while it is open, and a less loaded machine",
    )


def _once_closed(recording: Recording) -> Verdict:
    """Judge that every request after the late failures was answered by the dependency."""
    closed, after = recording.run("closed"), recording.run("after")
    hanging = recording.run("hanging").responses
    late = [each for each in hanging if each not in recording.real and each.ended > closed.ended]
    good = recording.answered("after")
    sent = len(after.responses)
    needed = len(hanging)
    if len(late) < needed or recording.answered("closed") < len(closed.responses):
        ruling = Ruling.INCONCLUSIVE
    else:
        ruling = Ruling.PASS if good == sent else Ruling.FAIL
    return rule(
        recording,
        "late failures change nothing",
        ruling,
        f"{len(late)} of {needed} calls begun before the opening failed after it had closed again;"
        f" then {good} of {sent} requests were answered by the dependency, required are all.",
        steps=("after",),
        needs="calls that may take longer than the recovery time, and a breaker that closes",
    )


PROPERTY = Property(
    name="late-failures-are-void",
    promise="A failure of a call begun before the opening neither opens it again nor prolongs it.",
    source="sony/gobreaker: a result of an earlier generation is dropped",
    plan=plan,
    judge=judge,
    needs_recovery=True,
    needs_timeout=True,
    needs=Capability.HTTP,
    workers_matter=WorkersMatter.CROWDS,
)
