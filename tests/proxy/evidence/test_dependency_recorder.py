"""The recorder keeps a bounded number of records, and says what it dropped."""

import pytest

from windtunnel.protocols.registry import protocol_named
from windtunnel.proxy.byte_counts import ByteCounts
from windtunnel.proxy.evidence.connection_recorder import ConnectionRecorder
from windtunnel.proxy.evidence.dependency_recorder import DependencyRecorder
from windtunnel.records import Ending, Evidence, ExchangeOutcome


def evidence(recorder: DependencyRecorder, since: float = 0.0) -> Evidence:
    return recorder.evidence(since, (), ())


def opened(recorder: DependencyRecorder, at: float) -> ConnectionRecorder:
    return recorder.opened(at, ByteCounts(taken=3), ByteCounts(given=6))


def turn(recorder: DependencyRecorder, at: float) -> None:
    """Record one connection with one exchange."""
    watch = opened(recorder, at)
    watch.received(b"ask", at)
    watch.answered(b"answer", at + 0.5)
    watch.ended(Ending.TARGET, at + 1.0, reached=True)


def test_a_connection_is_recorded_with_its_bytes_and_who_ended_it() -> None:
    recorder = DependencyRecorder("catalog", protocol_named("tcp"))
    turn(recorder, 1.0)
    (connection,) = evidence(recorder).connections
    assert (connection.number, connection.opened, connection.closed) == (1, 1.0, 2.0)
    assert (connection.received, connection.sent) == (3, 6)
    assert connection.ended_by is Ending.TARGET
    (exchange,) = evidence(recorder).exchanges
    assert (exchange.started, exchange.ended) == (1.0, 1.5)
    assert exchange.outcome is ExchangeOutcome.ANSWERED


def test_what_is_under_way_is_shown_as_pending() -> None:
    recorder = DependencyRecorder("catalog", protocol_named("http"))
    watch = opened(recorder, 1.0)
    watch.received(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", 2.0)
    found = evidence(recorder)
    assert found.connections[0].closed is None
    assert [(each.request, each.outcome) for each in found.exchanges] == [
        ("GET /a", ExchangeOutcome.PENDING)
    ]


def test_a_protocol_that_is_not_known_is_recorded_by_turns() -> None:
    recorder = DependencyRecorder("catalog", protocol_named("tcp"))
    watch = opened(recorder, 1.0)
    for place in range(3):
        watch.received(b"ask", place)
        watch.received(b" more", place)
        watch.answered(b"answer", place + 0.1)
    assert len(evidence(recorder).exchanges) == 3


@pytest.mark.parametrize("kept", [1, 3])
def test_only_the_newest_records_are_kept_and_the_others_are_counted(kept: int) -> None:
    recorder = DependencyRecorder("catalog", protocol_named("tcp"), kept=kept)
    for place in range(5):
        turn(recorder, place)
    found = evidence(recorder)
    assert [connection.number for connection in found.connections] == list(range(6 - kept, 6))
    assert len(found.exchanges) == kept
    assert found.dropped == 2 * (5 - kept)


def test_records_dropped_from_before_the_asked_time_leave_its_evidence_complete() -> None:
    recorder = DependencyRecorder("catalog", protocol_named("tcp"), kept=2)
    for place in range(5):
        turn(recorder, place)
    # The last connection that was dropped ended at 3.0.
    assert evidence(recorder, 3.0).dropped == 6
    assert evidence(recorder, 3.1).dropped == 0
    assert [each.number for each in evidence(recorder, 3.1).connections] == [4, 5]


def test_an_exchange_dropped_from_the_asked_time_leaves_its_evidence_incomplete() -> None:
    recorder = DependencyRecorder("catalog", protocol_named("tcp"), kept=2)
    watch = opened(recorder, 1.0)
    for place in range(3):
        watch.received(b"ask", 2.0 + place)
        watch.answered(b"answer", 2.5 + place)
    watch.received(b"ask", 9.0)
    assert evidence(recorder, 2.6).dropped == 0
    assert evidence(recorder, 2.5).dropped == 1


def test_complete_records_say_so() -> None:
    recorder = DependencyRecorder("catalog", protocol_named("tcp"))
    turn(recorder, 1.0)
    assert evidence(recorder).dropped == 0


def test_what_ended_before_the_asked_time_is_left_out() -> None:
    recorder = DependencyRecorder("catalog", protocol_named("tcp"))
    turn(recorder, 1.0)
    turn(recorder, 5.0)
    assert [each.number for each in evidence(recorder, 3.0).connections] == [2]
    assert [each.started for each in evidence(recorder, 3.0).exchanges] == [5.0]


def test_an_exchange_carries_what_struck_it() -> None:
    recorder = DependencyRecorder("catalog", protocol_named("http"))
    watch = opened(recorder, 1.0)
    watch.received(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", 2.0)
    watch.struck(0, "status")
    watch.kept(0)
    watch.struck(1, "of an exchange that is not there")
    watch.answered(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", 3.0)
    (exchange,) = evidence(recorder).exchanges
    assert (exchange.status, exchange.forwarded, exchange.faults) == ("503", False, ("status",))


def test_blind_spots_are_kept_once_whatever_the_number_of_connections() -> None:
    recorder = DependencyRecorder("catalog", protocol_named("http"))
    for place in range(3):
        watch = opened(recorder, place)
        watch.notice("not HTTP")
        watch.notice("not HTTP")
        if place:
            watch.ended(Ending.TARGET, place, reached=True)
    assert [spot.what for spot in evidence(recorder).blind_spots] == ["not HTTP"]


def test_a_blind_spot_ends_with_its_connection() -> None:
    recorder = DependencyRecorder("catalog", protocol_named("http"))
    for place in (1.0, 5.0):
        watch = opened(recorder, place)
        watch.received(b"\x00\x01 no HTTP\r\n\r\n", place)
        (spot,) = evidence(recorder, place + 0.1).blind_spots
        assert spot.until is None
        watch.ended(Ending.TARGET, place + 1.0, reached=True)
        (spot,) = evidence(recorder, place + 1.0).blind_spots
        assert (spot.since, spot.until) == (1.0, place + 1.0)
        assert evidence(recorder, place + 1.1).blind_spots == ()
    assert evidence(recorder, 0.0).blind_spots == (spot,)


def test_what_could_not_be_done_is_told_of_its_own_time_alone() -> None:
    recorder = DependencyRecorder("catalog", protocol_named("http"))
    recorder.notice("turned away", 2.0)
    recorder.notice("turned away", 1.0)
    (spot,) = evidence(recorder, 2.0).blind_spots
    assert (spot.what, spot.since, spot.until) == ("turned away", 1.0, 2.0)
    assert evidence(recorder, 2.1).blind_spots == ()
