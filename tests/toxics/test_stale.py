"""`stale` strikes a connection that is used again, and no connection that is being set up."""

import pytest

from windtunnel.toxics.chunk import Action, Activity, Chunk
from windtunnel.toxics.on_bytes.stale import StaleToxic

HELLO = b"*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n"
SELECT = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"
GET = b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
INFO_NAMED_KEY = b"*2\r\n$3\r\nGET\r\n$4\r\nINFO\r\n"


def struck(
    *sent: bytes,
    idle: int = 0,
    pause: float = 0.01,
    used: bool = False,
    read: bool = True,
    under_way: frozenset[int] = frozenset(),
) -> list[int]:
    """Return which of the chunks that a client sends, each answered, meet a reset.

    `under_way` are those that come while a call is.
    """
    toxic = StaleToxic.__new__(StaleToxic)
    toxic.attributes = {"idle": idle}
    toxic.activity = Activity(last=0.0 if used else None, used=used, tells_calls_apart=read)
    found = []
    now = 1.0
    for number, data in enumerate(sent):
        toxic.activity.at_rest = number not in under_way
        if any(each.action is Action.RESET for each in toxic.pass_on(Chunk(now, data))):
            found.append(number)
        toxic.activity.last = now
        now += pause
    return found


def test_the_second_use_of_a_new_connection_is_struck() -> None:
    assert struck(b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n") == [1]


def test_the_first_use_of_one_that_was_used_before_is_struck() -> None:
    assert struck(GET, used=True) == [0]


@pytest.mark.parametrize("first", [GET, INFO_NAMED_KEY])
def test_what_sets_redis_up_is_no_use(first: bytes) -> None:
    assert struck(HELLO, SELECT, first) == []
    assert struck(HELLO + SELECT, first, GET) == [2]
    # After its first use it is a command like any other.
    assert struck(HELLO, first, SELECT) == [2]


def test_a_connection_that_waited_after_its_set_up_is_struck() -> None:
    assert struck(HELLO, GET, idle=500, pause=1.0) == [1]
    assert struck(HELLO, SELECT, idle=500, pause=1.0) == []
    assert struck(HELLO, GET, GET, idle=500, pause=0.1) == []


@pytest.mark.parametrize("idle", [0, 500])
def test_a_request_in_pieces_is_under_way(idle: int) -> None:
    """A client sends a body after its head, or after "100 Continue"."""
    pieces = (b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n", b"body")
    assert struck(*pieces, idle=idle, pause=1.0, under_way=frozenset({1})) == []
    assert struck(*pieces, GET, idle=idle, pause=1.0, under_way=frozenset({1})) == [2]


STARTUP = (
    b"\x00\x00\x00\x08\x04\xd2\x16/",
    b"\x00\x00\x00\x1f\x00\x03\x00\x00",
    b"p\x00\x00\x00",
    b"p",
)
"""PostgreSQL: SSLRequest, StartupMessage, and two turns of SCRAM."""


def test_what_sets_postgresql_up_is_no_use() -> None:
    assert struck(*STARTUP, b"Q", b"Q") == [5]
    assert struck(*STARTUP, b"Q", idle=500, pause=1.0) == [4]
    assert struck(b"p", b"p") == [1]


@pytest.mark.parametrize("pause", [0.0, 0.01, 0.9])
def test_where_calls_are_not_told_apart_a_short_pause_may_be_a_handshakes(pause: float) -> None:
    assert struck(*STARTUP, b"Q", b"Q", pause=pause, read=False) == []


def test_where_calls_are_not_told_apart_a_second_is_idle() -> None:
    assert struck(b"Q", b"Q", pause=1.0, read=False) == [1]
    assert struck(b"Q", pause=1.0, read=False, used=True) == [0]
    # What is given is meant.
    assert struck(b"Q", b"Q", idle=200, pause=0.3, read=False) == [1]
