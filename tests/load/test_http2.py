"""HTTP/2: the same records as HTTP/1.1, in both loops, from a server that may misbehave."""

import asyncio
import time
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.settings import SettingCodes, Settings

from tests.load import http2_servers as servers
from tests.load import servers as http1
from tests.load.http2_servers import Conversation, Server, nginx_serving, serving
from windtunnel.errors import ConfigurationError
from windtunnel.load.arrivals import Arrivals, constant
from windtunnel.load.destination import locate, reach
from windtunnel.load.engine import LoadEngine
from windtunnel.load.http2.connection import Http2Connection
from windtunnel.load.http2.goaway import Frames, GoAway
from windtunnel.load.http2.heads import Head
from windtunnel.load.mix import Mix
from windtunnel.load.plan import LoadPlan
from windtunnel.records.load_run import LoadRun
from windtunnel.records.request_failure import RequestFailure
from windtunnel.requests.request_value import Request

needs_nginx = pytest.mark.skipif(servers.nginx() is None, reason="nginx is not installed")


def load(
    behave: servers.Behave = Conversation.answer,
    *requests: Request,
    connections: int = 2,
    streams: int = 1,
    most: int = 20,
    arrivals: Arrivals | None = None,
    **settings: int,
) -> tuple[LoadRun, Server]:
    async def go() -> tuple[LoadRun, Server]:
        async with serving(behave, **settings) as server:
            plan = LoadPlan(
                destination=server.destination,
                mix=Mix(requests or (Request(),)),
                connections=connections,
                streams=streams,
                most=most,
                seconds=5.0,
                arrivals=arrivals,
            )
            return await LoadEngine(plan).run(), server

    return asyncio.run(go())


def test_streams_share_the_connections_and_each_request_is_recorded_once() -> None:
    run, server = load(connections=2, streams=5, most=60)
    assert len(server.conversations) == 2
    assert sum(len(each.heads) for each in server.conversations) == 60
    samples = run.samples
    assert samples.statuses() == {200: 60}
    assert samples.errors == 0
    assert set(samples.connection.tolist()) == {0, 1}
    assert np.all(samples.started <= samples.first_byte)
    assert np.all(samples.first_byte <= samples.ended)
    assert run.protocol == "HTTP/2, 5 streams a connection"


def test_an_open_loop_counts_from_when_a_request_was_due() -> None:
    run, _ = load(arrivals=constant(200, 0.3), streams=3)
    due = np.sort(run.samples.intended) - run.began
    assert due == pytest.approx(np.arange(60) / 200, abs=1e-6)
    assert run.samples.errors == 0


def test_fields_arrive_as_http2_has_them() -> None:
    wanted = Request(
        path="/a", method="POST", body="{}", headers={"X-One": "1", "Connection": "close"}
    )
    _, server = load(Conversation.answer, wanted, connections=1, most=1)
    [head] = server.conversations[0].heads.values()
    assert (head[":method"], head[":path"]) == ("POST", "/a")
    assert head[":authority"] == server.destination.host_header
    assert (head["x-one"], head["content-length"]) == ("1", "2")
    assert "connection" not in head


def test_a_body_beyond_the_servers_window_is_sent_as_that_opens() -> None:
    body = "0123456789" * 20_000
    wanted = Request(method="POST", body=body)
    run, server = load(Conversation.answer, wanted, connections=1, most=2)
    assert run.samples.errors == 0
    assert list(server.conversations[0].bodies.values()) == [body.encode()] * 2


def test_the_servers_limit_of_streams_is_kept() -> None:
    run, server = load(connections=1, streams=8, most=24, max_concurrent_streams=1)
    assert run.samples.statuses() == {200: 24}
    assert len(server.conversations) == 1


def test_a_reset_stream_is_one_error_and_the_connection_goes_on() -> None:
    async def reset_first(talk: Conversation, stream: int) -> None:
        await (talk.reset if stream == 1 else talk.answer)(stream)

    run, server = load(reset_first, connections=1, most=5)
    assert run.samples.failures() == {RequestFailure.RESET: 1}
    assert run.samples.statuses() == {200: 4}
    assert len(server.conversations) == 1


def test_a_stream_that_the_server_refused_to_take_is_asked_again_once() -> None:
    async def refuse_first(talk: Conversation, stream: int) -> None:
        await (talk.refuse if stream == 1 else talk.answer)(stream)

    run, server = load(refuse_first, connections=1, most=3)
    assert run.samples.statuses() == {200: 3}
    assert len(server.conversations[0].heads) == 4
    run, _ = load(Conversation.refuse, connections=1, most=2)
    assert run.samples.failures() == {RequestFailure.RESET: 2}


def test_a_deadline_ends_its_own_request_alone() -> None:
    async def never_some(talk: Conversation, stream: int) -> None:
        is_slow = talk.heads[stream][":path"] == "/slow"
        await (talk.never if is_slow else talk.answer)(stream)

    slow, fast = Request(path="/slow", timeout=0.05), Request(path="/fast")
    run, server = load(never_some, slow, fast, connections=1, streams=2, most=12)
    samples = run.samples
    timed_out = samples.request == samples.names.index("/slow")
    assert timed_out.any()
    assert set(samples.failure[timed_out].tolist()) == {RequestFailure.TIMED_OUT}
    assert set(samples.status[~timed_out].tolist()) == {200}
    assert len(server.conversations) == 1


def test_what_a_parting_server_has_taken_is_answered_and_the_rest_is_asked_again() -> None:
    async def part_once(talk: Conversation, stream: int) -> None:
        parted.append(talk)
        if talk is not parted[0]:
            await talk.answer(stream)
        elif stream == 1:
            await talk.part_then_answer(stream)

    parted: list[Conversation] = []
    run, server = load(part_once, connections=1, streams=3, most=9)
    assert run.samples.statuses() == {200: 9}
    assert run.samples.errors == 0
    assert len(server.conversations) == 2


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (http1.answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"), RequestFailure.MALFORMED),
        (http1.hang_up, RequestFailure.CLOSED),
    ],
    ids=["HTTP/1.1", "hang up"],
)
def test_a_server_without_http2_is_an_error(reply: http1.Reply, failure: RequestFailure) -> None:
    async def go() -> LoadRun:
        async with http1.serving(reply) as server:
            to, _ = locate(f"http://127.0.0.1:{server.port}/", http2=True)
            plan = LoadPlan(destination=to, mix=Mix((Request(),)), connections=1, most=3)
            with pytest.raises(ConfigurationError, match="expected HTTP/2"):
                await asyncio.to_thread(reach, to)
            return await LoadEngine(plan).run()

    assert asyncio.run(go()).samples.failures() in ({failure: 3}, {RequestFailure.RESET: 3})


def test_a_closed_port_is_refused_and_each_attempt_is_recorded(free_port: int) -> None:
    to, _ = locate(f"http://127.0.0.1:{free_port}/", http2=True)
    plan = LoadPlan(destination=to, mix=Mix((Request(),)), connections=2, streams=2, most=10)

    async def go() -> LoadRun:
        return await LoadEngine(plan).run()

    assert asyncio.run(go()).samples.failures() == {RequestFailure.REFUSED: 10}


@needs_nginx
@pytest.mark.parametrize("is_open", [False, True], ids=["closed loop", "open loop"])
def test_nginx_is_loaded_in_clear_and_over_tls(
    tmp_path: Path,
    certificate: tuple[Path, Path],
    is_open: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    key, own = certificate
    with nginx_serving(tmp_path, key, own) as (clear, tls):
        for url in (f"http://127.0.0.1:{clear}/", f"https://localhost:{tls}/"):
            to, _ = locate(url, http2=True, authority=str(own))
            reach(to)
            plan = LoadPlan(
                destination=to,
                mix=Mix((Request(), Request(method="POST", body="x" * 100_000))),
                connections=2,
                streams=3,
                most=200,
                arrivals=constant(400, 0.5) if is_open else None,
            )

            async def go(plan: LoadPlan) -> LoadRun:
                return await LoadEngine(plan).run()

            samples = asyncio.run(go(plan)).samples
            # Each connection bore 20 requests: nginx parted from it, and none was lost.
            assert samples.failures() == {}
            assert samples.statuses() == {200: 200}


def test_a_goaway_is_found_however_the_bytes_were_cut() -> None:
    settings = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    farewell = bytes([0, 0, 8, 7, 0, 0, 0, 0, 0]) + bytes([0, 0, 0, 5, 0, 0, 0, 2])
    data = settings + farewell + settings
    for cut in range(len(data)):
        frames = Frames()
        parts = [frames.feed(data[:cut]), frames.feed(data[cut:])]
        assert b"".join(kept for kept, _ in parts) == settings * 2
        assert [goaway for _, goaway in parts if goaway] == [GoAway(5, 2)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"keep_alive": False}, "expected HTTP/1.1, found HTTP/2"),
        ({"streams": 0}, "streams = 0: expected 1 to 1000"),
        ({"streams": 500, "connections": 100}, "connections x streams = 50000"),
    ],
)
def test_a_plan_that_http2_cannot_follow_is_refused(changes: dict[str, int], said: str) -> None:
    to, _ = locate("http://127.0.0.1:1/", http2=True)
    with pytest.raises(ConfigurationError, match=said):
        LoadPlan(destination=to, mix=Mix((Request(),)), **changes)  # type: ignore[arg-type]


async def _bad_interim(talk: Conversation, stream: int) -> None:
    talk.h2.send_headers(stream, [(":status", "1x3")])
    await talk.answer(stream)


def _answering(status: str) -> servers.Behave:
    return lambda talk, stream: talk.answer(stream, status)


BAD = {
    repr(status): _answering(status) for status in ("20000", "099", "600", "-20", "2x0", "", "²00")
}
BAD["an interim one"] = _bad_interim


@pytest.mark.parametrize("bad_answer", BAD.values(), ids=BAD)
def test_a_status_that_is_none_is_an_error_of_its_stream_alone(bad_answer: servers.Behave) -> None:
    """It ended in a traceback, counted as another status, or failed every stream beside it."""

    async def nonsense_for_some(talk: Conversation, stream: int) -> None:
        if talk.heads[stream][":path"] == "/bad":
            await bad_answer(talk, stream)
        else:
            waiting.append(stream)
        # One waits beside the next that comes.
        while len(waiting) > (len(talk.heads) < 20):
            await talk.answer(waiting.pop(0))

    waiting: list[int] = []
    bad, good = Request(path="/bad"), Request(path="/good")
    run, server = load(nonsense_for_some, bad, good, connections=1, streams=4, most=20)
    samples = run.samples
    is_bad = samples.request == samples.names.index("/bad")
    assert 0 < is_bad.sum() < 20
    assert set(samples.failure[is_bad].tolist()) == {RequestFailure.MALFORMED}
    assert set(samples.status[~is_bad].tolist()) == {200}
    assert len(server.conversations) == 1


class Sending:
    """Takes what a connection sends, and asks for one request with a body."""

    def __init__(self, size: int) -> None:
        self.body = bytes(size)
        self.sent = 0

    def head(self) -> tuple[Head, bytes]:
        head = [(":method", "POST"), (":authority", "x"), (":scheme", "http"), (":path", "/")]
        return head, self.body

    def write(self, data: bytes) -> None:
        self.sent += len(data)

    def is_closing(self) -> bool:
        return False

    def get_extra_info(self, name: str) -> None: ...
    def abort(self) -> None: ...
    def began(self, now: float) -> None: ...
    def answered(self, now: float, status: int) -> None: ...
    def failed(self, failure: RequestFailure) -> None: ...
    def refused(self) -> None: ...


def sending_cost(size: int, bodies: int) -> float:
    """Return the seconds of processor time that so many bodies of so many bytes take."""
    connection, sending = Http2Connection(), Sending(size)
    connection.connection_made(cast("asyncio.Transport", sending))
    server = H2Connection(config=H2Configuration(client_side=False))
    server.local_settings = Settings(
        client=False, initial_values={SettingCodes.INITIAL_WINDOW_SIZE: 2**31 - 1}
    )
    server.initiate_connection()
    server.increment_flow_control_window(2**30)
    connection.data_received(server.data_to_send())
    begun = time.process_time()
    for _ in range(bodies):
        connection.send(sending)
    found = time.process_time() - begun
    assert sending.sent > size * bodies
    return found


def test_a_byte_of_a_long_body_costs_no_more_than_one_of_a_short_body() -> None:
    """A body of 100 MB was copied 6,400 times, and stopped the engine for minutes."""
    usual = min(sending_cost(2**19, 64) for _ in range(2))
    assert min(sending_cost(2**25, 1) for _ in range(2)) < 20 * usual
