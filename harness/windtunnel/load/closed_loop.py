"""Closed-loop load: each of N connections sends its next request when its last is answered.

A closed loop slows down with the service. It shows what N callers get, not what a given arrival
rate would meet (coordinated omission: Tene, "How NOT to Measure Latency").
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count

from windtunnel.address import Address
from windtunnel.errors import StartError
from windtunnel.load.connection import EveryHeader, HttpAnswer, HttpConnection
from windtunnel.load.grouped_errors import single_error
from windtunnel.load.login import REFUSED, Login
from windtunnel.load.own_limits import check_own_limits
from windtunnel.load.request_source import RequestSource
from windtunnel.load.requests_under_way import RequestsUnderWay
from windtunnel.open_files import allow_files
from windtunnel.records import Response
from windtunnel.requests.request_value import Request

KEPT = 10_000
"""Good answers whose headers are kept; of a million they would fill the memory."""

BODY_KEPT = 64 * 2**10
"""Bytes of a body that is kept where its request asks for it."""

Between = Callable[[], Awaitable[None]]


class Caller:
    """One connection that records each of its requests.

    What it sends by name is one of `requests`. Times out after each request's own time, or after
    `timeout` seconds where one is given.
    """

    def __init__(
        self,
        address: Address,
        *,
        fallback_header: str,
        timeout: float | None = None,
        requests: RequestSource | None = None,
        under_way: RequestsUnderWay | None = None,
    ) -> None:
        self._fallback_header = fallback_header.lower()
        self._timeout = timeout
        self._requests = requests or RequestSource(address)
        self._under_way = under_way or RequestsUnderWay()
        self._connection = HttpConnection(address, keep_headers=EveryHeader())
        self._sent_with = 0
        """The number of the login that the last request carried."""

    def __repr__(self) -> str:
        return f"<Caller {self._connection!r}>"

    def patience(self, endpoint: str | Request, timeout: float | None = None) -> float:
        """Return the seconds after which a request has failed: these, the caller's, or its own."""
        return timeout or self._timeout or self._requests.request(endpoint).timeout

    async def call(
        self,
        number: int,
        endpoint: str | Request,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - part of the record
        most: int | None = None,
        filled_as: int | None = None,
    ) -> tuple[Response, bytes]:
        """Return the record of one request, and the answer's body.

        `timeout` is in seconds; None for the caller's own, or else the request's. A body of over
        `most` bytes is read no further, and no answer. Placeholders are filled as of the request
        `filled_as` of the run, or else `number`. Where the answer says that the login is no longer
        good, the request is sent again with a new one, and its time goes on.
        """
        request = self._requests.request(endpoint)
        wait = self.patience(endpoint, timeout)
        place = number if filled_as is None else filled_as
        login = self._requests.login
        if login is not None and not login.number:
            await login.make()
        started = time.monotonic()
        with self._under_way.one():
            answer, renewed = await self._answer(request, place, wait, most), False
            if login is not None and await self._is_logged_in_again(login, request, answer):
                answer, renewed = await self._answer(request, place, wait, most), True
                login.saw(self._sent_with, answer.status)
                if answer.status == REFUSED:
                    self._requests.unhelped.add(id(request))
        response = Response(
            number=number,
            endpoint=endpoint if isinstance(endpoint, str) else request.label,
            started=started,
            ended=time.monotonic(),
            status=answer.status,
            failure=answer.failure,
            detail=answer.detail,
            fallback=answer.headers.get(self._fallback_header, ""),
            expected=request.expect,
            headers=answer.headers,
            renewed=renewed,
            body=answer.body if _is_kept(request, number, answer) else b"",
        )
        if number > KEPT and response.succeeded:
            response = replace(response, headers={})
        return response, answer.body

    async def _answer(
        self, request: Request, number: int, wait: float, most: int | None
    ) -> HttpAnswer:
        item = self._requests.encoded(request, number)
        login = self._requests.login
        before = login.number if login else 0
        answer = await self._connection.send(
            item.wire,
            timeout=wait,
            is_head=item.is_head,
            offers_upgrade=item.offers_upgrade,
            most=most,
        )
        self._sent_with = before
        return answer

    async def _is_logged_in_again(self, login: Login, request: Request, answer: HttpAnswer) -> bool:
        """Log in anew where that may help, and return whether it was done."""
        before = self._sent_with
        if REFUSED in request.expect or not self._requests.is_helped_by_login(request):
            return False
        login.saw(before, answer.status)
        if answer.status != REFUSED:
            return False
        # Where no new login is to be had, the refusal is the answer.
        with suppress(StartError):
            await login.renew(before)
            return True
        return False

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _is_kept(request: Request, number: int, answer: HttpAnswer) -> bool:
    return request.keep_body and number <= KEPT and len(answer.body) <= BODY_KEPT


async def closed_loop(
    callers: list[Caller],
    endpoints: Iterable[str | Request],
    *,
    until: float = float("inf"),
    between: Between | None = None,
) -> list[Response]:
    """Send `endpoints` in order, each by the first caller that is free; return the responses.

    It ends after the last endpoint, or when the monotonic clock reaches `until`. Each caller awaits
    `between` after each of its requests. NotTestable where this machine's own limits let requests
    not be sent.
    """
    allow_files(len(callers))
    remaining: Iterator[str | Request] = iter(endpoints)
    numbers = count(1)
    responses: list[Response] = []

    async def work(caller: Caller) -> None:
        for endpoint in remaining:
            response, _ = await caller.call(next(numbers), endpoint)
            responses.append(response)
            if between is not None:
                await between()
            if time.monotonic() >= until:
                return

    with single_error():
        async with asyncio.TaskGroup() as group:
            for caller in callers:
                group.create_task(work(caller))
    check_own_limits(responses)
    return responses
