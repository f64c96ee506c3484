"""Replies are found as Redis's own client finds them, and none costs more than its bytes."""

import tracemalloc

import hiredis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.http_traffic import SIZES, pieces
from tests.fuzz.test_records import REPLIES
from windtunnel.protocols.redis.replies import DEEPEST, KEPT, Reply, ReplyReader, UnreadableReply

NOTHING = object()


def read(data: bytes) -> list[Reply]:
    return list(ReplyReader().feed(data))


@given(replies=st.lists(REPLIES, max_size=6).map(b"".join), sizes=SIZES)
def test_they_are_those_that_hiredis_finds(replies: bytes, sizes: list[int]) -> None:
    ours, theirs = ReplyReader(), hiredis.Reader(notEnoughData=NOTHING)
    for piece in pieces(replies, sizes):
        found = list(ours.feed(piece))
        theirs.feed(piece)
        expected = []
        while (reply := theirs.gets()) is not NOTHING:
            expected.append(reply)
        assert [reply.is_error for reply in found] == [
            isinstance(reply, hiredis.ReplyError) for reply in expected
        ]
        assert [reply.is_pushed for reply in found] == [
            isinstance(reply, hiredis.PushNotification) for reply in expected
        ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"+OK\r\n", [Reply(b"+", b"OK")]),
        (b"-ERR no\r\n", [Reply(b"-", b"ERR no")]),
        (b"!6\r\nERR no\r\n", [Reply(b"!", b"ERR no")]),
        (b"=7\r\ntxt:abc\r\n", [Reply(b"=", b"txt:abc")]),
        (b"$-1\r\n*-1\r\n_\r\n", [Reply(b"$"), Reply(b"*"), Reply(b"_")]),
        (b"*0\r\n%0\r\n", [Reply(b"*"), Reply(b"%")]),
        (b"*2\r\n$7\r\nmessage\r\n:1\r\n", [Reply(b"*", b"message")]),
        (b"*2\r\n*1\r\n+a\r\n+b\r\n+c\r\n", [Reply(b"*"), Reply(b"+", b"c")]),
        (b"%1\r\n+a\r\n*2\r\n:1\r\n:2\r\n,1.5\r\n", [Reply(b"%", b"a"), Reply(b",", b"1.5")]),
        (b"|1\r\n+a\r\n+b\r\n:5\r\n", [Reply(b":", b"5")]),
        (b"|0\r\n:5\r\n", [Reply(b":", b"5")]),
        (
            b"*2\r\n|1\r\n+a\r\n*1\r\n+b\r\n+c\r\n+d\r\n:1\r\n",
            [Reply(b"*", b"c"), Reply(b":", b"1")],
        ),
        (b"+OK\n", [Reply(b"+", b"OK")]),
        (b"$200\r\n%b\r\n" % (b"x" * 200), [Reply(b"$", b"x" * KEPT)]),
    ],
    ids=repr,
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_each_form_however_it_is_cut(data: bytes, expected: list[Reply], size: int) -> None:
    reader = ReplyReader()
    cut = [data[at : at + size] for at in range(0, len(data), size)]
    assert [reply for piece in cut for reply in reader.feed(piece)] == expected


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"HTTP/1.1 400\r\n", "it begins with b'HTTP"),
        (b"\x16\x03", "it begins with"),
        (b"*x\r\n", "has no length"),
        (b"$-2\r\n", "has no length"),
        (b"*" + b"9" * 30 + b"\r\n", "has no length"),
        (b"$1\r\nabc", "does not end where its length says"),
        (b"*1\r\n" * (DEEPEST + 1), "deep"),
        (b"+" + b"x" * 70_000, "does not end"),
    ],
)
def test_what_is_no_reply_says_why(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableReply, match=why):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        b"*999999999\r\n",
        b"%9999999999999999999\r\n:1\r\n",
        b"$999999999\r\nx",
        b"*9999\r\n" * DEEPEST,
        b"*1000000\r\n" + b":1\r\n" * 10_000,
    ],
    ids=lambda data: repr(data[:24]),
)
def test_no_length_that_the_bytes_name_is_allocated(data: bytes) -> None:
    """Twelve bytes once stopped the proxy for twenty seconds."""
    reader = ReplyReader()
    tracemalloc.start()
    try:
        assert list(reader.feed(data)) == []
        del reader
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200_000
