"""Logs in to one target, once, and again where an answer says that the login is no longer good."""

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping

from windtunnel.address import Address
from windtunnel.errors import StartError, shown
from windtunnel.load.connection import EveryHeader, HttpAnswer, HttpConnection
from windtunnel.load.encoding import Encoding
from windtunnel.requests.login_plan import LoginPlan
from windtunnel.requests.placeholders import Filling, template
from windtunnel.requests.prepared import Preparation
from windtunnel.requests.request_value import Request

REFUSED = 401
"""The status by which a service refuses who it does not know (RFC 9110, 15.5.2)."""
_FOUND = re.compile(r"\{(json|header|cookie)\.([^{}]+)\}")


class Login:
    """The login of one target. Raises StartError where the service refuses it."""

    def __init__(self, address: Address, plan: LoginPlan) -> None:
        self.headers: Mapping[str, str] = {}
        """What is sent with each request."""
        self.number = 0
        """How often it was made."""
        self._address = address
        self._plan = plan
        self._making = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<Login at {self._address}, made {self.number} times>"

    async def make(self) -> None:
        """Log in."""
        headers = dict(_basic(self._plan))
        request = self._plan.request
        if request is not None:
            answer = await self._ask(request, headers)
            if answer.status is None or not request.is_good(answer.status):
                said = answer.body[:200].decode(errors="replace").strip()
                got = answer.failure.text if answer.status is None else f"{answer.status} {said}"
                raise StartError(f"login: {request.label} at {self._address}: {got}")
            headers |= self._learnt(answer)
        self.headers = headers
        self.number += 1

    async def renew(self) -> None:
        """Log in anew, once for all who were refused meanwhile."""
        before = self.number
        async with self._making:
            if self.number == before:
                await self.make()

    async def _ask(self, request: Request, headers: Mapping[str, str]) -> HttpAnswer:
        connection = HttpConnection(self._address, keep_headers=EveryHeader())
        prepared = Preparation(request, headers).of(Filling(self.number + 1))
        item = Encoding(request, 0, str(self._address), keep_alive=True).of(prepared)
        try:
            return await connection.send(item.wire, timeout=item.timeout, is_head=item.is_head)
        finally:
            connection.close()

    def _learnt(self, answer: HttpAnswer) -> dict[str, str]:
        cookies = _cookies(answer.headers.get("set-cookie", ""))
        found = {}
        if cookies and self._plan.cookies:
            found["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        sources: dict[str, Callable[[str], str]] = {
            "json": lambda name: _member(answer.body, name),
            "header": lambda name: _named(name, answer.headers, "header"),
            "cookie": lambda name: _named(name, cookies, "cookie"),
        }
        for name, text in self._plan.header.items():
            filled = _FOUND.sub(lambda match: sources[match[1]](match[2]), text)
            found[name] = filled
        return found


def _basic(plan: LoginPlan) -> dict[str, str]:
    if not plan.username:
        return {}
    chance = Filling(1).random()
    name, word = (
        template(each).fill(Filling(1), chance) for each in (plan.username, plan.password)
    )
    return {"authorization": "Basic " + b64encode(f"{name}:{word}".encode()).decode("ascii")}


def _cookies(lines: str) -> dict[str, str]:
    """Return the cookies that are set; what a deleted one had is empty, and it is left out."""
    pairs = (line.partition(";")[0].partition("=") for line in lines.split("\n"))
    return {name.strip(): value.strip() for name, _, value in pairs if value.strip()}


def _member(body: bytes, path: str) -> str:
    """Return a member of the answer's JSON, such as "data.token" or "tokens.0"."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise StartError(f"login: {{json.{path}}}: the answer is no JSON") from None
    for part in path.split("."):
        if isinstance(found, dict) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            known = (
                f"; it has {', '.join(sorted(map(str, found)))}" if isinstance(found, dict) else ""
            )
            raise StartError(f"login: {{json.{path}}}: the answer has no {shown(part)}{known}")
    if isinstance(found, str | int | float) and not isinstance(found, bool):
        return str(found)
    raise StartError(f"login: {{json.{path}}}: expected text or a number")


def _named(name: str, found: Mapping[str, str], what: str) -> str:
    key = name.lower() if what == "header" else name
    if key not in found:
        raise StartError(f"login: {{{what}.{name}}}: the answer has no such {what}")
    return found[key]
