"""The evidence of several edges as that of one dependency: whoever called it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from windtunnel.records.evidence import Evidence


def merged_evidence(name: str, found: Sequence[Evidence]) -> Evidence:
    """Return what all these taps recorded. What one could not see is a gap of the whole.

    Connections are numbered anew, as each tap counts its own.
    """
    counts = [max((c.number for c in each.connections), default=0) for each in found]
    moved = [
        _moved(each, offset)
        for each, offset in zip(found, accumulate(counts, initial=0), strict=False)
    ]
    first, *others = found
    return replace(
        first,
        dependency=name,
        at=min(each.at for each in found),
        connections=tuple(each for one in moved for each in one.connections),
        exchanges=tuple(
            sorted((each for one in moved for each in one.exchanges), key=lambda e: e.started)
        ),
        refusals=tuple(each for one in found for each in one.refusals),
        touches=tuple(each for one in found for each in one.touches),
        dropped=sum(each.dropped for each in found),
        blind_spots=tuple(each for one in found for each in one.blind_spots),
        arrivals=tuple(
            sorted((each for one in moved for each in one.arrivals), key=lambda a: a.at)
        ),
        tells_calls_apart=all(each.tells_calls_apart for each in found),
        recorded=tuple(_shared(first.recorded, [each.recorded for each in others])),
        recorded_in_clear=tuple(
            _shared(first.recorded_in_clear, [each.recorded_in_clear for each in others])
        ),
        unasked=tuple(each for one in found for each in one.unasked),
    )


def _shared(first: Sequence[str], others: Sequence[Sequence[str]]) -> Iterator[str]:
    return (each for each in first if all(each in other for other in others))


def _moved(evidence: Evidence, by: int) -> Evidence:
    """Return evidence whose connections have higher numbers."""
    return replace(
        evidence,
        connections=tuple(replace(c, number=c.number + by) for c in evidence.connections),
        exchanges=tuple(replace(e, connection=e.connection + by) for e in evidence.exchanges),
        arrivals=tuple(replace(a, connection=a.connection + by) for a in evidence.arrivals),
    )
