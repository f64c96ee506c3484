"""Sends the steps of journeys on the session's loop, by the engine's own connections.

So answers are read, failures named and deadlines held by the same rules as for every other request,
and times are on the taps' clock, whatever a journey's function does meanwhile.
"""

import asyncio
import itertools
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field

from windtunnel.address import Address
from windtunnel.errors import ConfigurationError, StartError
from windtunnel.load.connection import EveryHeader, HttpAnswer, HttpConnection
from windtunnel.load.encoding import Encoding
from windtunnel.load.login import REFUSED, Login
from windtunnel.load.loop_thread import LoopThread
from windtunnel.load.requests_under_way import RequestsUnderWay
from windtunnel.records import JourneyStep, RequestFailure
from windtunnel.requests.prepared import Prepared
from windtunnel.requests.request_value import Request

LONGEST_BODY = 65_536
"""Bytes of a step's answer that are kept, if it has no more."""


class TookTooLong(BaseException):
    """The journey's time is over: nothing that its function catches may keep it going."""


class GivenUp(BaseException):
    """The run was given up meanwhile."""


Sent = tuple[JourneyStep, HttpAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRequest:
    """One request of a journey, as its client made it."""

    origin: str
    """Scheme, host and port of where it is to go, such as "http://127.0.0.1:80"."""
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    patience: float | None = None
    """Seconds that its caller gives it; None: what is left of the journey's."""

    @property
    def endpoint(self) -> str:
        """Method and path, without its query."""
        return f"{self.method} {self.path.partition('?')[0]}"


class StepConnections:
    """The connections of one run's journeys, and what their steps carry."""

    def __init__(
        self,
        address: Address,
        loop: LoopThread,
        *,
        fallback_header: str,
        login: Login | None,
        under_way: RequestsUnderWay | None = None,
    ) -> None:
        self.address = address
        self.login = login
        self.noted = under_way or RequestsUnderWay()
        self.fallback_header = fallback_header.lower()
        self.unhelped: set[tuple[str, str]] = set()
        """Steps that were refused with a login just made: another would change nothing."""
        self._loop = loop
        self._idle: list[HttpConnection] = []
        self._encoding = Encoding(Request(), 0, str(address), keep_alive=True)
        self._lock = threading.Lock()
        self._under_way: set[Future[Sent]] = set()
        self.is_given_up = False

    def __repr__(self) -> str:
        return f"<StepConnections to {self.address}>"

    @property
    def origin(self) -> str:
        """Where every step goes."""
        return self.address.url

    def begin(self, journey: "JourneySteps", number: int, asked: StepRequest) -> "Future[Sent]":
        """Begin a step; GivenUp once the run was."""
        with self._lock:
            if self.is_given_up:
                raise GivenUp
            future = self._loop.submit(journey.sent(number, asked))
            self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    def give_up(self) -> None:
        """Cancel the steps that are under way, and let no other begin."""
        with self._lock:
            self.is_given_up = True
            under_way = list(self._under_way)
        for future in under_way:
            future.cancel()

    def close(self) -> None:
        """Give up what is under way, and close the connections."""
        self.give_up()
        self._loop.run(self._closed())

    async def _closed(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    async def answer(
        self, asked: StepRequest, headers: Iterable[tuple[str, str]], wait: float
    ) -> HttpAnswer:
        """Return what comes back within so many seconds, on a kept connection where one is free."""
        prepared = Prepared(asked.method, asked.path, tuple(headers), asked.body)
        item = self._encoding.of(prepared)
        connection = (
            self._idle.pop()
            if self._idle
            else HttpConnection(self.address, keep_headers=EveryHeader())
        )
        try:
            with self.noted.one():
                head, offers = item.is_head, item.offers_upgrade
                return await connection.send(
                    item.wire, timeout=wait, is_head=head, offers_upgrade=offers
                )
        finally:
            if self.is_given_up:
                connection.close()
            else:
                self._idle.append(connection)


class JourneySteps:
    """The steps of one journey. ConfigurationError for a step that would go anywhere else."""

    def __init__(self, name: str, connections: StepConnections, deadline: float) -> None:
        self.made: list[JourneyStep] = []
        """In order of their end."""
        self.raised: list[tuple[BaseException, RequestFailure]] = []
        """What its client raised for steps that failed."""
        self.refusal: ConfigurationError | None = None
        self.deadline = deadline
        """When the journey has failed, on the clock of `time.monotonic`."""
        self._name = name
        self._connections = connections
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._under_way: dict[int, tuple[StepRequest, float]] = {}
        """Steps without a record yet, each with the moment of its begin."""

    def __repr__(self) -> str:
        return f"<JourneySteps of {self._name}, {len(self.made)} made>"

    def begin(self, asked: StepRequest) -> "Future[Sent]":
        """Begin a step, whose future has its record and answer; TookTooLong after the deadline."""
        if time.monotonic() >= self.deadline:
            raise TookTooLong
        origin = self._connections.origin
        if asked.origin != origin:
            self.refusal = ConfigurationError(
                f"journey {self._name}: it asked {asked.origin} for {asked.path.partition('?')[0]};"
                f" expected its own target alone, {origin}, by paths such as '/orders'"
            )
            raise self.refusal
        number = next(self._numbers)
        with self._lock:
            self._under_way[number] = asked, time.monotonic()
        try:
            future = self._connections.begin(self, number, asked)
        except GivenUp:
            del self._under_way[number]
            raise
        future.add_done_callback(lambda done: self._leave(number) if done.cancelled() else None)
        return future

    def leave(self) -> None:
        """Record the steps that are still under way: their journey no longer waits for them."""
        with self._lock:
            numbers = list(self._under_way)
        for number in numbers:
            self._leave(number)

    def _leave(self, number: int) -> None:
        """Record a step whose answer nobody takes. It may have been sent, and have its effect."""
        with self._lock:
            if number not in self._under_way:
                return
            asked, started = self._under_way[number]
        ended = time.monotonic()
        late = ended >= self.deadline
        self._record(
            JourneyStep(
                number=number,
                endpoint=asked.endpoint,
                method=asked.method,
                path=asked.path,
                started=started,
                ended=ended,
                failure=RequestFailure.TIMED_OUT if late else RequestFailure.CANCELLED,
            )
        )

    def _record(self, step: JourneyStep) -> None:
        """Record a step, unless it has a record."""
        with self._lock:
            if self._under_way.pop(step.number, None) is not None:
                self.made.append(step)

    async def sent(self, number: int, asked: StepRequest) -> Sent:
        """Send a step and return its record and its answer, after a new login where that helps."""
        login = self._connections.login
        if login is not None and not login.number:
            await login.make()
        started, renewed = time.monotonic(), False
        until = min(self.deadline, started + (asked.patience or float("inf")))
        carried = login.number if login else 0
        headers = with_login(asked.headers, login.headers if login else {})
        answer = await self._answer(asked, headers, until)
        takes_login = headers != asked.headers
        if login is not None and takes_login:
            login.saw(carried, answer.status)
            if await self._is_logged_in_again(login, carried, asked, answer):
                headers, renewed = with_login(asked.headers, login.headers), True
                carried = login.number
                answer = await self._answer(asked, headers, until)
                login.saw(carried, answer.status)
                if answer.status == REFUSED:
                    self._connections.unhelped.add((asked.method, asked.path))
        step = JourneyStep(
            number=number,
            endpoint=asked.endpoint,
            method=asked.method,
            path=asked.path,
            started=started,
            ended=time.monotonic(),
            status=answer.status,
            failure=answer.failure,
            detail=answer.detail,
            fallback=answer.headers.get(self._connections.fallback_header, ""),
            headers=answer.headers,
            body=answer.body if len(answer.body) <= LONGEST_BODY else b"",
            renewed=renewed,
        )
        self._record(step)
        return step, answer

    async def _answer(
        self, asked: StepRequest, headers: Iterable[tuple[str, str]], until: float
    ) -> HttpAnswer:
        wait = until - time.monotonic()
        if wait <= 0:
            return HttpAnswer(failure=RequestFailure.TIMED_OUT)
        return await self._connections.answer(asked, headers, wait)

    async def _is_logged_in_again(
        self, login: Login, carried: int, asked: StepRequest, answer: HttpAnswer
    ) -> bool:
        if answer.status != REFUSED or (asked.method, asked.path) in self._connections.unhelped:
            return False
        # Where no new login is to be had, the refusal is the answer.
        with suppress(StartError):
            await login.renew(carried)
            return True
        return False


def with_login(
    headers: tuple[tuple[str, str], ...], login: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Return headers with those of a login that they lack; of its cookies, too, what they lack."""
    given = {name.lower(): value for name, value in headers}
    added = [(name, value) for name, value in login.items() if name.lower() not in given]
    if "cookie" in given and "cookie" in login:
        own = {pair.partition("=")[0].strip() for pair in given["cookie"].split(";")}
        pairs = [pair.strip() for pair in login["cookie"].split(";")]
        lacking = [pair for pair in pairs if pair.partition("=")[0] not in own]
        whole = "; ".join([given["cookie"], *lacking])
        headers = tuple(
            (name, whole if name.lower() == "cookie" else value) for name, value in headers
        )
    return (*headers, *added)


async def awaited(future: "Future[Sent]") -> Sent:
    """Await a step from another loop than the one that sends it."""
    return await asyncio.wrap_future(future)
