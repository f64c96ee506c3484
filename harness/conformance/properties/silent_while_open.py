"""No call starts at the dependency while it is open, however many callers come."""

from harness.conformance.property import Property, rule
from harness.conformance.recording import Recording
from harness.conformance.stage import Stage
from harness.criteria import Ruling, Verdict

MOMENTS = 8
"""How often callers come during the open time."""
AT_ONCE = 20
SHARE = 0.9
"""Of the recovery time: when exactly it ends is another property's matter."""


def plan(stage: Stage) -> None:
    """Open it, then send callers singly and in crowds until shortly before its time is over."""
    with stage.resetting():
        opened = stage.open()
        length = stage.recovery.least * 0.8
        for moment in range(1, MOMENTS + 1):
            stage.drive("open", AT_ONCE, concurrency=1 if moment % 2 else AT_ONCE)
            stage.until(opened.latest + length * moment / MOMENTS, "the open time")


def judge(recording: Recording) -> Verdict:
    """Judge that no call started before nine tenths of the recovery time were over."""
    opened = recording.opened
    until = opened.earliest + SHARE * recording.open_time.least
    seen = tuple(a for a in recording.attempts("open") if a.started <= until)
    requests = sum(r.started <= until for r in recording.run("open").responses)
    ruling = Ruling.FAIL if seen else Ruling.PASS if requests else Ruling.INCONCLUSIVE
    return rule(
        recording,
        "no call starts while open",
        ruling,
        f"{len(seen)} calls of {requests} requests reached the dependency in the first"
        f" {until - opened.earliest:.2f} s after the opening; allowed are 0.",
        step="open",
        counted=seen,
        needs="requests during the open time: a longer recovery time, or a less loaded machine",
    )


PROPERTY = Property(
    name="silent-while-open",
    promise="While it is open no call starts at the dependency.",
    source="Nygard, Release It!, 2nd ed., ch. 5; resilience4j, CircuitBreaker, state OPEN",
    plan=plan,
    judge=judge,
    needs_recovery=True,
)
