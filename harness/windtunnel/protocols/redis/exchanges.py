"""Finds the exchanges in a Redis connection."""

from collections import deque
from dataclasses import dataclass

from windtunnel.protocols.exchanges import UNREAD, Exchanges, Pending
from windtunnel.protocols.redis.commands import CommandReader, UnreadableCommand
from windtunnel.protocols.redis.replies import Reply, ReplyReader, UnreadableReply
from windtunnel.records import Hidden

HANDSHAKE = frozenset({"AUTH", "CLIENT", "COMMAND", "HELLO", "READONLY", "SELECT"})
"""Commands by which clients prepare a connection; they are no work of the target's own."""
STREAMING = frozenset({"MONITOR", "PSYNC", "SYNC"})
"""Commands after whose reply the server sends what no command asked for."""
SUBSCRIBING = frozenset({"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"})
UNSUBSCRIBING = frozenset({"UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"})
MESSAGES = frozenset({b"message", b"pmessage", b"smessage"})


@dataclass(slots=True, eq=False)
class _Awaited:
    """A command that awaits its reply, or as many as it has channels."""

    pending: Pending
    replies: int = 1


class RedisExchanges(Exchanges):
    """Commands and replies in order, pipelines included.

    Messages that a server pushes are passed over. Commands to which the server gives no reply
    (CLIENT REPLY OFF and SKIP) are unseen. After MONITOR and SYNC nothing more is read.
    """

    def __init__(self) -> None:
        super().__init__()
        self._commands = CommandReader()
        self._replies = ReplyReader()
        self._open: deque[_Awaited] = deque()
        self._channels: dict[str, set[bytes]] = {name: set() for name in SUBSCRIBING}
        """What each of these has subscribed to."""
        self._subscribed = False
        """Whether messages may come, also some after the channels were left."""
        self._silent = False
        """Whether replies are turned off."""
        self._skipped = 0
        """How many of the next commands get no reply."""
        self._began: float | None = None
        self._blind = self._deaf = False
        """Whether commands, and whether replies, are read no more."""

    def received(self, data: bytes, now: float) -> None:
        """Read commands."""
        if self._blind:
            return
        if self._began is None:
            self._began = now
        try:
            for words in self._commands.feed(data):
                self._command(words, self._began, now)
                self._began = now
                if self._blind:
                    return
        except UnreadableCommand as error:
            self.unseen(self.begin(UNREAD, self._began), now)
            self._stop_seeing(f"a command could not be read: {error}", now)
        if not self._commands.begun:
            self._began = None

    def _command(self, words: list[bytes], began: float, now: float) -> None:
        name = words[0].decode("latin-1").upper()
        upper = [word.upper() for word in words[1:3]]
        pending = self.begin(name, began, handshake=name in HANDSHAKE)
        replies = 1
        if name == "CLIENT" and upper[:1] == [b"REPLY"]:
            self._silent = upper[1:] == [b"OFF"] or (self._silent and upper[1:] != [b"ON"])
            if upper[1:] == [b"SKIP"] and not self._silent:
                self._skipped = 2
        elif name == "RESET":
            self._silent, self._skipped = False, 0
            for channels in self._channels.values():
                channels.clear()
        elif name in SUBSCRIBING or name in UNSUBSCRIBING:
            replies = self._subscribe(name, words[1:])
        if self._deaf or self._silent or self._skipped:
            self._skipped = max(self._skipped - 1, 0)
            self.unseen(pending, now)
            return
        self._open.append(_Awaited(pending, replies))

    def _subscribe(self, name: str, channels: list[bytes]) -> int:
        """Keep what is subscribed to; return how many replies say so."""
        held = self._channels[name.replace("UNSUB", "SUB")]
        if name in SUBSCRIBING:
            held.update(channels)
            self._subscribed = True
            return max(len(channels), 1)
        replies = len(channels) or max(len(held), 1)
        held.difference_update(channels or set(held))
        return replies

    def answered(self, data: bytes, now: float) -> None:
        """Read replies."""
        if self._deaf or (self._blind and not self._open):
            return
        try:
            for reply in self._replies.feed(data):
                self._reply(reply, now)
                if self._deaf:
                    return
        except UnreadableReply as error:
            self._stop_hearing(f"a reply could not be read: {error}", now)

    def _reply(self, reply: Reply, now: float) -> None:
        word = reply.word.decode("latin-1").upper()
        awaited = self._open[0] if self._open else None
        confirms = awaited is not None and reply.is_list and word == awaited.pending.request
        if reply.is_pushed and not confirms:
            return
        if reply.is_list and reply.word in MESSAGES and self._subscribed:
            return
        if awaited is None:
            if not reply.is_error:
                self._stop_hearing("a reply came that no command asked for", now)
            return
        awaited.replies -= 1
        if awaited.replies and not reply.is_error:
            return
        self._open.popleft()
        self.answer(awaited.pending, _status(reply), now)
        if awaited.pending.request in STREAMING:
            name = awaited.pending.request
            self._stop_hearing(f"what follows {name} is not read", now)
            self._stop_seeing(f"what follows {name} is not read", now)

    @property
    def idle(self) -> bool:
        """Whether every command has been answered."""
        return not self._pending and not self._blind and not self._deaf and self._began is None

    def _stop_seeing(self, why: str, now: float) -> None:
        self._blind = True
        self.blind(why, now)

    def _stop_hearing(self, why: str, now: float) -> None:
        self._deaf = True
        if not self._blind:
            self.blind(why, now, Hidden.ANSWERS)
        for awaited in self._open:
            self.unseen(awaited.pending, now)
        self._open.clear()


def _status(reply: Reply) -> str:
    return reply.word.decode("latin-1").partition(" ")[0] if reply.is_error else "OK"
