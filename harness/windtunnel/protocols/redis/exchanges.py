"""Finds the exchanges in a Redis connection."""

from collections import deque
from typing import Any

import hiredis

from windtunnel.protocols.exchanges import Exchanges, Pending

HANDSHAKE = frozenset({"AUTH", "CLIENT", "COMMAND", "HELLO", "READONLY", "SELECT"})
"""Commands by which clients prepare a connection; they are no work of the target's own."""

NOTHING = object()


class RedisExchanges(Exchanges):
    """Commands and replies in order, pipelines included.

    Messages that a server pushes of itself (RESP3) are passed over; after SUBSCRIBE or MONITOR
    replies and commands no longer pair, which is said as a blind spot.
    """

    def __init__(self) -> None:
        super().__init__()
        self._commands = hiredis.Reader(notEnoughData=NOTHING)
        self._replies = hiredis.Reader(notEnoughData=NOTHING)
        self._open: deque[Pending] = deque()
        self._began: float | None = None
        self._raw = False

    def received(self, data: bytes, now: float) -> None:
        """Parse commands: arrays of bulk strings."""
        if self._raw:
            return
        if self._began is None:
            self._began = now
        try:
            self._commands.feed(data)
            while (command := self._commands.gets()) is not NOTHING:
                self._command(command, self._began)
                self._began = now
        except hiredis.ProtocolError as error:
            self._give_up(f"a command could not be parsed: {error}", now)
        if not self._commands.has_data():
            self._began = None

    def _command(self, command: Any, now: float) -> None:  # noqa: ANN401 - hiredis's own types
        if not isinstance(command, list) or not command or not isinstance(command[0], bytes):
            raise hiredis.ProtocolError("not an array of bulk strings")
        name = command[0].decode("latin-1").upper()
        if name in {"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "MONITOR"}:
            self._give_up(f"{name} ends the pairing of commands and replies", now)
            return
        self._open.append(self.begin(name, now, handshake=name in HANDSHAKE))

    def answered(self, data: bytes, now: float) -> None:
        """Parse replies."""
        if self._raw:
            return
        try:
            self._replies.feed(data)
            while (reply := self._replies.gets()) is not NOTHING:
                if isinstance(reply, hiredis.PushNotification):
                    continue
                if self._open:
                    self.answer(self._open.popleft(), _status(reply), now)
        except hiredis.ProtocolError as error:
            self._give_up(f"a reply could not be parsed: {error}", now)

    @property
    def idle(self) -> bool:
        """Whether every command has been answered."""
        return not self.pending and not self._raw and self._began is None

    def _give_up(self, why: str, now: float) -> None:
        self._raw = True
        self.blind_spots.append(why)
        if not self.pending:
            self.begin("bytes", now)


def _status(reply: object) -> str:
    if isinstance(reply, hiredis.ReplyError):
        return str(reply).partition(" ")[0]
    return "OK"
