"""Each arm of a comparison is asked in its own time, and with its own login."""

import asyncio
import math
import time

import pytest

from tests.load.servers import OK, serving
from windtunnel.load.login import Login
from windtunnel.load.request_source import RequestSource
from windtunnel.paired.rounds import RunningArm, _ask, _OutOfTimeError
from windtunnel.records import RequestFailure
from windtunnel.requests.login_plan import LoginPlan
from windtunnel.requests.request_value import Request


def test_a_request_has_its_own_time_and_none_where_the_budgets_is_over() -> None:
    slow = Request(path="/slow", timeout=0.2, name="slow")

    async def reply(received: bytes) -> bytes:
        if b"/slow" in received:
            await asyncio.sleep(30)
        return OK

    async def ask() -> None:
        async with serving(reply) as server:
            source = RequestSource(server.address, {"slow": slow})
            arm = RunningArm("base", server.address, None, requests=source)
            patient = RunningArm("head", server.address, None, requests=source, timeout=60.0)
            began = time.monotonic()
            answer = await _ask(arm, "slow", math.inf)
            assert answer.failure is RequestFailure.TIMED_OUT
            assert 0.2 <= answer.duration < 20
            # Given less than its time, it says nothing of the arm.
            for one in (arm, patient):
                with pytest.raises(_OutOfTimeError):
                    await _ask(one, "slow", time.monotonic() + 0.05)
            with pytest.raises(_OutOfTimeError):
                await _ask(arm, "slow", time.monotonic() - 1)
            assert time.monotonic() - began < 25
            arm.close()
            patient.close()

    asyncio.run(ask())


def test_both_arms_are_logged_in_to_each_by_itself() -> None:
    plan = LoginPlan(
        request=Request(path="/login"), header={"Authorization": "Token {header.x-token}"}
    )
    seen: dict[str, list[bytes]] = {"base": [], "head": []}

    async def ask() -> None:
        async def base(received: bytes) -> bytes:
            seen["base"].append(received)
            return OK.replace(b"content", b"x-token: of-base\r\ncontent")

        async def head(received: bytes) -> bytes:
            seen["head"].append(received)
            return OK.replace(b"content", b"x-token: of-head\r\ncontent")

        async with serving(base) as one, serving(head) as other:
            for name, server in (("base", one), ("head", other)):
                source = RequestSource(server.address, login=Login(server.address, plan))
                arm = RunningArm(name, server.address, None, requests=source)
                for _ in range(3):
                    assert (await _ask(arm, "/me", math.inf)).status == 200
                arm.close()

    asyncio.run(ask())
    for name, received in seen.items():
        first, *others = received
        assert first.startswith(b"GET /login ")
        assert len(others) == 3
        assert all(f"authorization: Token of-{name}\r\n".encode() in each for each in others)
