"""Records made by hand: small runs whose right verdict a person can see."""

from collections.abc import Sequence
from dataclasses import replace

from windtunnel.records import (
    BlindSpot,
    Certainty,
    Connection,
    Ending,
    Evidence,
    Exchange,
    ExchangeOutcome,
    Refusals,
    RequestFailure,
    Response,
    Run,
)

STEP = 0.010
"""Seconds between the starts of two requests; each takes half of that."""
AT = [number * STEP + 0.001 for number in range(20)]
"""When request n would reach the dependency."""


def responses(
    count: int,
    *,
    endpoint: str = "/api/agents",
    fallback: str = "",
    status: int | None = 200,
    seconds: float = STEP / 2,
    at: float = 0.0,
) -> tuple[Response, ...]:
    """`count` requests one after another, the first at `at`."""
    return tuple(
        Response(
            number=number + 1,
            endpoint=endpoint,
            started=at + number * STEP,
            ended=at + number * STEP + seconds,
            status=status,
            failure=RequestFailure.NONE if status else RequestFailure.TIMED_OUT,
            fallback=fallback,
        )
        for number in range(count)
    )


def crowd(callers: int, *, probes: int, waiting: int = 0) -> tuple[Response, ...]:
    """Return callers who come at once: probes' first, then those who wait long, then the others.

    The others are answered after 5 ms, all that come before them after half a second.
    """
    everyone = responses(callers, seconds=0.5)
    return tuple(
        each
        if each.number <= probes + waiting
        else replace(each, ended=each.started + STEP / 2, fallback="catalog")
        for each in (replace(one, started=(one.number - 1) * 0.0001) for one in everyone)
    )


def exchange(at: float, *, seconds: float = 0.002, status: str = "200") -> Exchange:
    """One call at the dependency; an empty status is a failure."""
    return Exchange(
        dependency="catalog",
        connection=1,
        index=0,
        request="GET /agents",
        started=at,
        ended=at + seconds,
        outcome=ExchangeOutcome.ANSWERED if status else ExchangeOutcome.FAILED,
        status=status,
    )


def refused(times: Sequence[float], *, until: float = 1.0) -> Refusals:
    """Refused attempts that were seen one by one."""
    return Refusals(
        dependency="catalog",
        since=0.0,
        until=until,
        certainty=Certainty.PACKETS,
        times=tuple(times),
    )


def counted(samples: Sequence[tuple[float, int]], *, until: float = 1.0) -> Refusals:
    """Refused attempts of which only an upper bound is known."""
    return Refusals(
        dependency="catalog",
        since=0.0,
        until=until,
        certainty=Certainty.COUNTERS,
        samples=tuple(samples),
    )


def warmed(number: int = 1) -> Connection:
    """Return a connection that the target keeps ready, cut by an outage: no call."""
    return Connection(
        dependency="catalog",
        number=number,
        opened=0.0,
        closed=0.001,
        ended_by=Ending.FAULT,
    )


def evidence(
    *exchanges: Exchange,
    connections: Sequence[Connection] = (),
    refusals: Sequence[Refusals] = (),
    dropped: int = 0,
    blind_spots: Sequence[str] = (),
) -> Evidence:
    """Return what the catalog's tap recorded."""
    return Evidence(
        dependency="catalog",
        at=100.0,
        connections=tuple(connections),
        exchanges=exchanges,
        refusals=tuple(refusals),
        dropped=dropped,
        blind_spots=tuple(BlindSpot(what=each) for each in blind_spots),
    )


def after_opening(answers: Sequence[Response], seen: Evidence) -> Run:
    """Return a run after one in which three calls failed and seventeen requests were kept back."""
    before = run(responses(20, fallback="catalog"), evidence(refusals=[refused(AT[:3])]))
    return replace(run(answers, seen), earlier=(before,))


def run(answers: Sequence[Response], seen: Evidence, *, concurrency: int = 1) -> Run:
    """Return a run over everything that is given."""
    return Run(
        responses=tuple(answers),
        evidence=(seen,),
        began=0.0,
        ended=100.0,
        concurrency=concurrency,
        profile="loopback",
        backend="embedded",
        seed=1,
    )
