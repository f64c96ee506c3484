"""Whether two arms answered enough, and alike, for their times to be compared."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from windtunnel.criteria import betting
from windtunnel.criteria.good_answers import MORE_GOOD, are_enough, instead
from windtunnel.records import Round


@dataclass(frozen=True, slots=True)
class NotComparable:
    """Why times say nothing about which arm is slower."""

    statement: str
    needs: str


def not_comparable(rounds: Sequence[Round], confidence: float) -> NotComparable | None:
    """Return why an endpoint's times cannot be compared; None where they can.

    An arm gave too few good answers, or one arm answers by marked fallbacks more often than the
    other does: then the times are of different answers.
    """
    if few := _too_few_answers(rounds):
        return NotComparable(few, MORE_GOOD)
    if other := _other_answers(rounds, confidence):
        return NotComparable(other, "arms that answer alike, so that only their times differ")
    return None


def _too_few_answers(rounds: Sequence[Round]) -> str:
    """Return what came instead of good answers, where an arm has too few to compare; else ""."""
    said = []
    for name, arm in (("base", [r.base for r in rounds]), ("head", [r.head for r in rounds])):
        requests = sum(each.requests for each in arm)
        bad = sum(each.failures for each in arm)
        if not bad or are_enough(requests - bad, requests):
            continue
        kinds: Counter[str] = Counter()
        for each in arm:
            kinds.update(dict(each.bad))
        said.append(f"{name}: {instead(kinds or {'had none': bad}, requests)}")
    return f"too few good answers: {'; '.join(said)}." if said else ""


def _other_answers(rounds: Sequence[Round], confidence: float) -> str:
    """Return how the arms' shares of marked fallbacks differ; "" where that may be chance."""
    import numpy as np  # noqa: PLC0415 - it takes longer to load than most sessions need

    arms = [[r.base for r in rounds], [r.head for r in rounds]]
    base, head = (sum(each.fallbacks for each in arm) for arm in arms)
    if not base and not head:
        return ""
    shares = [np.array([[e.fallbacks / max(1, e.requests)] for e in arm]) for arm in arms]
    found = betting.difference_of_shares(shares[0], shares[1], confidence)
    if found is not None and found.lower <= 0 <= found.upper:
        return ""
    requests = [sum(each.requests for each in arm) for arm in arms]
    return (
        f"head answered {head} of {requests[1]} requests by a fallback, and base {base} of"
        f" {requests[0]}: their times are of different answers."
    )
