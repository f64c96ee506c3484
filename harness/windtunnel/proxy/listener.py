"""One proxy's listening socket: accepts, refuses, or swallows new connections."""

import asyncio
import select
import socket
import time
from collections.abc import Callable

from windtunnel.proxy.refusals import as_record, count_refusals
from windtunnel.proxy.refusals.counting_method import RefusalCounting
from windtunnel.proxy.socket_binding import address_of, bind
from windtunnel.records import Refusals
from windtunnel.toxics.listener_posture import ListenerPosture

BACKLOG = 1024
FILL_INTERVAL = 0.05
"""Seconds after which a connection that should fill the queue counts as dropped: it is full."""
FILL_LIMIT = 16
KEPT = 1000
"""Outages that are remembered."""
UNSEEN = "connections that still waited to be accepted, as it stopped accepting, are not seen"


class Listener:
    """Listens at one address. While it does not accept, it counts who tried."""

    def __init__(
        self,
        dependency: str,
        accept: Callable[[], asyncio.BaseProtocol],
        counting: str,
        notice: Callable[[str], None],
    ) -> None:
        self.posture = ListenerPosture.REFUSE
        self._dependency = dependency
        self._accept = accept
        self._how = counting
        self._notice = notice
        """Told what cannot be seen now."""
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._fillers: list[socket.socket] = []
        self._counting: RefusalCounting | None = None
        self._since = 0.0
        self._cut = 0
        self._outages: list[Refusals] = []

    def __repr__(self) -> str:
        return f"<Listener of {self._dependency} {self.posture.value}>"

    async def take(
        self, posture: ListenerPosture, host: str, port: int, *, cut: int = 0
    ) -> tuple[str, int] | None:
        """Take a posture, and return the address where one is bound; OSError where none can be.

        `cut` is the number of live connections that the caller is about to cut.
        """
        if posture is not ListenerPosture.ACCEPT and self.posture is ListenerPosture.ACCEPT:
            self._begin_outage(cut)
        if posture is ListenerPosture.REFUSE:
            self.close()
        elif posture is not self.posture:
            listening = self._socket
            if listening is None:
                listening = self._socket = await bind(host, port)
            if posture is ListenerPosture.SWALLOW:
                # Before it is done: where it fails, this listens no more, and can be taken back.
                self.posture = posture
                await self._swallow(listening)
            else:
                await self._serve(listening)
        self.posture = posture
        if posture is ListenerPosture.ACCEPT:
            self._end_outage()
        if self._socket is None:
            return None
        bound = address_of(self._socket)
        return bound.host, bound.port

    async def _serve(self, listening: socket.socket) -> None:
        self._drop_fillers(listening)
        # A duplicate: the server closes its own, and the port may have to be kept without it.
        duplicate = listening.dup()
        # Before it is done: what is accepted meanwhile is to be served.
        self.posture = ListenerPosture.ACCEPT
        try:
            self._server = await asyncio.get_running_loop().create_server(
                self._accept, sock=duplicate, backlog=BACKLOG
            )
        except BaseException:
            duplicate.close()
            self.close()
            raise

    async def _swallow(self, listening: socket.socket) -> None:
        """Fill the queue of connections to be accepted: Linux drops what comes then (tcp(7))."""
        self._stop_serving()
        listening.listen(0)
        host, port = listening.getsockname()[:2]
        own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared with
        loop = asyncio.get_running_loop()
        for _ in range(FILL_LIMIT):
            filler = socket.socket(listening.family, socket.SOCK_STREAM)
            filler.settimeout(0)
            self._fillers.append(filler)
            try:
                async with asyncio.timeout(FILL_INTERVAL):
                    await loop.sock_connect(filler, (own, port))
            except TimeoutError:
                return
        raise OSError(f"the queue of {own}:{port} took {FILL_LIMIT} connections and is not full")

    def _drop_fillers(self, listening: socket.socket) -> None:
        for _ in self._fillers:
            try:
                accepted, _ = listening.accept()
            except BlockingIOError:
                break
            # Whoever got in before the queue was full must ask again, like all others.
            accepted.close()
        for filler in self._fillers:
            filler.close()
        self._fillers = []

    def _stop_serving(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            if self._somebody_waits():
                self._notice(UNSEEN)

    def _somebody_waits(self) -> bool:
        """Whether a connection was made that is not accepted yet."""
        if self._socket is None:
            return False
        waiting = select.poll()
        waiting.register(self._socket, select.POLLIN)
        return bool(waiting.poll(0))

    async def let_in(self) -> None:
        """Accept who waits in the queue: the system would reset them when the socket closes.

        As many as the queue holds, one a turn of the loop at least: others may come all the time.
        """
        if self._server is None:
            return
        for _ in range(BACKLOG):
            await asyncio.sleep(0)
            if not self._somebody_waits():
                break
        # What was accepted last is made in this turn, and then what it sent is read.
        await asyncio.sleep(0)

    def close(self) -> None:
        """Listen no more; the system refuses what comes."""
        self._stop_serving()
        if self._socket is not None:
            self._drop_fillers(self._socket)
            self._socket.close()
            self._socket = None
        self.posture = ListenerPosture.REFUSE

    # What is turned away.

    def _begin_outage(self, cut: int) -> None:
        assert self._socket is not None  # noqa: S101 - only asked while it accepts
        # Counting begins before the listener closes, or the first refusals would be missed.
        self._counting = count_refusals(self._socket.getsockname()[1], self._how)
        self._since = time.monotonic()
        self._cut = cut

    def _end_outage(self) -> None:
        if self._counting is not None:
            self._outages = [*self._outages[-KEPT:], self._outage(self._counting, time.monotonic())]
            self.stop_counting()

    def _outage(self, counting: RefusalCounting, until: float | None) -> Refusals:
        return as_record(self._dependency, counting, self._since, until, self._cut)

    def read_counters(self) -> None:
        """Take a reading of what is only counted."""
        if self._counting is not None:
            self._counting.read()

    def stop_counting(self) -> None:
        """Count no more."""
        if self._counting is not None:
            self._counting.stop()
            self._counting = None

    @property
    def outages(self) -> tuple[Refusals, ...]:
        """Every outage so far, the one under way included."""
        if self._counting is None:
            return tuple(self._outages)
        return (*self._outages, self._outage(self._counting, None))
