"""Records: nothing fails, whatever comes, and each exchange that begins is over exactly once."""

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.http_traffic import PIPELINES, SIZES, Exchange, damaged, pieces
from windtunnel.protocols.exchanges import Exchanges, Pending
from windtunnel.protocols.registry import protocols
from windtunnel.protocols.request_fields import RequestFields
from windtunnel.records import ExchangeOutcome

BULK = st.binary(max_size=20).map(lambda data: b"$%d\r\n%s\r\n" % (len(data), data))
COMMANDS = st.lists(
    st.tuples(
        st.sampled_from([b"PING", b"GET", b"HELLO", b"SUBSCRIBE", b"MONITOR"]),
        st.lists(BULK, max_size=3),
    ).map(lambda each: b"*%d\r\n$%d\r\n%s\r\n%s" % _command(*each)),
    max_size=4,
).map(b"".join)
REPLIES = st.recursive(
    st.sampled_from([b"+PONG\r\n", b"-ERR no\r\n", b":5\r\n", b"$-1\r\n", b"_\r\n", b"#t\r\n"])
    | BULK,
    lambda inner: st.tuples(st.sampled_from(b"*>~"), st.lists(inner, max_size=3)).map(
        lambda each: b"%c%d\r\n%s" % (each[0], len(each[1]), b"".join(each[1]))
    ),
    max_leaves=6,
)


def _command(name: bytes, rest: list[bytes]) -> tuple[int, int, bytes, bytes]:
    return 1 + len(rest), len(name), name, b"".join(rest)


@st.composite
def http(draw: st.DrawFn) -> tuple[bytes, bytes]:
    pipeline = draw(PIPELINES)
    return b"".join(e.request for e in pipeline), b"".join(e.answer for e in pipeline)


TRAFFIC = {
    "http": http(),
    "redis": st.tuples(COMMANDS, st.lists(REPLIES, max_size=5).map(b"".join)),
    "tcp": st.tuples(st.binary(max_size=100), st.binary(max_size=100)),
}


@given(protocol=st.sampled_from(sorted(TRAFFIC)), data=st.data())
def test_no_record_fails_on_damaged_traffic(protocol: str, data: st.DataObject) -> None:
    exchanges: Exchanges = protocols()[protocol].exchanges()
    exchanges.record(RequestFields(("header:host", "json:a.0"), ("json:a",), "key"))
    over: list[int] = []
    exchanges.done = lambda pending, outcome, status, now: over.append(pending.index)
    asked, answered = (data.draw(damaged(stream)) for stream in data.draw(TRAFFIC[protocol]))
    sizes = data.draw(SIZES)
    streams = [
        (exchanges.received, list(pieces(asked, sizes))),
        (exchanges.answered, list(pieces(answered, sizes))),
    ]
    while any(left for _, left in streams):
        take, left = streams[data.draw(st.integers(0, 1)) if all(s[1] for s in streams) else 0]
        if not left:
            take, left = streams[1]
        take(left.pop(0), 0.0)
    exchanges.finished(1.0)
    exchanges.end(1.0)
    assert sorted(over) == list(range(exchanges.begun))


@given(PIPELINES, SIZES)
def test_http_is_recorded_the_same_however_it_is_cut(
    pipeline: list[Exchange], sizes: list[int]
) -> None:
    exchanges = protocols()["http"].exchanges()
    found: list[tuple[str, ExchangeOutcome, str]] = []

    def done(pending: Pending, outcome: ExchangeOutcome, status: str, now: float) -> None:
        found.append((pending.request, outcome, status))

    exchanges.done = done
    for piece in pieces(b"".join(each.request for each in pipeline), sizes):
        exchanges.received(piece, 0.0)
    for piece in pieces(b"".join(each.answer for each in pipeline), sizes):
        exchanges.answered(piece, 0.0)
    assert exchanges.idle
    assert exchanges.blind_spots == []
    assert found == [
        (f"{each.method} {each.path}", ExchangeOutcome.ANSWERED, str(each.status))
        for each in pipeline
    ]
