"""Logs in to one target, once, and again where an answer says that the login is no longer good."""

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping

from windtunnel.address import Address
from windtunnel.errors import LoginFailed, shown
from windtunnel.load.connection import EveryHeader, HttpAnswer, HttpConnection
from windtunnel.load.encoding import Encoding
from windtunnel.requests.login_plan import LoginPlan
from windtunnel.requests.placeholders import Chance, Filling
from windtunnel.requests.prepared import Preparation, is_field_value
from windtunnel.requests.request_value import Request

REFUSED = 401
"""The status by which a service refuses who it does not know (RFC 9110, 15.5.2)."""


class Login:
    """The login of one target. Raises LoginFailed where the service refuses it."""

    def __init__(
        self,
        address: Address,
        plan: LoginPlan,
        learn: Callable[[Iterable[str]], None] = lambda values: None,
    ) -> None:
        self.headers: Mapping[str, str] = {}
        """What is sent with each request."""
        self.number = 0
        """How often it was made."""
        self.accepted = 0
        """The number of the last login by which a request was not refused."""
        self.refused = 0
        """The number of the last login by which a request was."""
        self._address = address
        self._plan = plan
        self._learn = learn
        self._making = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<Login at {self._address}, made {self.number} times>"

    @property
    def is_over(self) -> bool:
        """Whether it was good once, and a request was refused since."""
        return 0 < self.number == self.refused == self.accepted

    def saw(self, number: int, status: int | None) -> None:
        """Note the answer to a request that carried the login of this number."""
        if status == REFUSED:
            self.refused = max(self.refused, number)
        elif status is not None:
            self.accepted = max(self.accepted, number)

    async def make(self) -> None:
        """Log in."""
        await self.renew(self.number)

    async def renew(self, after: int) -> None:
        """Log in anew, unless somebody has since the login of that number."""
        async with self._making:
            if self.number <= after:
                self.headers = await self._made()
                self.number += 1
                # "Token abc", "a=1; b=2": each word by itself may stand in an answer or a log.
                words = (re.split(r"[\s;=]+", value) for value in self.headers.values())
                self._learn([*self.headers.values(), *(word for each in words for word in each)])

    async def _made(self) -> Mapping[str, str]:
        filling = Filling(self.number + 1, found=_nothing)
        headers = _basic(self._plan, filling)
        request = self._plan.request
        cookies: Mapping[str, str] = {}
        if request is not None:
            answer = await self._ask(request, headers)
            if answer.status is None or not request.is_good(answer.status):
                got = answer.failure.text if answer.status is None else f"refused: {answer.status}"
                sent = f"{request.method} {request.path}"
                raise LoginFailed(f"login: {sent} at {self._address}: {got}")
            cookies = _cookies(answer.headers.get("set-cookie", ""))
            filling = Filling(self.number + 1, found=_Answer(answer, cookies))
        if cookies and self._plan.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        chance = Chance(filling)
        for name, text in self._plan.header_templates.items():
            headers[name] = text.fill(filling, chance)
        for name, value in headers.items():
            if not is_field_value(value):
                raise LoginFailed(f"login: the value for {name} is no line of Latin-1 characters")
        return headers

    async def _ask(self, request: Request, headers: Mapping[str, str]) -> HttpAnswer:
        connection = HttpConnection(self._address, keep_headers=EveryHeader())
        prepared = Preparation(request, headers).of(Filling(self.number + 1))
        item = Encoding(request, 0, str(self._address), keep_alive=True).of(prepared)
        try:
            return await connection.send(item.wire, timeout=item.timeout, is_head=item.is_head)
        finally:
            connection.close()


def _nothing(kind: str, name: str) -> str:
    raise LoginFailed(f"login: {{{kind}.{name}}}: there is no answer")


def _basic(plan: LoginPlan, filling: Filling) -> dict[str, str]:
    templates = plan.basic_templates
    if templates is None:
        return {}
    name, word = (each.fill(filling, Chance(filling)) for each in templates)
    return {"authorization": "Basic " + b64encode(f"{name}:{word}".encode()).decode("ascii")}


def _cookies(lines: str) -> dict[str, str]:
    """Return the cookies that are set; what a deleted one had is empty, and it is left out."""
    pairs = (line.partition(";")[0].partition("=") for line in lines.split("\n"))
    return {name.strip(): value.strip() for name, _, value in pairs if value.strip()}


class _Answer:
    """What a login's answer has, by kind and name. Errors say what is there, not its values."""

    def __init__(self, answer: HttpAnswer, cookies: Mapping[str, str]) -> None:
        self._answer = answer
        self._cookies = cookies

    def __call__(self, kind: str, name: str) -> str:
        """Return it; LoginFailed where there is no such thing."""
        if kind == "json":
            return _member(self._answer.body, name)
        found = self._answer.headers if kind == "header" else self._cookies
        key = name.lower() if kind == "header" else name
        if key not in found:
            raise LoginFailed(f"login: {{{kind}.{name}}}: the answer has no such {kind}")
        return found[key]


def _member(body: bytes, path: str) -> str:
    """Return a member of the answer's JSON, such as "data.token" or "tokens.0"."""
    place = f"login: {{json.{path}}}"
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise LoginFailed(f"{place}: the answer is no JSON") from None
    for part in path.split("."):
        if isinstance(found, dict) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdecimal() and int(part[:9]) < len(found):
            found = found[int(part)]
        else:
            named = sorted(map(str, found))[:10] if isinstance(found, dict) else []
            known = f"; it has {', '.join(named)}" if named else ""
            raise LoginFailed(f"{place}: the answer has no {shown(part)}{known}")
    if isinstance(found, str | int | float) and not isinstance(found, bool):
        return str(found)
    raise LoginFailed(f"{place}: expected text or a number")
