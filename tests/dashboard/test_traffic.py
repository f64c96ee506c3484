"""A request of the background traffic that cannot be made takes no connection with it."""

import asyncio
import os
import random

import pytest

from tests.load.servers import OK, serving
from windtunnel.dashboard.traffic import CALLERS, Traffic
from windtunnel.load.closed_loop import Caller
from windtunnel.load.request_source import RequestSource
from windtunnel.requests.request_value import Request

NAME = "WINDTUNNEL_TESTS_LATE"


def test_requests_that_could_not_be_made_leave_their_callers_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(NAME, "here")
    asked = Request(path="/", headers={"X-Late": "{env:WINDTUNNEL_TESTS_LATE}"}, name="late")

    async def reply(received: bytes) -> bytes:
        return OK

    async def send() -> None:
        async with serving(reply) as server:

            def connect() -> Caller:
                source = RequestSource(server.address, {"late": asked})
                return Caller(server.address, fallback_header="X-Fallback", requests=source)

            order = random.Random(1)  # noqa: S311 - replayable, not secret
            traffic = Traffic(connect, ["late"], rate=0, order=order)
            del os.environ[NAME]
            # More than there are connections: were each one lost, none would be left.
            for _ in range(2 * CALLERS):
                traffic._call("late")
                await asyncio.gather(*traffic._under_way)
            assert (traffic.left_out, traffic.take()) == (2 * CALLERS, [])
            os.environ[NAME] = "again"
            traffic._call("late")
            await asyncio.gather(*traffic._under_way)
            assert [each.status for each in traffic.take()] == [200]
            assert len(traffic._callers) == 1
            await traffic.close()

    asyncio.run(send())
