"""One contract for reading answers, whichever engine sends the requests."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.load import http2_servers
from tests.load.answer_cases import CASES, Case, answering_cases
from tests.load.http2_servers import Conversation
from windtunnel.address import Address
from windtunnel.load.answer_reader import AnswerReader
from windtunnel.load.arrivals import constant
from windtunnel.load.connection import HttpConnection
from windtunnel.load.destination import Destination
from windtunnel.load.engine import LoadEngine
from windtunnel.load.locust import swarm
from windtunnel.load.mix import Mix
from windtunnel.load.plan import LoadPlan
from windtunnel.records.load_run import LoadRun
from windtunnel.records.request_failure import RequestFailure
from windtunnel.requests.request_value import Request

Outcome = tuple[int, RequestFailure]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with answering_cases() as found:
        yield found


def plan(port: int, *cases: Case, most: int) -> LoadPlan:
    return LoadPlan(
        destination=Destination(scheme="http", host="127.0.0.1", address="127.0.0.1", port=port),
        mix=Mix(tuple(case.request for case in cases)),
        connections=1,
        most=most,
        seconds=5.0,
    )


def outcomes(run: LoadRun) -> dict[str, set[Outcome]]:
    found: dict[str, set[Outcome]] = {}
    samples = run.samples
    for place in range(len(samples)):
        name = samples.names[samples.request[place]]
        outcome = int(samples.status[place]), RequestFailure(samples.failure[place])
        found.setdefault(name, set()).add(outcome)
    return found


def expected(case: Case) -> Outcome:
    if isinstance(case.expected, RequestFailure):
        return 0, case.expected
    bad = case.expected >= 400
    return case.expected, RequestFailure.UNEXPECTED_STATUS if bad else RequestFailure.NONE


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_load_engine_reads_it(port: int, case: Case) -> None:
    """Three times on one connection, where that is kept: nothing is left over for the next."""
    run = asyncio.run(_engine(plan(port, case, most=3)))
    assert outcomes(run)[case.request.label] == {expected(case)}
    assert len(run.samples) == 3


def test_the_load_engine_reads_all_of_them_in_any_order(port: int) -> None:
    run = asyncio.run(_engine(plan(port, *CASES, most=400)))
    wrong = {
        case.name: outcomes(run)[case.request.label]
        for case in CASES
        if outcomes(run)[case.request.label] != {expected(case)}
    }
    assert wrong == {}


async def _engine(plan: LoadPlan) -> LoadRun:
    return await LoadEngine(plan).run()


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.method == "GET" and not case.headers],
    ids=lambda case: case.name,
)
def test_a_scenarios_connection_reads_it(port: int, case: Case) -> None:
    async def ask() -> None:
        connection = HttpConnection(
            Address("127.0.0.1", port), keep_headers=frozenset({"x-kept", "link"})
        )
        for _ in range(3):
            answer = await connection.get(case.path, timeout=3.0)
            if isinstance(case.expected, RequestFailure):
                assert answer.status is None
                assert answer.failure is case.expected
            else:
                assert (answer.status, answer.failure) == (case.expected, RequestFailure.NONE)
            # Neither an interim answer's fields nor trailers are the answer's.
            assert answer.headers == {}
        connection.close()

    asyncio.run(ask())


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.skipif(not swarm.available(), reason="Locust is not installed")
def test_locust_reads_them(port: int) -> None:
    # Locust offers no upgrades, and reads what is not HTTP as a connection that was closed.
    cases = [case for case in CASES if "switch" not in case.name]
    wanted = LoadPlan(
        destination=Destination(scheme="http", host="127.0.0.1", address="127.0.0.1", port=port),
        mix=Mix(tuple(case.request for case in cases)),
        connections=4,
        arrivals=constant(200, 3.0),
        seed=4,
    )
    found = outcomes(swarm.swarm(wanted, 1))
    wrong = {}
    for case in cases:
        status, failure = expected(case)
        for seen in found[case.request.label]:
            same = seen == (status, failure)
            if not same and not (status == 0 and seen[0] == 0 and seen[1]):
                wrong[case.name] = seen
    assert wrong == {}


async def _hints_then_error(talk: Conversation, stream: int) -> None:
    talk.h2.send_headers(stream, [(":status", "103"), ("link", "</s.css>; rel=preload")])
    await talk.answer(stream, 500)


async def _same(talk: Conversation, stream: int) -> None:
    talk.h2.send_headers(stream, [(":status", "304"), ("content-length", "9")], end_stream=True)
    talk.flush()


async def _length_alone(talk: Conversation, stream: int) -> None:
    talk.h2.send_headers(stream, [(":status", "200"), ("content-length", "9")], end_stream=True)
    talk.flush()


async def _trailers(talk: Conversation, stream: int) -> None:
    talk.h2.send_headers(stream, [(":status", "200")])
    talk.h2.send_data(stream, b"ok")
    talk.h2.send_headers(stream, [("x-status", "500")], end_stream=True)
    talk.flush()


@pytest.mark.parametrize(
    ("behave", "method", "outcome"),
    [
        (_hints_then_error, "GET", (500, RequestFailure.UNEXPECTED_STATUS)),
        (_same, "GET", (304, RequestFailure.NONE)),
        (_length_alone, "HEAD", (200, RequestFailure.NONE)),
        (_length_alone, "GET", (0, RequestFailure.CLOSED)),
        (_trailers, "GET", (200, RequestFailure.NONE)),
    ],
    ids=["hints", "304 with a length", "HEAD", "no body of its length", "trailers"],
)
def test_http2_reads_it(behave: http2_servers.Behave, method: str, outcome: Outcome) -> None:
    async def go() -> LoadRun:
        async with http2_servers.serving(behave) as server:
            return await LoadEngine(
                LoadPlan(
                    destination=server.destination,
                    mix=Mix((Request(method=method),)),
                    connections=1,
                    most=5,
                    seconds=5.0,
                )
            ).run()

    [seen] = outcomes(asyncio.run(go())).values()
    assert seen == {outcome}


LONG = 50_000
PIECEMEAL = {
    "one field": b"HTTP/1.1 200 OK\r\nx-kept: " + b"a" * LONG,
    "many fields": b"HTTP/1.1 200 OK\r\n" + b"a: 1\r\n" * (LONG // 6),
    "interim answers": b"HTTP/1.1 100 C\r\n\r\n" * (LONG // 18),
    "a reason": b"HTTP/1.1 200 " + b"a" * LONG,
}
TO_A_BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 999999\r\n\r\n"


def reading_cost(data: bytes, size: int, keep: frozenset[str] | None) -> float:
    """Return the seconds of processor time that bytes in pieces of this size take."""
    reader = AnswerReader(keep_headers=keep)
    begun = time.process_time()
    for start in range(0, len(data), size):
        assert reader.feed(data[start : start + size]) == 0
    return time.process_time() - begun


@pytest.mark.parametrize("keep", [None, frozenset({"x-kept"})], ids=["nothing", "a field"])
@pytest.mark.parametrize("name", PIECEMEAL)
def test_a_head_byte_by_byte_costs_little_more_than_a_body(
    name: str, keep: frozenset[str] | None
) -> None:
    """What had come of it was copied with each byte: 30 s of the engine's loop for one answer."""
    data = PIECEMEAL[name]
    usual = min(reading_cost((TO_A_BODY + data)[: len(data)], 1, keep) for _ in range(2))
    assert min(reading_cost(data, 1, keep) for _ in range(2)) < 20 * usual


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_long_field_is_kept_however_it_was_cut(size: int) -> None:
    value = "".join(str(number) for number in range(20_000))
    wire = f"HTTP/1.1 200 OK\r\nx-kept: {value}\r\nother: {value}\r\ncontent-length: 2\r\n\r\nok"
    reader = AnswerReader(keep_headers=frozenset({"x-kept"}))
    data = wire.encode()
    statuses = [reader.feed(data[start : start + size]) for start in range(0, len(data), size)]
    assert statuses == [0] * (len(statuses) - 1) + [200]
    assert reader.headers == {"x-kept": value}
    assert b"".join(reader.body) == b"ok"
