"""A plain head is read by a shorter way, and means what the lenient way takes it for."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windtunnel.protocols.http.message_heads import (
    Message,
    Unreadable,
    read_answer_head,
    read_plain_answer,
    read_plain_request,
    read_request_head,
)

NAMES = st.sampled_from(
    ["Host", "Content-Length", "content-length", "Transfer-Encoding", "Expect", "X-Odd", "X Odd"]
)
VALUES = st.one_of(
    st.sampled_from(["7", " 7", "7, 7", "+7", "", "chunked", "gzip, chunked", "1" * 20]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=12),
)
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=5)
STARTS = st.sampled_from(
    [
        "GET / HTTP/1.1",
        "POST /a?b=%20c HTTP/1.0",
        "BREW  /pot HTTP/1.1",
        "HTTP/1.1 200 OK",
        "HTTP/1.1 103 Early Hints",
        "HTTP/1.0 204",
    ]
)


def meaning(message: Message) -> tuple[object, ...]:
    return (
        *(message.method, message.path, message.status, message.version),
        *(message.length, message.chunked, message.headed, message.every_header()),
    )


def head(start: str, fields: list[tuple[str, str]]) -> bytes:
    lines = [start, *(f"{name}:{value}" for name, value in fields)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@given(STARTS, FIELDS)
def test_both_ways_read_the_same(start: str, fields: list[tuple[str, str]]) -> None:
    text = head(start, fields)
    short, lenient = Message(), Message()
    answer = start.startswith("HTTP")
    plain = (read_plain_answer if answer else read_plain_request)(short, text)
    if not plain:
        return
    (read_answer_head if answer else read_request_head)(lenient, text)
    assert meaning(short) == meaning(lenient)


@pytest.mark.parametrize(
    ("read", "start"), [(read_plain_request, "GET / HTTP/1.1"), (read_plain_answer, "HTTP/1.1 200")]
)
@pytest.mark.parametrize(
    "fields",
    [
        [("Content-Length", "7"), ("Content-Length", "7")],
        [("Content-Length", "7"), ("Transfer-Encoding", "chunked")],
        [("Content-Length", "+7")],
        [("Transfer-Encoding", "gzip")],
        [("X Odd", "1")],
        [("X-Folded", "1\r\n 2")],
    ],
)
def test_what_is_not_plain_is_left_to_the_lenient_way(
    read: Callable[[Message, bytes], bool], start: str, fields: list[tuple[str, str]]
) -> None:
    message = Message()
    assert not read(message, head(start, fields))
    assert not message.headed
    assert meaning(message) == meaning(Message())


def test_the_usual_heads_are_plain() -> None:
    usual = [("Host", "x:1"), ("Accept", "*/*"), ("Content-Length", "12")]
    assert read_plain_request(Message(), head("GET /orders?id=1 HTTP/1.1", usual))
    assert read_plain_answer(Message(), head("HTTP/1.1 200 OK", usual))


def test_a_head_that_is_none_says_so() -> None:
    with pytest.raises(Unreadable, match="it is TLS"):
        read_request_head(Message(), b"\x16\x03\x01 / HTTP/1.1\r\n\r\n")
