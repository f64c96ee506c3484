"""Gentle background traffic: a bounded rate of requests to the target, as a caller sees them."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from windtunnel.criteria.intervals import quantile
from windtunnel.dashboard.rates import EndpointFigures
from windtunnel.errors import ConfigurationError, WindtunnelError
from windtunnel.load.closed_loop import Caller
from windtunnel.records import RequestFailure, Response

MOST = 50.0
"""Requests a second: enough to see a fault by, and few enough for the dashboard to stay small."""
CALLERS = 16
"""Connections: what they cannot carry in time is left out, and counted."""


class Traffic:
    """Sends requests to the endpoints in an order drawn from the seed. Start it once; close it."""

    def __init__(
        self,
        connect: Callable[[], Caller],
        endpoints: Sequence[str],
        *,
        rate: float,
        order: random.Random,
    ) -> None:
        self.rate = checked_rate(rate)
        self.left_out = 0
        """Requests that were due while every connection waited for its answer.

        Also those that this machine's own limits let not be sent: no caller saw them fail.
        """
        self._lacked = RequestFailure.NONE
        self._connect = connect
        self._endpoints = list(endpoints)
        self._order = order
        self._free: deque[Caller] = deque()
        self._callers: list[Caller] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._done: list[Response] = []
        self._changed = asyncio.Event()
        self._numbers = 0
        self._task: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Traffic {self.rate:g}/s, {len(self._under_way)} under way>"

    def start(self) -> None:
        """Begin, on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._send())

    def change(self, rate: float) -> None:
        """Send `rate` requests a second from now on; 0 is a pause. Raises ConfigurationError."""
        self.rate = checked_rate(rate)
        self._changed.set()

    def take(self) -> list[Response]:
        """Return the responses since the last call of this, and forget them."""
        done, self._done = self._done, []
        return done

    def take_lacked(self) -> RequestFailure:
        """Return which limit of this machine's stood in the way since the last call, if one did."""
        lacked, self._lacked = self._lacked, RequestFailure.NONE
        return lacked

    async def close(self) -> None:
        """Stop, abandon what is under way, close the connections."""
        tasks = [*self._under_way, *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for caller in self._callers:
            caller.close()

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        paths = self._shuffled()
        due = loop.time()
        while True:
            try:
                async with asyncio.timeout_at(due if self.rate else None):
                    await self._changed.wait()
                self._changed.clear()
                due = loop.time()
            except TimeoutError:
                self._call(next(paths))
                # From the time it was due, so that the rate holds; after a stall not in a burst.
                due = max(due + 1 / self.rate, loop.time())

    def _shuffled(self) -> Iterator[str]:
        while True:
            yield from self._order.sample(self._endpoints, len(self._endpoints))

    def _call(self, path: str) -> None:
        if not self._free:
            if len(self._callers) >= CALLERS:
                self.left_out += 1
                return
            self._callers.append(self._connect())
            self._free.append(self._callers[-1])
        task = asyncio.get_running_loop().create_task(self._answered(self._free.popleft(), path))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answered(self, caller: Caller, path: str) -> None:
        self._numbers += 1
        try:
            response, _ = await caller.call(self._numbers, path)
        except WindtunnelError:  # such as a variable that is not set
            self.left_out += 1
            return
        finally:
            self._free.append(caller)
        if response.failure.needs:
            self.left_out += 1
            self._lacked = response.failure
        else:
            self._done.append(response)


def checked_rate(rate: float) -> float:
    """Return the rate; ConfigurationError unless it is from 0 to MOST requests a second."""
    if not 0 <= rate <= MOST:
        raise ConfigurationError(
            f"background traffic of {rate:g} requests a second: expected 0 to {MOST:g};"
            " tests/load_test.py is for more"
        )
    return rate


def figures(responses: Sequence[Response], seconds: float) -> EndpointFigures:
    """Return one endpoint's figures over `seconds`, as its callers saw them."""
    if not responses:
        return EndpointFigures(per_second=0.0)
    times = sorted(each.duration for each in responses if each.status is not None)
    return EndpointFigures(
        per_second=len(responses) / seconds,
        error_share=sum(not each.succeeded for each in responses) / len(responses),
        fallback_share=sum(bool(each.fallback) for each in responses) / len(responses),
        p50=quantile(times, 0.50) if times else None,
        p95=quantile(times, 0.95) if times else None,
        p99=quantile(times, 0.99) if times else None,
    )
