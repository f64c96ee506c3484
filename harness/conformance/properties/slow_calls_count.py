"""Calls that are too slow count as failures."""

from dataclasses import replace

from harness.conformance.failures import FAILURES
from harness.conformance.properties import opens
from harness.conformance.property import Property
from harness.conformance.recording import Recording
from harness.conformance.stage import Stage
from harness.criteria import Ruling, Verdict
from harness.criteria.breaker_opens import ENOUGH_AFTER


def plan(stage: Stage) -> None:
    """Delay every answer beyond any timeout: the service must give up by itself, and count it."""
    stage.drive("healthy", 2)
    with stage.inject(FAILURES["timeout"].fault(stage.dependency)):
        stage.drive("failing", stage.threshold + ENOUGH_AFTER + 3)


def judge(recording: Recording) -> Verdict:
    """Judge that as many slow calls open it as failures do, where they fit into the window."""
    verdict = opens.within(recording, recording.threshold)
    ended = sorted(a.ended for a in recording.attempts("failing") if a.failed and a.ended)
    window, last = recording.claims.window, recording.threshold - 1
    if verdict.ruling is Ruling.FAIL and window and last < len(ended):
        span = ended[last] - ended[0]
        if span >= window * 0.9:
            return replace(
                verdict,
                ruling=Ruling.INCONCLUSIVE,
                statement=f"{recording.threshold} slow calls in a row failed over {span:.1f} s, and"
                f" a failure counts for {window:g} s.",
                needs="a shorter timeout of the service, or a longer window",
            )
    return verdict


PROPERTY = Property(
    name="slow-calls-count",
    promise="A call that is given up for its slowness counts as a failure.",
    source="Nygard, Release It!, 2nd ed., ch. 5, Timeouts and Circuit Breaker",
    plan=plan,
    judge=judge,
)
