"""A step of the wall clock, as by NTP or an operator, neither shortens nor prolongs its time."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.property_definition import Property, rule
from windtunnel.criteria import Ruling, Verdict

STEP = 3600.0
"""Seconds: one hour, as at a wrongly set time zone."""


def plan(experiment: Experiment) -> None:
    """Step the clock forward while it is open, then back, and wait its time out."""
    clock = experiment.clock
    with experiment.resetting():
        opened = experiment.open()
        clock.step(STEP)
        experiment.drive("stepped forward", 5)
    clock.step(-STEP)
    end = opened.latest + experiment.recovery.most * 1.5 + 0.5
    experiment.probe("stepped back", every=0.02, until=end, successfully=False)


def judge(recording: Recording) -> Verdict:
    """Judge that it was silent after the step forward, and probed after the step back."""
    opened = recording.opened
    until = opened.earliest + recording.open_time.least * 0.9
    forward = recording.attempts("stepped forward")
    early = [attempt for attempt in forward if attempt.started < until]
    probed = recording.attempts("stepped back")
    ruling = Ruling.FAIL if early or not probed else Ruling.PASS
    if len(forward) > len(early):
        # Its time was over before the second step: a probe has begun another open time.
        ruling = Ruling.FAIL if early else Ruling.INCONCLUSIVE
    return rule(
        recording,
        "a step of the wall clock changes nothing",
        ruling,
        f"after a step of an hour forward {len(early)} calls reached the dependency in the open"
        f" time, allowed are 0; after one of an hour back {len(probed)} did once it was over,"
        " required is one.",
        steps=("stepped forward" if early else "stepped back",),
        counted=tuple(early),
        needs="a longer recovery time, or a less loaded machine",
    )


PROPERTY = Property(
    name="wall-clock-plays-no-part",
    promise="A step of the wall clock neither ends nor prolongs its open time.",
    source="POSIX, clock_gettime: CLOCK_REALTIME may be set, CLOCK_MONOTONIC may not",
    plan=plan,
    judge=judge,
    needs_recovery=True,
    steps_clock=True,
)
