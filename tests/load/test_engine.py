"""The fast engine against servers that misbehave: each request recorded once, as it was."""

import asyncio
import ssl
from pathlib import Path

import numpy as np
import pytest

from tests.load import servers
from tests.load.engine_runs import load
from tests.load.servers import OK, Server, answering, serving
from windtunnel.load.arrivals import constant
from windtunnel.load.destination import Destination
from windtunnel.load.engine import LoadEngine
from windtunnel.load.mix import Mix
from windtunnel.load.plan import LoadPlan
from windtunnel.records.load_run import LoadRun
from windtunnel.records.request_failure import RequestFailure
from windtunnel.requests.request_value import Request


def test_a_closed_loop_records_every_request_once_on_its_own_connections() -> None:
    seen: list[Server] = []
    run = load(servers.ok, connections=3, most=50, look=seen.append)
    assert len(run.samples) == len(seen[0].requests) == 50
    assert seen[0].connections == 3
    assert set(run.samples.connection.tolist()) == {0, 1, 2}
    assert run.samples.statuses() == {200: 50}
    assert run.samples.errors == 0


def test_times_are_in_order() -> None:
    samples = load(servers.ok).samples
    assert np.all(samples.intended <= samples.started)
    assert np.all(samples.started <= samples.first_byte)
    assert np.all(samples.first_byte <= samples.ended)
    assert np.all(np.diff(samples.ended) >= 0)


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (servers.hang_up, RequestFailure.CLOSED),
        (answering(b"SMTP ready\r\n\r\n"), RequestFailure.MALFORMED),
        (answering(OK.replace(b"200 OK", b"503 No")), RequestFailure.UNEXPECTED_STATUS),
    ],
    ids=["hang up", "not HTTP", "503"],
)
def test_every_failure_has_its_kind(reply: servers.Reply, failure: RequestFailure) -> None:
    failures = load(reply, most=6).samples.failures()
    assert failures in ({failure: 6}, {RequestFailure.RESET: 6})


def test_a_closed_port_is_refused_and_each_attempt_is_recorded() -> None:
    async def go() -> LoadRun:
        async with serving(servers.ok) as server:
            gone = server.destination
        plan = LoadPlan(
            destination=gone, mix=Mix((Request(),)), connections=2, most=10, seconds=5.0
        )
        return await LoadEngine(plan).run()

    samples = asyncio.run(go()).samples
    assert samples.failures() == {RequestFailure.REFUSED: 10}
    assert np.all(np.isnan(samples.first_byte))


def test_a_deadline_ends_a_request_and_its_connection() -> None:
    run = load(servers.never, Request(timeout=0.05), most=4)
    assert run.samples.failures() == {RequestFailure.TIMED_OUT: 4}
    assert np.all(run.samples.ended - run.samples.intended >= 0.05)


def test_each_request_has_its_own_deadline() -> None:
    async def slow_half(request: bytes) -> bytes:
        return await (servers.never if b"/slow" in request else servers.ok)(request)

    run = load(
        slow_half,
        Request(path="/slow", timeout=0.05),
        Request(path="/fast"),
        most=30,
    )
    samples = run.samples
    slow = samples.request == samples.names.index("/slow")
    assert slow.any()
    assert set(samples.failure[slow].tolist()) == {RequestFailure.TIMED_OUT}
    assert set(samples.failure[~slow].tolist()) == {RequestFailure.NONE}


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
    ],
)
def test_a_connection_that_the_server_ends_is_no_error(answer: bytes) -> None:
    seen: list[Server] = []
    run = load(answering(answer), connections=1, most=5, look=seen.append)
    assert run.samples.statuses() == {200: 5}
    assert run.samples.errors == 0
    assert seen[0].connections == 5


def test_a_body_that_lasts_until_the_close_is_a_whole_answer() -> None:
    async def go() -> LoadRun:
        def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\nas long as it lasts")
            writer.close()

        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with listener:
            port = listener.sockets[0].getsockname()[1]
            to = Destination(scheme="http", host="h", address="127.0.0.1", port=port)
            plan = LoadPlan(destination=to, mix=Mix((Request(),)), connections=1, most=1)
            return await LoadEngine(plan).run()

    run = asyncio.run(go())
    # Closing with the request unread may reset instead: then the body was not whole.
    assert run.samples.failures() in ({}, {RequestFailure.RESET: 1})


def test_a_body_cut_short_of_its_length_is_an_error() -> None:
    async def go() -> LoadRun:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort")
            writer.close()

        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with listener:
            port = listener.sockets[0].getsockname()[1]
            to = Destination(scheme="http", host="h", address="127.0.0.1", port=port)
            plan = LoadPlan(destination=to, mix=Mix((Request(),)), connections=1, most=3)
            return await LoadEngine(plan).run()

    assert asyncio.run(go()).samples.failures() == {RequestFailure.CLOSED: 3}


def test_an_interim_answer_is_not_the_answer() -> None:
    run = load(answering(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK), most=4)
    assert run.samples.statuses() == {200: 4}


def test_a_head_request_ends_with_its_headers_and_keeps_the_connection() -> None:
    async def reply(request: bytes) -> bytes:
        return OK[:-2] if request.startswith(b"HEAD") else OK

    seen: list[Server] = []
    run = load(
        reply,
        Request(method="HEAD"),
        Request(),
        connections=1,
        most=20,
        look=seen.append,
    )
    assert run.samples.statuses() == {200: 20}
    assert set(run.samples.request.tolist()) == {0, 1}
    assert seen[0].connections == 1


def test_new_connections_are_opened_where_asked_for() -> None:
    closing = OK.replace(b"content-length", b"connection: close\r\ncontent-length")
    seen: list[Server] = []
    load(answering(closing), connections=1, most=5, keep_alive=False, look=seen.append)
    assert seen[0].connections == 5


def test_a_unix_socket_is_driven_too(tmp_path: Path) -> None:
    socket = tmp_path / "socket"

    async def go() -> LoadRun:
        async with serving(servers.ok, unix_socket=socket):
            to = Destination(scheme="http", host="service", address=str(socket), port=0)
            return await LoadEngine(LoadPlan(destination=to, mix=Mix((Request(),)), most=5)).run()

    assert asyncio.run(go()).samples.statuses() == {200: 5}


@pytest.mark.parametrize("trusted", [True, False])
def test_tls_checks_the_certificate(certificate: tuple[Path, Path], trusted: bool) -> None:  # noqa: FBT001
    key, own = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(own, key)

    async def go() -> LoadRun:
        async with serving(servers.ok, tls=context) as server:
            to = Destination(
                scheme="https",
                host="localhost",
                address="127.0.0.1",
                port=server.port,
                authority=str(own) if trusted else "",
            )
            plan = LoadPlan(destination=to, mix=Mix((Request(),)), connections=1, most=3)
            return await LoadEngine(plan).run()

    failures = asyncio.run(go()).samples.failures()
    assert failures == ({} if trusted else {RequestFailure.TLS: 3})


def test_an_open_loop_sends_all_that_is_due_and_never_before() -> None:
    run = load(servers.ok, arrivals=constant(200, 0.5), connections=4)
    samples = run.samples
    assert len(samples) == 100
    due = np.sort(samples.intended) - run.began
    assert due == pytest.approx(np.arange(100) / 200, abs=1e-6)
    assert np.all(samples.started >= samples.intended)


def test_what_no_connection_was_free_for_is_recorded_as_an_error() -> None:
    run = load(servers.never, Request(timeout=0.1), connections=1, arrivals=constant(1000, 0.2))
    assert len(run.samples) == 200
    failures = run.samples.failures()
    assert set(failures) == {RequestFailure.TIMED_OUT, RequestFailure.NOT_SENT}
    assert failures[RequestFailure.NOT_SENT] > failures[RequestFailure.TIMED_OUT]
