"""A framer cuts a stream into messages, whatever the chunks, and loses no byte."""

import random

import pytest

from tests.proxy.chance import chance
from windtunnel.protocols.http.framing import HEAD_LIMIT, Framer
from windtunnel.protocols.http.message_heads import Message
from windtunnel.protocols.http.message_segment import MessageSegment

GET = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nline1\nline2"
CHUNKED = (
    b"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"6;ext=1\r\nab\ncd\n\r\n3\r\nefg\r\n0\r\nX-Trailer: 1\r\n\r\n"
)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def requests() -> Framer:
    return Framer("requests")


def answers(*, bodiless: bool = False) -> Framer:
    return Framer("answers", lambda message: bodiless)


def feed(framer: Framer, stream: bytes, sizes: random.Random | None = None) -> list[MessageSegment]:
    """Feed a stream in one chunk, or in chunks of random sizes."""
    segments: list[MessageSegment] = []
    while stream:
        size = len(stream) if sizes is None else sizes.randint(1, 20)
        segments.extend(framer.feed(stream[:size]))
        stream = stream[size:]
    return segments


def contents(segments: list[MessageSegment]) -> list[tuple[str, bytes]]:
    """Return each message's path or status, and its content."""
    found: dict[Message, bytes] = {}
    for segment in segments:
        found.setdefault(segment.message, b"")
        found[segment.message] += segment.data[: segment.content]
    return [(message.path or str(message.status), content) for message, content in found.items()]


@pytest.mark.parametrize("seed", range(20))
def test_pipelined_requests_are_told_apart_however_they_arrive(seed: int) -> None:
    stream = GET + POST + CHUNKED + GET
    segments = feed(requests(), stream, chance(seed))
    assert b"".join(segment.data for segment in segments) == stream
    assert contents(segments) == [
        ("/a?b=c", b""),
        ("/p", b"line1\nline2"),
        ("/c", b"ab\ncd\nefg"),
        ("/a?b=c", b""),
    ]
    assert sum(segment.last for segment in segments) == 4


def test_a_segment_belongs_to_one_message_even_where_two_share_a_chunk() -> None:
    segments = feed(requests(), POST + GET)
    first = [segment.data for segment in segments if segment.message is segments[0].message]
    assert b"".join(first) == POST


def test_a_head_tells_method_path_version_and_headers() -> None:
    message = feed(requests(), POST)[0].message
    assert (message.method, message.path, message.version) == ("POST", "/p", "1.1")
    assert message.header("HOST") == "x"
    assert message.header("missing") is None


def test_trailers_are_no_headers() -> None:
    assert feed(requests(), CHUNKED)[0].message.header("X-Trailer") is None


def test_an_interim_answer_is_a_message_before_the_final_one() -> None:
    segments = feed(answers(), b"HTTP/1.1 100 Continue\r\n\r\n" + OK)
    assert contents(segments) == [("100", b""), ("200", b"ok")]


def test_an_answer_to_head_has_no_body_whatever_its_length_says() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    segments = feed(answers(bodiless=True), head + head)
    assert [segment.last for segment in segments] == [True, True]


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_a_status_without_content_ends_with_its_head(status: bytes) -> None:
    segments = feed(answers(), b"HTTP/1.1 " + status + b"\r\n\r\n" + OK)
    assert [message for message, _ in contents(segments)] == [status[:3].decode(), "200"]


def test_an_answer_without_a_length_lasts_as_long_as_the_connection() -> None:
    segments = feed(answers(), b"HTTP/1.0 200 OK\r\n\r\nsome\nlines\nand HTTP/1.1 200 OK\r\n")
    assert contents(segments) == [("200", b"some\nlines\nand HTTP/1.1 200 OK\r\n")]
    assert not segments[0].message.delimited
    assert not any(segment.last for segment in segments)


def test_what_is_not_http_is_given_back_from_where_it_begins() -> None:
    framer = requests()
    segments = feed(framer, GET + b"*1\r\n$4\r\nPING\r\n")
    assert contents(segments) == [("/a?b=c", b"")]
    assert framer.broken
    assert framer.rest == b"*1\r\n$4\r\nPING\r\n"


def test_a_head_without_an_end_is_given_up_before_it_fills_the_memory() -> None:
    framer = requests()
    feed(framer, b"GET / HTTP/1.1\r\n")
    fed = 0
    while not framer.broken:
        feed(framer, b"X-Header: 0123456789\r\n")
        fed += 22
        assert fed <= HEAD_LIMIT + 22
    assert framer.broken == f"its head is over {HEAD_LIMIT} bytes"


def test_an_upgrade_ends_its_message() -> None:
    upgrade = b"GET /u HTTP/1.1\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"
    assert contents(feed(requests(), upgrade + GET)) == [("/u", b""), ("/a?b=c", b"")]
