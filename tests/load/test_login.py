"""What a login gives is sent once, whoever names it; what no header can have is refused."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.load.servers import Server, serving
from windtunnel.configuration import load
from windtunnel.errors import StartError
from windtunnel.load.closed_loop import Caller
from windtunnel.load.login import Login
from windtunnel.load.request_source import RequestSource
from windtunnel.requests.login_plan import LoginPlan
from windtunnel.requests.request_value import Request

PASSWORD = "pw"  # noqa: S105 - of this test's own service


def answering(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\nset-cookie: a=1\r\n\r\n"
    return head.encode() + body


async def sent(plan: LoginPlan, request: Request, body: bytes) -> Server:
    """Log in by a server that answers so, and send one request."""

    async def reply(received: bytes) -> bytes:
        return answering(body)

    async with serving(reply) as server:
        source = RequestSource(server.address, login=Login(server.address, plan))
        caller = Caller(server.address, fallback_header="X-Fallback", requests=source)
        try:
            await caller.call(1, request)
        finally:
            caller.close()
        return server


def lines(received: bytes, name: str) -> list[str]:
    """Return the values of a header, in whatever case it is written."""
    pairs = (line.partition(": ") for line in received.decode("latin-1").split("\r\n"))
    return [value for key, _, value in pairs if key.lower() == name]


@pytest.mark.parametrize(
    ("plan", "headers", "expected"),
    [
        (LoginPlan(header={"Authorization": "Token t"}), {}, "Token t"),
        (LoginPlan(header={"Authorization": "Token t"}), {"AUTHORIZATION": "own"}, "own"),
        (LoginPlan(username="ann", password=PASSWORD), {"authorization": "own"}, "own"),
        (
            LoginPlan(username="ann", password=PASSWORD, header={"Authorization": "Token t"}),
            {},
            "Token t",
        ),
    ],
)
def test_no_request_has_two_authorizations(
    plan: LoginPlan, headers: dict[str, str], expected: str
) -> None:
    server = asyncio.run(sent(plan, Request(headers=headers), b"{}"))
    assert lines(server.requests[-1], "authorization") == [expected]


def test_the_logins_own_request_is_by_name_and_password_once() -> None:
    plan = LoginPlan(
        request=Request(path="/login", headers={"authorization": "mine"}),
        username="ann",
        password=PASSWORD,
        header={"Authorization": "Token {json.token}"},
    )
    server = asyncio.run(sent(plan, Request(path="/me"), b'{"token": "t"}'))
    login, me = server.requests
    assert lines(login, "authorization") == ["mine"]
    assert lines(me, "authorization") == ["Token t"]
    assert lines(me, "cookie") == ["a=1"]


@pytest.mark.parametrize("token", ["a\r\nx-evil: 1", "a\0b", "\u20ac", "a\nb"])
def test_a_token_that_no_header_can_have_is_refused_without_being_shown(token: str) -> None:
    plan = LoginPlan(request=Request(path="/login"), header={"X-Token": "{json.token}"})
    body = json.dumps({"token": token}).encode()
    with pytest.raises(StartError, match="the value for x-token is no line of Latin-1") as raised:
        asyncio.run(sent(plan, Request(), body))
    assert token not in str(raised.value)


def test_a_logins_body_is_a_file_beside_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "login.json").write_bytes(b'{"who": "ann"}')
    (tmp_path / "windtunnel.toml").write_text(
        'command = ["x"]\nendpoints = ["/"]\n[login.request]\nmethod = "POST"\npath = "/login"\n'
        'file = "login.json"\n'
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    plan = load(tmp_path).login_plan
    assert plan is not None
    assert plan.request is not None
    assert plan.request.content == b'{"who": "ann"}'
    server = asyncio.run(sent(plan, Request(path="/me"), b"{}"))
    assert server.requests[0].endswith(b'\r\n\r\n{"who": "ann"}')
