"""What the tap saw between two looks is counted once, and what nobody could count is said."""

from windtunnel.dashboard.wire import figures, refusing
from windtunnel.records import Certainty, Connection, Evidence, Exchange, ExchangeOutcome, Refusals


def exchange(
    started: float, ended: float | None, outcome: ExchangeOutcome, status: str = ""
) -> Exchange:
    return Exchange(
        dependency="catalog",
        connection=1,
        index=0,
        request="GET /agents",
        started=started,
        ended=ended,
        outcome=outcome,
        status=status,
    )


def refusals(certainty: Certainty, **facts: object) -> Evidence:
    since = Refusals(dependency="catalog", since=10.0, until=None, certainty=certainty, **facts)  # type: ignore[arg-type]
    return Evidence(dependency="catalog", at=12.0, refusals=(since,))


def test_exchanges_count_when_they_end() -> None:
    evidence = Evidence(
        dependency="catalog",
        at=12.0,
        connections=(Connection(dependency="catalog", number=1, opened=9.0),),
        exchanges=(
            exchange(9.9, 10.5, ExchangeOutcome.ANSWERED, "200"),
            exchange(10.6, 10.7, ExchangeOutcome.ANSWERED, "503"),
            exchange(10.8, 10.9, ExchangeOutcome.FAILED),
            exchange(11.0, None, ExchangeOutcome.PENDING),
        ),
    )
    seen = figures(evidence, 10.0)
    assert (seen.answered, seen.failed, seen.under_way, seen.unseen) == (1, 2, 1, 0)
    assert (seen.opened, seen.connections, seen.requests) == (0, 1, 3)


def test_refused_attempts_seen_as_packets_are_failed_calls() -> None:
    evidence = refusals(Certainty.PACKETS, times=(9.5, 11.0, 11.5))
    assert (figures(evidence, 10.0).failed, figures(evidence, 10.0).unseen) == (2, 0)
    assert refusing(evidence)


def test_refused_attempts_that_were_only_counted_are_an_upper_bound() -> None:
    evidence = refusals(Certainty.COUNTERS, samples=((10.0, 4), (12.0, 9)))
    assert (figures(evidence, 10.0).failed, figures(evidence, 10.0).unseen) == (0, 5)


def test_refused_attempts_that_nobody_counted_are_unknown() -> None:
    assert figures(refusals(Certainty.NONE), 10.0).unseen is None
