"""Client errors (4xx) are answers: they do not count as failures of the dependency."""

from windtunnel.conformance.properties.counting import still_closed
from windtunnel.conformance.property import Property
from windtunnel.conformance.recording import Recording
from windtunnel.conformance.stage import Stage
from windtunnel.criteria import Verdict
from windtunnel_faults import Capability, HttpStatus

STATUS = 404


def plan(stage: Stage) -> None:
    """Have more requests answered with a client error than failures would open it."""
    stage.drive("healthy", 2)
    with stage.inject(HttpStatus(stage.dependency, STATUS)):
        stage.drive("client errors", 2 * max(stage.threshold, stage.claims.threshold) + 1)
    stage.drive("check", 1)


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
)
