"""An answer like the last is not parsed again, and is recorded as if it were."""

import asyncio
from contextlib import suppress
from itertools import count

import pytest

from tests.load.engine_runs import load
from tests.load.servers import OK, Reply
from windtunnel.load.destination import locate
from windtunnel.load.engine import LoadEngine
from windtunnel.load.mix import Mix
from windtunnel.load.plan import LoadPlan
from windtunnel.load.repeated_answer import is_one_answer
from windtunnel.records.load_run import LoadRun
from windtunnel.records.request_failure import RequestFailure
from windtunnel.requests.request_value import Request

BUSY = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"
EMPTY = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


def in_order(*answers: bytes) -> Reply:
    """Give these answers, and OK to all requests after them."""
    places = count()

    async def reply(request: bytes) -> bytes:
        place = next(places)
        return answers[place] if place < len(answers) else OK

    return reply


def test_each_of_many_like_answers_and_of_the_others_between_has_its_status() -> None:
    answers = [*[OK] * 5, *[BUSY] * 4, OK, BUSY, *[OK] * 3]
    run = load(in_order(*answers), connections=1, most=len(answers))
    found = [int(answer[9:12]) for answer in answers]
    assert run.samples.status.tolist() == found
    assert run.samples.errors == found.count(503)


@pytest.mark.parametrize("cut", [1, 20, len(OK) - 1])
def test_one_that_comes_in_pieces_among_them_is_taken_whole(cut: int) -> None:
    places = count()
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                for piece in [OK[:cut], OK[cut:]] if next(places) % 3 == 2 else [OK]:
                    writer.write(piece)
                    await asyncio.sleep(0.01)
        writer.transport.abort()
        ended.set()

    async def go() -> LoadRun:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
            to, _ = locate(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/")
            mix = Mix((Request(),))
            run = await LoadEngine(LoadPlan(destination=to, mix=mix, connections=1, most=12)).run()
            await ended.wait()
            return run

    assert asyncio.run(go()).samples.statuses() == {200: 12}


def test_a_head_answer_like_that_of_a_get_leaves_the_connection_in_order() -> None:
    """Both are empty here, but only one of them may have had a body."""

    async def reply(request: bytes) -> bytes:
        return EMPTY if b"/empty" in request or request.startswith(b"HEAD") else OK

    requests = (
        Request(path="/empty"),
        Request(method="HEAD", path="/empty"),
        Request(),
    )
    run = load(reply, *requests, connections=1, most=60)
    assert run.samples.statuses() == {200: 60}
    assert set(run.samples.request.tolist()) == {0, 1, 2}


def test_what_follows_an_answer_is_never_taken_for_a_part_of_it() -> None:
    """Each answer here brings the beginning of another, with which the next one is damaged."""
    run = load(in_order(*[OK + b"HTTP/1.1 2"] * 6), connections=1, most=6)
    assert run.samples.failures() == {RequestFailure.MALFORMED: 3}
    assert run.samples.statuses()[200] == 3


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (OK, True),
        (EMPTY, True),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 204 None\r\n\r\n", True),
        (OK[:-1], False),
        (OK + b"H", False),
        (OK + OK, False),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK, False),
        (b"HTTP/1.1 200 OK\r\n\r\nto the close", False),
        (b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", False),
        (b"nonsense", False),
        (b"", False),
    ],
)
def test_only_a_whole_answer_with_nothing_after_it_is_one(data: bytes, *, whole: bool) -> None:
    assert is_one_answer(data) is whole
