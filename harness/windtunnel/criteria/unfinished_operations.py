"""Operations that may go on after the records' end: what failed last, where nobody waits for it."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from math import inf

from windtunnel.criteria.operations import Operation, OperationSort
from windtunnel.criteria.possible_effects import EffectiveCall
from windtunnel.records import Edge, ObservedRun, Response

LAG = 0.1
"""Seconds by which a tap may learn later than the caller that a call was given up."""


def unfinished(
    operations: Iterable[Operation], unnamed: Iterable[EffectiveCall], run: ObservedRun
) -> int:
    """Return how many may yet be tried again: none of a run that has what came after it.

    Their last call met a failure, and another program than the driven one makes it, or it went on
    when no request waited for it any longer, or its request was accepted all the same.
    """
    if run.load_ended is not None:
        return 0
    waiting = _Waiting(run)
    alone = (Operation(OperationSort("", ""), [call]) for call in unnamed)
    return sum(
        each.has_effect and each.calls[-1].troubled and not waiting.for_(each.calls[-1])
        for each in (*operations, *alone)
    )


class _Waiting:
    """Which requests were under way, each with what it waits for."""

    def __init__(self, run: ObservedRun) -> None:
        # A journey without steps drives a worker by what it reads: it need not wait for calls.
        asked = (each for each in run.single_requests if each.steps is None)
        self._requests = sorted(asked, key=lambda each: each.started)
        self._starts = [each.started for each in self._requests]
        self._longest = list(accumulate((each.ended for each in self._requests), max))

    def for_(self, call: EffectiveCall) -> bool:
        """Whether a request may have waited for this call, and was told that it failed."""
        if Edge(call.exchange.dependency).caller:
            return False
        ended = inf if call.exchange.ended is None else call.exchange.ended
        return any(
            each.ended + LAG >= ended and (not each.succeeded or bool(each.fallback))
            for each in self._under_way(call.exchange.started)
        )

    def _under_way(self, at: float) -> Iterator[Response]:
        place = bisect_right(self._starts, at) - 1
        while place >= 0 and self._longest[place] >= at:
            if self._requests[place].ended >= at:
                yield self._requests[place]
            place -= 1
