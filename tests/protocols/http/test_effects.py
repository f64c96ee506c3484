"""Each effect, alone: what becomes of the parts of an answer."""

from typing import Any

import pytest

from tests.proxy.chance import chance
from tests.toxics.by_name import EFFECTS
from windtunnel.protocols.http.answer_effect import AnswerEffect, Part
from windtunnel.protocols.http.message_heads import Message
from windtunnel.toxics.chunk import Action

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"


class Made:
    """An effect, and how often it said that it touched."""

    def __init__(self, kind: str, *, seed: int = 0, **attributes: Any) -> None:  # noqa: ANN401 - any
        self.touches = 0
        settings = {**EFFECTS[kind].defaults, **attributes}
        assert not EFFECTS[kind].mistake(settings)
        self.effect: AnswerEffect = EFFECTS[kind](settings, lambda: chance(seed), self._touch)

    def _touch(self) -> None:
        self.touches += 1

    def alter(self, *parts: Part) -> list[Part]:
        return [after for part in parts for after in self.effect.alter(part)]


def request(method: str = "GET", version: str = "1.1", **headers: str) -> Message:
    return Message(method=method, path="/", version=version, headers=list(headers.items()))


def answer(*pieces: bytes, delimited: bool = True) -> list[Part]:
    body = [Part(1.0, piece, len(piece), delimited) for piece in pieces]
    return [Part(1.0, HEAD, 0, delimited), *body]


def data(parts: list[Part]) -> bytes:
    return b"".join(part.data for part in parts)


def test_a_status_is_answered_in_place_of_the_dependency() -> None:
    made = Made("http_status", status=503, body="broken")
    parts = made.effect.instead(request(), 1.0)
    assert parts is not None
    head, _, body = data(parts).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"Content-Length: 6" in head
    assert b"Windtunnel-Fault: http_status" in head
    assert body == b"broken"
    assert made.touches == 1
    assert all(part.action is Action.NONE for part in parts)


def test_a_status_to_head_has_the_length_and_no_body() -> None:
    parts = Made("http_status", body="broken").effect.instead(request("HEAD"), 1.0)
    assert parts is not None
    assert b"Content-Length: 6" in data(parts)
    assert data(parts).endswith(b"\r\n\r\n")


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_content_has_neither_length_nor_body(status: int) -> None:
    parts = Made("http_status", status=status, body="x").effect.instead(request(), 1.0)
    assert parts is not None
    assert b"Content-Length" not in data(parts)
    assert data(parts).endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("asked", "closes"),
    [
        (request(), False),
        (request(Connection="close"), True),
        (request(Connection="Keep-Alive, Close"), True),
        (request(version="1.0"), True),
        (request(version="1.0", Connection="keep-alive"), False),
        (request(Expect="100-continue"), True),
    ],
)
def test_a_status_keeps_or_closes_the_connection_as_the_request_asks(
    asked: Message, *, closes: bool
) -> None:
    parts = Made("http_status").effect.instead(asked, 1.0)
    assert parts is not None
    assert (parts[-1].action is Action.CLOSE) == closes
    assert (b"Connection: close" in data(parts)) == closes


def test_an_unknown_status_gets_a_phrase_all_the_same() -> None:
    parts = Made("http_status", status=599).effect.instead(request(), 1.0)
    assert parts is not None
    assert data(parts).startswith(b"HTTP/1.1 599 Injected\r\n")


def test_only_status_and_an_abort_that_is_not_forwarded_keep_the_request_back() -> None:
    keeping = {kind for kind in EFFECTS if Made(kind).effect.instead(request(), 1.0) is not None}
    assert keeping == {"http_status", "http_abort"}
    assert Made("http_abort", forwarded=1).effect.instead(request(), 1.0) is None


def test_an_abort_resets_and_sends_nothing() -> None:
    parts = Made("http_abort").effect.instead(request(), 1.0)
    assert parts is not None
    assert [(part.data, part.action) for part in parts] == [(b"", Action.RESET)]


def test_a_forwarded_abort_resets_instead_of_the_first_byte() -> None:
    made = Made("http_abort", forwarded=1)
    first = made.alter(*answer(b"0123456789"))[0]
    assert (first.data, first.action) == (b"", Action.RESET)
    assert made.touches == 1


def whole(*pieces: bytes) -> list[Part]:
    """Return an answer whose last part says that it is."""
    parts = answer(*pieces)
    parts[-1].last = True
    return parts


@pytest.mark.parametrize(("ending", "action"), [("reset", Action.RESET), ("close", Action.CLOSE)])
def test_a_lost_answer_ends_the_connection_only_once_it_is_whole(
    ending: str, action: Action
) -> None:
    made = Made("http_lost_answer", ending=ending)
    head, first, last = whole(b"01234", b"56789")
    assert not made.effect.committed
    assert made.alter(head, first) == []
    assert made.effect.committed
    assert [(part.data, part.action) for part in made.alter(last)] == [(b"", action)]
    assert made.touches == 1


def test_a_dripped_answer_says_at_its_last_drop_that_it_is_whole() -> None:
    drops = Made("http_drip", rate=100).alter(*whole(b"0123456789"))
    assert [drop.last for drop in drops] == [False] * (len(drops) - 1) + [True]


def test_a_delay_shifts_the_whole_answer_by_one_amount() -> None:
    parts = Made("http_delay", latency=100, jitter=50).alter(*answer(b"01234", b"56789"))
    shifts = {part.due - 1.0 for part in parts}
    assert len(shifts) == 1
    assert 0.050 <= shifts.pop() <= 0.150
    assert data(parts) == HEAD + b"0123456789"


def test_a_truncated_body_ends_after_its_bytes_and_the_connection_with_it() -> None:
    made = Made("http_truncate", bytes=7)
    parts = made.alter(*answer(b"01234", b"56789"))
    assert data(parts) == HEAD + b"0123456"
    assert [part.action for part in parts] == [Action.NONE, Action.NONE, Action.CLOSE]
    assert made.touches == 1


def test_a_body_that_is_not_longer_than_its_limit_stays_whole_and_untouched() -> None:
    made = Made("http_truncate", bytes=10)
    parts = made.alter(*answer(b"01234", b"56789"))
    assert data(parts) == HEAD + b"0123456789"
    assert all(part.action is Action.NONE for part in parts)
    assert made.touches == 0


def test_a_body_that_only_the_connections_end_would_end_is_reset() -> None:
    parts = Made("http_truncate", bytes=1).alter(*answer(b"01", delimited=False))
    assert parts[-1].action is Action.RESET


def test_corruption_changes_the_first_byte_and_some_others_and_no_length() -> None:
    made = Made("http_corrupt", spacing=4)
    body = bytes(1000)
    parts = made.alter(*answer(body))
    changed = data(parts)[len(HEAD) :]
    assert data(parts)[: len(HEAD)] == HEAD
    assert len(changed) == len(body)
    assert changed[0] != 0
    places = [place for place, byte in enumerate(changed) if byte]
    # One in four on the average: 250, and five standard deviations are about 45.
    assert 205 <= len(places) <= 295
    assert made.touches == 1


def test_corruption_does_not_depend_on_how_the_body_arrives() -> None:
    body = bytes(range(200))
    whole = data(Made("http_corrupt").alter(*answer(body)))
    pieces = [body[place : place + 7] for place in range(0, 200, 7)]
    assert data(Made("http_corrupt").alter(*answer(*pieces))) == whole
    assert data(Made("http_corrupt", seed=1).alter(*answer(body))) != whole


def test_corruption_leaves_framing_alone() -> None:
    part = Part(1.0, b"abc\r\n", content=3)
    (changed,) = Made("http_corrupt", spacing=1).alter(part)
    assert changed.data[3:] == b"\r\n"
    assert all(a != b for a, b in zip(changed.data[:3], b"abc", strict=True))


def test_an_empty_body_is_not_corrupted() -> None:
    made = Made("http_corrupt")
    assert data(made.alter(*answer())) == HEAD
    assert made.touches == 0


def test_a_dripping_answer_takes_as_long_as_its_rate_says_and_stays_the_same() -> None:
    body = bytes(range(200))
    parts = Made("http_drip", rate=100).alter(*answer(body[:50], body[50:]))
    assert data(parts) == HEAD + body
    assert parts[-1].due == pytest.approx(1.0 + (len(HEAD) + 200) / 100)
    assert all(len(part.data) <= 5 for part in parts)


def test_a_part_without_data_drips_through_with_its_action() -> None:
    parts = Made("http_drip").alter(Part(1.0, b"", action=Action.RESET))
    assert [part.action for part in parts] == [Action.RESET]


def test_effects_on_one_answer_add_up() -> None:
    corrupt, truncate = Made("http_corrupt"), Made("http_truncate", bytes=3)
    parts = truncate.alter(*corrupt.alter(*answer(b"0123456789")))
    body = data(parts)[len(HEAD) :]
    assert len(body) == 3
    assert body[:1] != b"0"


@pytest.mark.parametrize(
    ("kind", "attributes", "mistake"),
    [
        ("http_status", {"status": 199}, "status must be from 200 to 599"),
        ("http_delay", {"latency": -1}, "latency must not be negative"),
        ("http_truncate", {"bytes": -1}, "bytes must not be negative"),
        ("http_lost_answer", {"ending": "rst"}, "ending must be reset or close"),
        ("http_corrupt", {"spacing": 0}, "spacing must be 1 or more"),
        ("http_drip", {"rate": 0}, "rate must be 1 or more"),
    ],
)
def test_a_mistake_is_named(kind: str, attributes: dict[str, int], mistake: str) -> None:
    assert EFFECTS[kind].mistake({**EFFECTS[kind].defaults, **attributes}) == mistake
