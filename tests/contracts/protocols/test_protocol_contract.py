"""What every protocol must do that tells calls apart; a new one adds what its programs say."""

import socket
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.protocols.spoken import CONVERSATIONS, Turn
from tests.contracts.proxy.servers import OURS, Server, connect, listening, receive
from windtunnel.protocols.exchanges import Pending
from windtunnel.protocols.registry import protocol_named, protocols
from windtunnel.records import ExchangeOutcome

Found = tuple[str, str, ExchangeOutcome]
each_protocol = pytest.mark.parametrize("protocol", CONVERSATIONS)


def read(protocol: str, turns: Iterable[Turn]) -> list[Found]:
    """Return the exchanges of a connection: each is over once it ended, and only once."""
    exchanges = protocol_named(protocol).exchanges()
    found: dict[int, Found] = {}

    def done(pending: Pending, outcome: ExchangeOutcome, status: str, now: float) -> None:
        assert pending.index not in found
        assert pending.started <= now
        found[pending.index] = (pending.request, status, outcome)

    exchanges.done = done
    for place, (from_client, data) in enumerate(turns):
        (exchanges.received if from_client else exchanges.answered)(data, float(place))
    exchanges.leave(1e6)
    exchanges.end(1e6)
    assert sorted(found) == list(range(exchanges.begun))
    return [found[index] for index in sorted(found)]


def test_each_protocol_has_its_conversation() -> None:
    told_apart = {name for name, each in protocols().items() if each.separates_calls}
    assert set(CONVERSATIONS) == told_apart


@each_protocol
def test_each_exchange_is_answered(protocol: str) -> None:
    found = read(protocol, CONVERSATIONS[protocol])
    assert len(found) >= 4
    assert {outcome for _, _, outcome in found} == {ExchangeOutcome.ANSWERED}
    assert all(request and status for request, status, _ in found)


@each_protocol
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_cut_gives_the_same_exchanges(protocol: str, data: st.DataObject) -> None:
    turns: list[Turn] = []
    for from_client, whole in CONVERSATIONS[protocol]:
        cuts = data.draw(st.sets(st.integers(1, len(whole)), max_size=4)) | {0, len(whole)}
        places = sorted(cuts)
        turns += [(from_client, whole[a:b]) for a, b in pairwise(places)]
    assert read(protocol, turns) == read(protocol, CONVERSATIONS[protocol])


@each_protocol
def test_byte_by_byte(protocol: str) -> None:
    bytewise = [(who, bytes([each])) for who, whole in CONVERSATIONS[protocol] for each in whole]
    assert read(protocol, bytewise) == read(protocol, CONVERSATIONS[protocol])


@each_protocol
@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_damaged_byte_breaks_nothing(protocol: str, data: st.DataObject) -> None:
    turns = list(CONVERSATIONS[protocol])
    place = data.draw(st.integers(0, len(turns) - 1))
    from_client, whole = turns[place]
    damaged = bytearray(whole)
    damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    turns[place] = (from_client, bytes(damaged))
    read(protocol, turns)


@each_protocol
@given(turns=st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=60)), max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_bytes_break_nothing(protocol: str, turns: list[Turn]) -> None:
    read(protocol, turns)
    read(protocol, [*CONVERSATIONS[protocol][:2], *turns])


@each_protocol
def test_bytes_pass_as_they_are_and_are_recorded(protocol: str) -> None:
    """Through the proxy as a program; what it records is what the reader finds."""
    turns = CONVERSATIONS[protocol]

    came: list[bytes] = []

    def serve(client: socket.socket) -> None:
        for from_client, whole in turns:
            if from_client:
                came.append(receive(client, len(whole)))
            else:
                client.sendall(whole)

    server = Server(OURS)
    try:
        with listening(serve) as upstream, connect(server.proxy(upstream, protocol=protocol)) as c:
            for from_client, whole in turns:
                if from_client:
                    c.sendall(whole)
                else:
                    assert receive(c, len(whole)) == whole
            records = server.call("GET", "/proxies/p/evidence/records?since=0").json
    finally:
        server.close()
    assert came == [whole for from_client, whole in turns if from_client]
    recorded = sorted(records["exchanges"], key=lambda each: each["index"])
    expected = read(protocol, turns)
    assert [(each["request"], each["status"]) for each in recorded] == [
        (request, status) for request, status, _ in expected
    ]
    assert not records["blind_spots"]
