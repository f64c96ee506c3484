"""Finds the exchanges in an HTTP/1 connection."""

from collections import deque

from windtunnel.protocols.exchanges import UNREAD, Exchanges, Pending
from windtunnel.protocols.http.field_reader import FieldReader
from windtunnel.protocols.http.framing import Framer
from windtunnel.protocols.http.message_heads import Message, begins_request, waits
from windtunnel.protocols.http.message_segment import MessageSegment
from windtunnel.protocols.request_fields import RequestFields
from windtunnel.records import Hidden

GO_ON = 100
SWITCHING = 101
PATH_KEPT = 2048
"""Characters of a request's path that are recorded; "…" stands for the rest."""
CONNECT_KEPT = 64 * 2**10
"""Bytes after a CONNECT that are kept until its answer says whether they are HTTP."""


class HttpExchanges(Exchanges):
    """Requests and responses in order; pipelining, HEAD and 1xx included.

    What cannot be read is nobody's failure: an exchange whose answer is not HTTP is unseen, and
    after a CONNECT or an upgrade that was granted, nothing more is seen.
    """

    def __init__(self) -> None:
        super().__init__()
        self._requests = Framer("requests")
        self._answers = Framer("answers", self._bodiless)
        self._open: deque[Pending] = deque()
        self._arriving: Pending | None = None
        """The exchange whose request is arriving."""
        self._told_to_go_on: Pending | None = None
        """The exchange whose client was told to send the body that it kept."""
        self._answer_head: Message | None = None
        """The head of the answer that is arriving, once it came."""
        self._held: bytearray | None = None
        """What came after a CONNECT that is not answered; None without one."""
        self._wanted: RequestFields | None = None
        self._fields: FieldReader | None = None
        """Reads the request that is arriving, once its head is there."""
        self._blind = False
        """Whether requests are seen no more."""
        self._deaf = False
        """Whether answers are seen no more."""

    def record(self, wanted: RequestFields) -> None:
        """Record these fields of each request that begins from now on."""
        self._wanted = wanted

    def received(self, data: bytes, now: float) -> None:
        """Read what came from the target."""
        if self._held is not None:
            self._hold(data, now)
        elif not self._blind:
            self._read(data, now)

    def _read(self, data: bytes, now: float) -> None:
        for segment in self._requests.feed(data):
            pending = self._arriving
            if pending is None:
                if not segment.data.strip(b"\r\n"):
                    continue
                pending = self._arriving = self.begin("", now)
                self._open.append(pending)
            if segment.message.headed and not pending.request:
                self._name(pending, segment.message)
                if self._deaf and pending in self._open:
                    self._open.remove(pending)
                    self.unseen(pending, now)
            if self._wanted is not None and segment.message.headed:
                self._read_fields(self._wanted, pending, segment)
            if segment.last:
                self._arriving = None
                if segment.message.method == "CONNECT":
                    # What follows may be a tunnel's: its answer will tell.
                    self._held = bytearray()
                    self._hold(self._requests.rest, now)
                    self._requests = Framer("requests")
                    return
        if self._requests.broken:
            self._unread_request(now)

    def _read_fields(
        self, wanted: RequestFields, pending: Pending, segment: MessageSegment
    ) -> None:
        if self._fields is None:
            self._fields = FieldReader(wanted, segment.message)
        self._fields.take(segment)
        pending.fields = self._fields.fields
        if segment.last:
            self._fields = None

    def _name(self, pending: Pending, message: Message) -> None:
        path = message.path
        if len(path) > PATH_KEPT:
            path = path[:PATH_KEPT] + "…"
        pending.request = f"{message.method} {path}"
        pending.head = message.method == "HEAD"

    def _hold(self, data: bytes, now: float) -> None:
        """Keep what follows a CONNECT until its answer came."""
        if self._held is not None:
            self._held += data
            if len(self._held) > CONNECT_KEPT:
                self._stop_seeing("what follows a CONNECT is not read", now)

    def _unread_request(self, now: float) -> None:
        pending = self._arriving
        if pending is None:
            pending = self.begin("", now)
        elif pending in self._open:
            self._open.remove(pending)
        # A head that was read names its call, whatever its body turned out to be.
        pending.request = pending.request or UNREAD
        if self.awaits(pending):
            self.unseen(pending, now)
        self._stop_seeing(f"a request could not be read: {self._requests.broken}", now)

    def _stop_seeing(self, why: str, now: float) -> None:
        self._blind = True
        self._held = None
        self._arriving = None
        self.blind(why, now)

    def answered(self, data: bytes, now: float) -> None:
        """Read what went back."""
        if self._deaf or (self._blind and not self._open):
            return
        for segment in self._answers.feed(data):
            message = segment.message
            if not message.headed:
                continue
            self._answer_head = message
            if segment.last:
                self._answer_head = None
                if self._complete(message, now):
                    return
        if self._answers.broken:
            self._unread_answer(now)

    def _bodiless(self, message: Message) -> bool:
        if not self._open:
            return False
        first = self._open[0]
        return first.head or _tunnels(first, message)

    def _complete(self, message: Message, now: float) -> bool:
        """Take a whole answer; return whether another protocol follows it."""
        if not self._open or (message.status < 200 and message.status != SWITCHING):
            if self._open and message.status == GO_ON:
                self._told_to_go_on = self._open[0]
            return False  # Nobody asked for it, or it is no answer yet.
        pending = self._open.popleft()
        if (
            pending is self._arriving
            and pending is not self._told_to_go_on
            and waits(self._requests.message)
        ):
            self._requests.doubt_body()
        self.answer(pending, str(message.status), now)
        if message.status == SWITCHING:
            self._deaf = True
            self._drop_open(now)
            self._stop_seeing("an upgraded connection is read no further", now)
        elif _tunnels(pending, message):
            self._deaf = True
            self._stop_seeing("a CONNECT's tunnel is not read", now)
        elif pending.request.startswith("CONNECT ") and self._held is not None:
            held, self._held = bytes(self._held), None
            if held:
                self.received(held, now)
        return self._deaf

    def _unread_answer(self, now: float) -> None:
        self._deaf = True
        self.blind(f"an answer could not be read: {self._answers.broken}", now, Hidden.ANSWERS)
        self._drop_open(now)
        if self._held is not None:
            self._stop_seeing("what follows a CONNECT is not read", now)

    def _drop_open(self, now: float) -> None:
        for pending in self._open:
            self.unseen(pending, now)
        self._open.clear()

    def finished(self, now: float) -> None:
        """End the answer that only the connection's end ends (RFC 9112, 6.3)."""
        message = self._answer_head
        if message is not None and not message.delimited and self._open and not self._deaf:
            self._answer_head = None
            self.answer(self._open.popleft(), str(message.status), now)

    def end(self, now: float, *, gone: bool = False) -> None:
        """Fail what is left, but for bytes that begin no request: nobody's call failed with them.

        Such as a body that Node's client sends with a DELETE, without saying its length.
        """
        pending = self._arriving
        if (
            pending is not None
            and self.awaits(pending)
            and begins_request(self._requests.unread) is False
        ):
            self.unseen(pending, now)
        super().end(now, gone=gone)

    @property
    def idle(self) -> bool:
        """Whether every request has been answered."""
        return not self._pending and not self._blind and not self._deaf


def _tunnels(pending: Pending, message: Message) -> bool:
    """Whether what follows this answer is a tunnel (RFC 9110, 9.3.6)."""
    return pending.request.startswith("CONNECT ") and 200 <= message.status < 300
