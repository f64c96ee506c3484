"""Operations that may go on after the records' end: what failed last, where nobody waits for it."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from windtunnel.criteria.operations import Operation, Sort
from windtunnel.criteria.possible_effects import EffectiveCall
from windtunnel.records import Edge, ObservedRun

LAG = 0.1
"""Seconds by which a tap may learn later than the caller that a call was given up."""


def unfinished(
    operations: Iterable[Operation], unnamed: Iterable[EffectiveCall], run: ObservedRun
) -> int:
    """Return how many may yet be tried again: none of a run that has what came after it.

    Their last call met a failure, and another program than the driven one makes it, or it went on
    when no request waited for it any longer.
    """
    if run.load_ended is not None:
        return 0
    # A journey without steps drives a worker by what it reads: it need not wait for calls.
    asked = (each for each in run.single_requests if each.steps is None)
    single = sorted(asked, key=lambda each: each.started)
    starts = [each.started for each in single]
    waited = list(accumulate((each.ended for each in single), max))

    def is_waited_for(call: EffectiveCall) -> bool:
        if Edge(call.exchange.dependency).caller:
            return False
        place = bisect_right(starts, call.exchange.started) - 1
        ended = call.exchange.ended
        return place >= 0 and ended is not None and ended <= waited[place] + LAG

    alone = (Operation(Sort("", ""), [call]) for call in unnamed)
    return sum(
        each.has_effect
        and each.calls[-1].troubled
        and (
            bool(Edge(each.calls[-1].exchange.dependency).caller)
            or not is_waited_for(each.calls[-1])
        )
        for each in (*operations, *alone)
    )
