"""A scenario's own connection: every way in which a request can end becomes a record."""

import asyncio
import socket
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import pytest

from tests.load import servers
from tests.load.servers import OK, answering, serving
from windtunnel.address import Address
from windtunnel.load.answer_reader import LONGEST_KEPT, AnswerReader
from windtunnel.load.closed_loop import KEPT, Caller, closed_loop
from windtunnel.load.connection import HttpAnswer, HttpConnection
from windtunnel.ports import free_port
from windtunnel.records import RequestFailure, Response

Result = TypeVar("Result")


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(coroutine)


async def one_answer(reply: servers.Reply, *, timeout: float = 5.0) -> HttpAnswer:  # noqa: ASYNC109
    async with serving(reply) as server:
        connection = HttpConnection(server.address, keep_headers=frozenset({"x-kept"}))
        try:
            return await connection.get("/a", timeout=timeout)
        finally:
            connection.close()


def test_an_answer_has_its_status_body_and_the_headers_asked_for() -> None:
    answer = run(
        one_answer(
            answering(b"HTTP/1.1 404 No\r\nX-Kept: a\r\nX-Not: b\r\ncontent-length: 3\r\n\r\nabc")
        )
    )
    assert (answer.status, answer.failure, answer.body) == (404, RequestFailure.NONE, b"abc")
    assert answer.headers == {"x-kept": "a"}


def test_a_chunked_body_is_put_together() -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    assert run(one_answer(answering(chunked))).body == b"abc"


def test_a_closed_port_is_refused() -> None:
    async def ask() -> HttpAnswer:
        connection = HttpConnection(Address("127.0.0.1", free_port()), keep_headers=frozenset())
        return await connection.get("/", timeout=5.0)

    answer = run(ask())
    assert (answer.status, answer.failure) == (None, RequestFailure.REFUSED)


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (servers.hang_up, RequestFailure.CLOSED),
        (answering(b"SMTP ready\r\n\r\n"), RequestFailure.MALFORMED),
    ],
    ids=["hang up", "not HTTP"],
)
def test_a_broken_answer_is_named(reply: servers.Reply, failure: RequestFailure) -> None:
    answer = run(one_answer(reply))
    assert answer.status is None
    assert answer.failure in {failure, RequestFailure.RESET}


def test_an_answer_that_does_not_come_times_out() -> None:
    answer = run(one_answer(servers.never, timeout=0.05))
    assert (answer.status, answer.failure) == (None, RequestFailure.TIMED_OUT)


def test_a_reset_is_named() -> None:
    async def ask() -> HttpAnswer:
        def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            raw = writer.get_extra_info("socket")
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()

        listener = await asyncio.start_server(reset, "127.0.0.1", 0)
        async with listener:
            port = listener.sockets[0].getsockname()[1]
            connection = HttpConnection(Address("127.0.0.1", port), keep_headers=frozenset())
            answer = await connection.get("/", timeout=5.0)
            connection.close()
            return answer

    assert run(ask()).failure is RequestFailure.RESET


def test_a_connection_that_the_server_ends_is_replaced() -> None:
    closing = OK.replace(b"content-length", b"connection: close\r\ncontent-length")

    async def ask() -> tuple[int | None, int | None, int]:
        async with serving(answering(closing)) as server:
            connection = HttpConnection(server.address, keep_headers=frozenset())
            first = await connection.get("/", timeout=5.0)
            second = await connection.get("/", timeout=5.0)
            connection.close()
            return first.status, second.status, server.connections

    assert run(ask()) == (200, 200, 2)


def test_a_closed_loop_sends_all_in_order_over_its_callers_connections() -> None:
    async def load() -> tuple[list[str], set[int], int]:
        async with serving(servers.ok) as server:
            callers = [Caller(server.address, fallback_header="X-F", timeout=5.0) for _ in "ab"]
            responses = await closed_loop(callers, [f"/{n}" for n in range(20)])
            for caller in callers:
                caller.close()
            paths = [request.split()[1].decode() for request in server.requests]
            return paths, {response.number for response in responses}, server.connections

    paths, numbers, connections = run(load())
    assert sorted(paths) == sorted(f"/{n}" for n in range(20))
    assert numbers == set(range(1, 21))
    assert connections == 2


def test_a_closed_loop_records_the_fallback_that_an_answer_names() -> None:
    fallback = OK.replace(b"content-length", b"X-F: catalog\r\ncontent-length")

    async def load() -> str:
        async with serving(answering(fallback)) as server:
            caller = Caller(server.address, fallback_header="X-F", timeout=5.0)
            [response] = await closed_loop([caller], ["/"])
            caller.close()
            return response.fallback

    assert run(load()) == "catalog"


def test_headers_of_good_answers_are_kept_up_to_a_number_and_those_of_others_all() -> None:
    async def ask(reply: bytes, number: int) -> set[str]:
        async with serving(answering(reply)) as server:
            caller = Caller(server.address, fallback_header="X-F", timeout=5.0)
            response, _ = await caller.call(number, "/")
            caller.close()
            return set(response.headers)

    refused = OK.replace(b"200 OK", b"503 No")
    assert run(ask(OK, KEPT)) == {"content-length"}
    assert run(ask(OK, KEPT + 1)) == set()
    assert run(ask(refused, KEPT + 1)) == {"content-length"}


def test_several_values_of_a_header_are_one_list_and_cookies_lines() -> None:
    several = b"A: 1\r\na: 2\r\nSet-Cookie: x=1, 2\r\nSet-Cookie: y=3\r\ncontent-length"

    async def ask() -> Response:
        async with serving(answering(OK.replace(b"content-length", several))) as server:
            caller = Caller(server.address, fallback_header="X-F", timeout=5.0)
            response, _ = await caller.call(1, "/")
            caller.close()
            return response

    headers = run(ask()).headers
    assert (headers["a"], headers["set-cookie"]) == ("1, 2", "x=1, 2\ny=3")


def test_a_closed_loop_ends_with_its_time() -> None:
    async def load() -> int:
        async with serving(servers.ok) as server:
            caller = Caller(server.address, fallback_header="X-F", timeout=5.0)
            responses = await closed_loop([caller], ["/"] * 100, until=0.0)
            caller.close()
            return len(responses)

    assert run(load()) == 1  # the clock is looked at after each request


def test_an_answer_without_a_length_lasts_until_the_close() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in (b"HTTP/1.0 200 OK\r\nServer: a", b"\r\n\r\nab", b"c"):
            writer.write(part)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def ask() -> HttpAnswer:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
            return await HttpConnection(address, keep_headers=frozenset()).get("/", timeout=5.0)

    answer = run(ask())
    assert (answer.status, answer.failure, answer.body) == (200, RequestFailure.NONE, b"abc")


def test_a_body_without_an_end_is_read_up_to_what_is_wanted() -> None:
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(bytes(100_000))
                sent += 100_000
                await writer.drain()

    async def ask() -> HttpAnswer:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
            connection = HttpConnection(address, keep_headers=frozenset())
            return await connection.get("/", timeout=60.0, most=1_000_000)

    answer = run(ask())
    assert (answer.status, answer.failure) == (None, RequestFailure.MALFORMED)
    assert answer.detail == "a body of over 1000000 bytes"
    assert sent < 50_000_000  # what the kernel holds on both sides is beside it


def test_a_long_body_is_answered_and_not_all_of_it_kept() -> None:
    reader = AnswerReader(keep_headers=frozenset())
    assert reader.feed(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (LONGEST_KEPT * 2)) == 0
    piece = bytes(LONGEST_KEPT // 4)
    assert [reader.feed(piece) for _ in range(8)] == [0] * 7 + [200]
    assert sum(map(len, reader.body)) == LONGEST_KEPT


def test_a_cancelled_requests_answer_is_not_taken_for_the_next_ones() -> None:
    async def by_path(request: bytes) -> bytes:
        if b"/slow" in request:
            await asyncio.sleep(0.1)
            return OK.replace(b"200 OK", b"500 No")
        await asyncio.sleep(0.2)
        return OK

    async def ask() -> int | None:
        async with serving(by_path) as server:
            connection = HttpConnection(server.address, keep_headers=frozenset())
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await connection.get("/slow", timeout=5.0)
            answer = await connection.get("/next", timeout=5.0)
            connection.close()
            return answer.status

    assert run(ask()) == 200
