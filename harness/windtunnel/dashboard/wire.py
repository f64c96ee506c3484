"""What a dependency's tap saw between two looks: the wire's own witness."""

from dataclasses import dataclass

from windtunnel.criteria.completeness import partial, uncounted
from windtunnel.records import Evidence, ExchangeOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFigures:
    """One dependency's traffic at the tap in one stretch of time."""

    answered: int
    failed: int
    """Exchanges that failed or were answered with an error, refused connections included."""
    unseen: int | None
    """Refused attempts beyond those seen one by one, at most; None where nobody counted."""
    under_way: int
    opened: int
    """Connections that were opened."""
    connections: int
    """Connections open at its end."""
    requests: int
    """Exchanges that began: what reached the tap, whatever became of it."""


def figures(evidence: Evidence, since: float) -> WireFigures:
    """Return what ended at the tap from `since` until the evidence was read."""
    over = [each for each in evidence.attempts if each.ended is not None and each.ended >= since]
    failed = sum(each.failed for each in over)
    unseen = uncounted(evidence, since, evidence.at)
    return WireFigures(
        answered=len(over) - failed,
        failed=failed,
        unseen=None if unseen == float("inf") else round(unseen),
        under_way=sum(
            each.outcome is ExchangeOutcome.PENDING and not each.handshake
            for each in evidence.exchanges
        ),
        opened=sum(each.opened >= since for each in evidence.connections),
        connections=sum(each.closed is None for each in evidence.connections),
        requests=sum(each.started >= since for each in evidence.exchanges),
    )


def doubts(evidence: Evidence) -> tuple[str, ...]:
    """Return what keeps the tap's view from being complete, each as one sentence."""
    return partial(evidence)


def refusing(evidence: Evidence) -> bool:
    """Whether an outage is under way, whose attempts are only counted when asked."""
    return any(each.until is None for each in evidence.refusals)
