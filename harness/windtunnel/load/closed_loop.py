"""Closed-loop load: each of N connections sends its next request when its last is answered.

A closed loop slows down with the service. It shows what N callers get, not what a given arrival
rate would meet (coordinated omission: Tene, "How NOT to Measure Latency").
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import count

from windtunnel.address import Address
from windtunnel.load.connection import HttpConnection
from windtunnel.load.own_limits import check_own_limits
from windtunnel.open_files import allow_files
from windtunnel.records import Response

Between = Callable[[], Awaitable[None]]


class Caller:
    """One connection that records each of its requests."""

    def __init__(self, address: Address, *, fallback_header: str, timeout: float) -> None:
        self._fallback_header = fallback_header.lower()
        self._timeout = timeout
        self._connection = HttpConnection(
            address, keep_headers=frozenset({self._fallback_header, "content-type"})
        )

    def __repr__(self) -> str:
        return f"<Caller {self._connection!r}>"

    async def call(
        self,
        number: int,
        endpoint: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - part of the record
        most: int | None = None,
    ) -> tuple[Response, bytes]:
        """Return the record of one request, and the answer's body.

        `timeout` is in seconds; None for the caller's own. A body of over `most` bytes is read no
        further, and no answer.
        """
        started = time.monotonic()
        wait = self._timeout if timeout is None else timeout
        answer = await self._connection.get(endpoint, timeout=wait, most=most)
        response = Response(
            number=number,
            endpoint=endpoint,
            started=started,
            ended=time.monotonic(),
            status=answer.status,
            failure=answer.failure,
            detail=answer.detail,
            fallback=answer.headers.get(self._fallback_header, ""),
        )
        return response, answer.body

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


async def closed_loop(
    callers: list[Caller],
    endpoints: Iterable[str],
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
    remaining: Iterator[str] = iter(endpoints)
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

    async with asyncio.TaskGroup() as group:
        for caller in callers:
            group.create_task(work(caller))
    check_own_limits(responses)
    return responses
