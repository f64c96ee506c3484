"""A stack for `async def` tests, on asyncio and on trio alike."""

from asyncio import CancelledError
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from anyio import CancelScope

from windtunnel.backends.backend_contract import CONFIGURED, Program
from windtunnel.injected_fault import Injection
from windtunnel.load.journeys.journey_function import Journey
from windtunnel.records import Evidence, Response, Rows, Run, Wait
from windtunnel.records.load_run import LoadRun
from windtunnel.requests.request_value import Request
from windtunnel.stack import Stack
from windtunnel.stack_observations import AnyRun
from windtunnel.target import Target
from windtunnel.uninterrupted_call import call_in_thread
from windtunnel_faults import Fault

Result = TypeVar("Result")


class AsyncStack:
    """A Stack whose calls are awaited: each runs in a thread, so that the test's own loop goes on.

    What needs no waiting, such as `endpoint_of`, is at `stack`, the Stack itself. A call that is
    cancelled sends no more requests and is waited for: a start or a heal has a deadline of its own.
    A fault that was being injected then is healed, and a target that was being started is stopped.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def __repr__(self) -> str:
        return f"<AsyncStack of {self.stack!r}>"

    @asynccontextmanager
    async def inject(
        self, fault: Fault, *, when: Callable[[], object] | None = None
    ) -> AsyncIterator[Injection]:
        """Keep a fault in force; see Stack.inject. `when` is a plain function."""
        made = await self.run(partial(self.stack.inject, fault, when=when))
        async with _entered(made) as injection:
            yield injection

    @asynccontextmanager
    async def target(
        self, program: Program = CONFIGURED, /, **environment: object
    ) -> AsyncIterator[Target]:
        """Start one more target, and stop it; see Stack.target. Its own calls block."""
        async with _entered(self.stack.target(program, **environment)) as target:
            yield target

    @asynccontextmanager
    async def network(self, profile: str) -> AsyncIterator[None]:
        """Put a network between target and dependencies; see Stack.network."""
        async with _entered(self.stack.network(profile)):
            yield

    async def get(
        self,
        path: str | Request,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - the caller's patience with one answer, not a way to cancel
    ) -> tuple[Response, bytes]:
        """Return the record of one request, and the answer's body; see Stack.get."""
        return await self.run(partial(self.stack.get, path, timeout=timeout))

    async def request(self, wanted: str | Request, path: str = "", **fields: Any) -> Response:  # noqa: ANN401 - as Request takes them
        """Send one request; see Stack.request."""
        return await self.run(partial(self.stack.request, wanted, path, **fields))

    async def drive(
        self,
        path: str | Request | Journey,
        requests: int = 20,
        *,
        concurrency: int = 1,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> Run:
        """Send one request, or make a journey, again and again; see Stack.drive.

        An async journey runs on a loop of its own, not on the test's.
        """
        return await self.run(
            partial(self.stack.drive, path, requests, concurrency=concurrency, timeout=timeout)
        )

    async def load(
        self,
        paths: Sequence[str | Request] | None = None,
        *,
        connections: int = 32,
        requests: int | None = None,
        duration: float | None = None,
    ) -> Run:
        """Load the scenario's target; see Stack.load."""
        return await self.run(
            partial(
                self.stack.load,
                paths,
                connections=connections,
                requests=requests,
                duration=duration,
            )
        )

    async def offer(
        self,
        rate: float | str,
        *,
        duration: float = 10.0,
        requests: Sequence[str | Request] | None = None,
        connections: int = 32,
        poisson: bool = True,
    ) -> LoadRun:
        """Offer an open loop of requests; see Stack.offer."""
        return await self.run(
            partial(
                self.stack.offer,
                rate,
                duration=duration,
                requests=requests,
                connections=connections,
                poisson=poisson,
            )
        )

    async def evidence(self, dependency: str, since: float = 0.0, *, caller: str = "") -> Evidence:
        """Return what the dependency's tap recorded; see Stack.evidence."""
        return await self.run(partial(self.stack.evidence, dependency, since, caller=caller))

    async def query(self, dependency: str, sql: str, parameters: Sequence[object] = ()) -> Rows:
        """Ask a database past the tap; see Stack.query."""
        return await self.run(partial(self.stack.query, dependency, sql, parameters))

    async def wait_until(
        self,
        condition: Callable[[], object],
        *,
        within: float,
        every: float = 0.05,
        what: str = "",
    ) -> Wait:
        """Wait for a condition, which a thread looks at; see Stack.wait_until."""
        return await self.run(
            partial(self.stack.wait_until, condition, within=within, every=every, what=what)
        )

    async def up_to_now(self, run: AnyRun) -> AnyRun:
        """Return a run with what its taps recorded up to now; see Stack.up_to_now."""
        return await self.run(partial(self.stack.up_to_now, run))

    async def run(self, call: Callable[[], Result]) -> Result:
        """Return what a blocking call returns, made in a thread."""
        return await call_in_thread(call)


@asynccontextmanager
async def _entered(manager: AbstractContextManager[Result]) -> AsyncIterator[Result]:
    """Enter and leave a context manager in threads; each is done to its end."""
    given_up = CancelledError("the call that entered it was cancelled")
    entered = await call_in_thread(
        manager.__enter__,
        undo=lambda _: manager.__exit__(CancelledError, given_up, given_up.__traceback__),
    )
    try:
        yield entered
    except BaseException as error:
        leave = partial(manager.__exit__, type(error), error, error.__traceback__)
        with CancelScope(shield=True):
            if not await call_in_thread(leave):
                raise
    else:
        with CancelScope(shield=True):
            await call_in_thread(partial(manager.__exit__, None, None, None))
