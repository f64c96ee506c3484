"""Looks at the witnesses: each dependency's tap, the target's metrics, and the callers."""

import asyncio
import time
from collections.abc import Callable

from windtunnel.configuration import topology
from windtunnel.dashboard import exposition, wire
from windtunnel.dashboard.board import Board, Sample
from windtunnel.dashboard.traffic import Traffic
from windtunnel.errors import ControlError
from windtunnel.load.closed_loop import Caller
from windtunnel.records import Edge, Evidence, RequestFailure
from windtunnel.stack import Stack

METRICS = "/metrics"
"""Where Prometheus looks too."""
MOST = 4 * 2**20
"""Bytes of an answer that are read: it is done between two looks, and holds up the page.

It may have no end, so it is read no further."""


class Sampler:
    """Adds a sample to the board at each look. Sends nothing to a dependency."""

    def __init__(
        self,
        stack: Stack,
        traffic: Traffic,
        board: Board,
        *,
        connect: Callable[[], Caller],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._stack = stack
        self._traffic = traffic
        self._board = board
        self._caller = connect()
        self._clock = clock
        self._wall = wall
        self._since = dict.fromkeys(topology.edges(stack.configuration), clock())
        self._refusing = False
        self._lacked = RequestFailure.NONE
        self._looks = 0

    def __repr__(self) -> str:
        return f"<Sampler after {self._looks} looks>"

    async def look(self) -> None:
        """Look once; ControlError where a tap does not answer."""
        self._looks += 1
        evidence = await asyncio.to_thread(self._evidence)
        reading, silence = await self._asked()
        self._board.add(
            Sample(
                at=self._clock(),
                wall=self._wall(),
                responses=self._traffic.take(),
                wire={
                    str(edge): wire.figures(each, self._since[edge])
                    for edge, each in evidence.items()
                },
                doubts={str(edge): wire.doubts(each) for edge, each in evidence.items()},
                reading=reading,
                silence=silence,
            )
        )
        self._note_own_limits()
        self._refusing = any(wire.refusing(each) for each in evidence.values())
        self._since = {edge: each.at for edge, each in evidence.items()}

    def _note_own_limits(self) -> None:
        """Say once what this machine lacks for the background traffic."""
        lacked = self._traffic.take_lacked()
        if lacked not in {self._lacked, RequestFailure.NONE}:
            said = f"requests could not be sent: {lacked.text}; it needs {lacked.needs}"
            self._board.record_event(self._wall(), "windtunnel", said)
        self._lacked = lacked

    def _evidence(self) -> dict[Edge, Evidence]:
        if self._refusing:
            # Else refusals that are only counted show when they are over.
            self._stack.backend.mark()
        return {edge: self._stack.evidence(edge, since) for edge, since in self._since.items()}

    async def _asked(self) -> tuple[exposition.Reading | None, str]:
        """Return what the target says, or why it says nothing."""
        response, body = await self._caller.call(self._looks, METRICS, most=MOST)
        if response.failure.needs:
            return None, f"GET {METRICS} could not be sent: {response.failure.text}"
        if response.status is None:
            return None, f"GET {METRICS} got no answer ({response.answer})"
        if response.status != 200:
            return None, f"GET {METRICS} answered {response.status}, expected 200"
        try:
            reading = exposition.read(body.decode())
        except ValueError as error:
            return None, f"GET {METRICS} is no Prometheus exposition: {error}"
        if not (reading.breakers or reading.pools or reading.caches or reading.endpoints):
            return None, f"GET {METRICS} has none of the metrics that are shown here"
        return reading, ""

    def close(self) -> None:
        """Close the connection to the target."""
        self._caller.close()

    async def run(self, interval: float, looked: Callable[[], None]) -> None:
        """Look every `interval` seconds, and call `looked` after each."""
        due = self._clock()
        while True:
            try:
                await self.look()
            except ControlError as error:
                self._board.record_event(self._wall(), "windtunnel", f"the tap is silent: {error}")
            looked()
            due = max(due + interval, self._clock())
            await asyncio.sleep(due - self._clock())
