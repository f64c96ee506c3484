"""Where calls cannot be told apart: the bytes of a protocol that the tap does not read.

A turn may be a part of a call, or hold several that share a connection. So turns count no calls;
only that no byte came proves that none was made.
"""

import math

from windtunnel.records import AttemptKind, Evidence, Response

WHY = "calls cannot be told apart: the dependency's protocol is not read, and turns are no calls"


def sent_bytes(evidence: Evidence, since: float, until: float) -> bool:
    """Whether the target sent anything to the dependency, or tried to connect to it."""
    return evidence.arrived_between(since, until) or evidence.started_between(since, until)


def spoke(evidence: Evidence, since: float, until: float) -> bool:
    """Whether the target sent the dependency bytes: on a connection, that is, which was made."""
    return evidence.arrived_between(since, until) or any(
        attempt.kind is AttemptKind.EXCHANGE for attempt in evidence.attempts_between(since, until)
    )


def may_have_called(evidence: Evidence, since: float, until: float) -> float:
    """Return how many calls beyond those seen a time may hold: 0, or math.inf."""
    if evidence.tells_calls_apart:
        return 0
    return math.inf if sent_bytes(evidence, since, until) else 0


def surely_calls(evidence: Evidence, since: float, until: float) -> int:
    """Return how many attempts of a time are surely one call each: those that did not connect."""
    return sum(
        evidence.tells_calls_apart or attempt.kind is not AttemptKind.EXCHANGE
        for attempt in evidence.attempts_between(since, until)
    )


def each_sent_bytes(evidence: Evidence, responses: list[Response]) -> bool:
    """Whether the target sent something to the dependency during each of these requests.

    What it sends of itself, such as pings, does not meet each of several short requests.
    """
    return all(sent_bytes(evidence, each.started, each.ended) for each in responses)
