"""Pairs the requests and answers of one connection, and lets toxics strike single exchanges.

Pure: bytes and times in; bytes for the dependency and parts of answers for the target out.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from windtunnel.protocols.http.answer_effect import AnswerEffect, Part
from windtunnel.protocols.http.framing import Framer
from windtunnel.protocols.http.message_heads import Message, waits
from windtunnel.toxics.chunk import Action
from windtunnel.toxics.connection_toxic import ExchangeNotes, ExchangeToxic

GO_ON = 100
SWITCHING = 101
CROWD = 1000
"""Pipelined requests that may wait for their answers before the target is held back."""


@dataclass(slots=True, eq=False)
class PairedExchange:
    """A request, and what is to become of its answer."""

    request: Message
    place: int
    """Counts the exchanges of the connection."""
    effects: list[tuple[ExchangeToxic, AnswerEffect]] = field(default_factory=list)
    instead: list[Part] | None = None
    """The answer, where the dependency is not asked."""
    told_to_go_on: bool = False
    """Whether its client was told to send the body that it kept."""


class HttpMediator:
    """Stands between both directions of a connection, at the dependency's end."""

    def __init__(self, toxics: Sequence[ExchangeToxic], notes: ExchangeNotes, first: int) -> None:
        self.toxics = toxics
        self._notes = notes
        self._requests = Framer("requests")
        self._answers = Framer("answers", self._bodiless)
        self._open: deque[PairedExchange] = deque()
        """Exchanges whose answer is not complete, in order."""
        self._arriving: PairedExchange | None = None
        """The exchange whose request is arriving, once its head is there."""
        self._connecting = self._passed = False
        """Whether a CONNECT awaits its answer, and whether bytes passed unread after it."""
        self._ending: list[Part] = []
        """What closes the connection once the request that arrives is whole."""
        self._request_head = b""
        self._head_passed = False
        """Whether the dependency has some of the request whose head is arriving."""
        self._answer_head = b""
        self._unfinished: Message | None = None
        """The head of an answer that only the connection's end ends."""
        self._place = first
        self._raw = False

    def __repr__(self) -> str:
        return f"<HttpMediator {'raw' if self._raw else f'{len(self._open)} open'}, {self.toxics}>"

    @property
    def crowded(self) -> bool:
        """Whether more requests wait for their answers than should."""
        return len(self._open) > CROWD

    def use(self, toxics: Sequence[ExchangeToxic]) -> None:
        """Let these toxics, and no others, strike; one that is left out does no more."""
        self.toxics = toxics
        for paired in self._open:
            paired.effects = [
                each for each in paired.effects if each[0] in toxics or each[1].committed
            ]

    # From the target.

    def request(self, data: bytes, now: float) -> tuple[bytes, list[Part]]:
        """Return what the dependency shall get of this, and the answers that need no asking."""
        if self._raw:
            return data, []
        if self._connecting:
            self._passed = True
            return data, []
        forward: list[bytes] = []
        answers: list[Part] = []
        for segment in self._requests.feed(data):
            if self._arriving is not None:
                self._forward(segment.data, forward)
            else:
                self._request_head += segment.data
                if not segment.message.headed:
                    continue
                self._arriving = self._decide(segment.message, now)
                self._forward(self._request_head, forward)
                self._request_head = b""
                self._head_passed = False
            arrived = self._arriving.request
            if segment.last:
                self._arriving = None
                answers.extend(self._ending)
                self._ending = []
            answers.extend(self._ready(now))
            if segment.last and arrived.method == "CONNECT" and self._open:
                # What follows may be a tunnel's: its answer will tell.
                self._connecting = True
                rest, self._requests = self._requests.rest, Framer("requests")
                self._passed = bool(rest)
                return b"".join([*forward, rest]), answers
        if not self.toxics and self._request_head:
            # Nothing decides on the whole head, and it may be none: another protocol's bytes.
            forward.append(self._request_head)
            self._request_head = b""
            self._head_passed = True
        if self._requests.broken:
            forward += [self._request_head, self._requests.rest]
            answers.extend(self._give_up(now, f"a request is not HTTP/1: {self._requests.broken}"))
        return b"".join(forward), answers

    def _forward(self, data: bytes, forward: list[bytes]) -> None:
        if self._arriving is not None and self._arriving.instead is None:
            forward.append(data)

    def _decide(self, request: Message, now: float) -> PairedExchange:
        place = self._place
        self._place += 1
        paired = PairedExchange(request, place)
        # A request that the dependency has begun to get is nobody's to strike any more.
        for toxic in () if self._head_passed else self.toxics:
            effect = toxic.strike(request, place, lambda name: self._notes.struck(place, name))
            if effect is not None:
                paired.effects.append((toxic, effect))
        for _, effect in paired.effects:
            paired.instead = effect.instead(request, now)
            if paired.instead is not None:
                self._notes.kept(place)
                break
        self._open.append(paired)
        return paired

    def _ready(self, now: float) -> Iterator[Part]:
        """Give the answers that need no asking, and whose turn has come.

        They come early: an upload that never ends would wait for its answer for ever. A connection
        that ends with its answer is closed once the upload is whole, for whoever still sends would
        get a reset instead of the answer.
        """
        while self._open and self._open[0].instead is not None:
            front = self._open.popleft()
            if front.instead:
                front.instead[-1].last = True
            for part in front.instead or ():
                part.due = max(part.due, now)
                altered = _altered(part, front)
                if front is self._arriving and not waits(front.request):
                    early = [each for each in altered if each.action is not Action.CLOSE]
                    self._ending += [each for each in altered if each.action is Action.CLOSE]
                    altered = early
                yield from altered

    # From the dependency.

    def answer(self, data: bytes, now: float) -> list[Part]:
        """Return what the target shall get of this, and the answers whose turn comes with it."""
        if self._raw:
            return [Part(now, data)]
        parts: list[Part] = []
        for segment in self._answers.feed(data):
            message = segment.message
            self._answer_head += segment.data
            if not message.headed:
                continue
            part = Part(
                now, self._answer_head, segment.content, message.delimited, last=segment.last
            )
            self._answer_head = b""
            interim = message.status < 200 and message.status != SWITCHING
            if interim or not self._open:
                self._note_leave(message)
                parts.append(part)
                continue
            parts.extend(_altered(part, self._open[0]))
            self._unfinished = None if message.delimited else message
            if segment.last:
                front = self._take_answered()
                self._note_whole(front, message)
                if _switches(front.request, message):
                    return [*parts, *self._give_up(now, "its protocol changed")]
                if self._connecting and front.request.method == "CONNECT":
                    self._connecting = False
                    if self._passed:
                        parts.extend(self._give_up(now, "bytes followed a CONNECT unread"))
                        return parts
                parts.extend(self._ready(now))
        if self._answers.broken:
            parts.extend(self._give_up(now, f"an answer is not HTTP/1: {self._answers.broken}"))
        return parts

    def finished(self, now: float) -> list[Part]:
        """Return what the target shall get where the dependency's end of data ends an answer."""
        if self._raw or self._unfinished is None or not self._open:
            return []
        message, self._unfinished = self._unfinished, None
        front = self._open.popleft()
        self._note_whole(front, message)
        return _altered(Part(now, b"", delimited=False, last=True), front)

    def _note_whole(self, front: PairedExchange, answer: Message) -> None:
        if front.effects:
            self._notes.dependency_answered(front.place, str(answer.status))

    def _note_leave(self, interim: Message) -> None:
        if self._open and interim.status == GO_ON:
            self._open[0].told_to_go_on = True

    def _take_answered(self) -> PairedExchange:
        """Take the exchange whose answer is whole."""
        front = self._open.popleft()
        if front is self._arriving and waits(front.request) and not front.told_to_go_on:
            self._requests.doubt_body()
        return front

    def _bodiless(self, answer: Message) -> bool:
        if not self._open:
            return False
        request = self._open[0].request
        return request.method == "HEAD" or _switches(request, answer)

    def _give_up(self, now: float, why: str) -> list[Part]:
        """Pass on everything from here as it is."""
        self._raw = True
        self._notes.notice(f"HTTP faults could not follow a connection: {why}")
        held = self._answer_head + self._answers.rest
        left = [Part(now, held)] if held else []
        if any(paired.instead is not None for paired in self._open):
            # An answer of ours is due, and its place among the others is lost.
            left.append(Part(now, b"", action=Action.CLOSE))
        return left


def _altered(part: Part, paired: PairedExchange) -> list[Part]:
    parts = [part]
    for _, effect in paired.effects:
        parts = [after for each in parts for after in effect.alter(each)]
    return parts


def _switches(request: Message, answer: Message) -> bool:
    """Whether what follows this answer is another protocol."""
    return answer.status == SWITCHING or (request.method == "CONNECT" and answer.status < 300)
