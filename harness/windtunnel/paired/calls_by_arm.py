"""Whose calls a tap saw: both arms have the same dependencies, and take turns at them."""

from bisect import bisect_right
from collections.abc import Sequence

from windtunnel.criteria.completeness import missed
from windtunnel.records import Evidence


def calls_by_arm(
    evidence: Evidence, turns: Sequence[tuple[float, int]]
) -> tuple[int, int] | tuple[None, None]:
    """Count each arm's calls in the bursts. A call belongs to the arm in whose turn it began.

    Outside of the bursts the arms alternate too quickly: a call may outlast its request's answer.
    Return None where the tap discarded records, or could not read its traffic.
    """
    if missed(evidence):
        return None, None
    return _by_arm([each.started for each in evidence.exchanges if not each.handshake], turns)


def left_out_by_arm(evidence: Evidence, turns: Sequence[tuple[float, int]]) -> tuple[int, int]:
    """Count the calls in each arm's turn that were left out as none of a request's."""
    return _by_arm([at for unasked in evidence.unasked for at in unasked.moments], turns)


def _by_arm(moments: Sequence[float], turns: Sequence[tuple[float, int]]) -> tuple[int, int]:
    starts = [start for start, _ in turns]
    counts = [0, 0]
    for at in moments:
        place = bisect_right(starts, at) - 1
        if place >= 0:
            counts[turns[place][1]] += 1
    return counts[0], counts[1]
