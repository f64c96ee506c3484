"""Every Redis command of a connection is found with its reply; what cannot be is said."""

import pytest

from tests.proxy.chance import chance
from windtunnel.protocols.exchanges import Pending
from windtunnel.protocols.redis.exchanges import RedisExchanges
from windtunnel.records import ExchangeOutcome


class Bench:
    """Exchanges, and those that are over."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, bool]] = []
        self.outcomes: list[ExchangeOutcome] = []
        self.times: list[tuple[float, float]] = []
        self.exchanges = RedisExchanges()
        self.exchanges.done = self._done

    def _done(self, pending: Pending, outcome: ExchangeOutcome, status: str, now: float) -> None:
        self.found.append((pending.request, status, pending.handshake))
        self.outcomes.append(outcome)
        self.times.append((pending.started, now))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def command(*words: str) -> bytes:
    parts = [f"*{len(words)}\r\n", *(f"${len(word)}\r\n{word}\r\n" for word in words)]
    return "".join(parts).encode()


def test_a_command_lasts_from_its_first_byte_to_its_replys_last(bench: Bench) -> None:
    whole = command("GET", "key")
    bench.exchanges.received(whole[:7], 1.0)
    bench.exchanges.received(whole[7:], 2.0)
    bench.exchanges.answered(b"$5\r\nhel", 3.0)
    assert not bench.found
    bench.exchanges.answered(b"lo\r\n", 4.0)
    assert bench.found == [("GET", "OK", False)]
    assert bench.times == [(1.0, 4.0)]
    assert bench.exchanges.idle


@pytest.mark.parametrize("seed", range(10))
def test_a_pipeline_pairs_with_its_replies_however_they_arrive(seed: int) -> None:
    bench, sizes = Bench(), chance(seed)
    commands = command("set", "a", "\r\n*1\r\n") + command("INCR", "a") + command("HGETALL", "h")
    replies = b"+OK\r\n-ERR not an integer\r\n%1\r\n+f\r\n$1\r\nv\r\n"
    for stream, take in (
        (commands, bench.exchanges.received),
        (replies, bench.exchanges.answered),
    ):
        left = stream
        while left:
            size = sizes.randint(1, 15)
            take(left[:size], 1.0)
            left = left[size:]
    assert bench.found == [("SET", "OK", False), ("INCR", "ERR", False), ("HGETALL", "OK", False)]


def test_the_commands_that_prepare_a_connection_are_marked(bench: Bench) -> None:
    bench.exchanges.received(command("HELLO", "3") + command("GET", "a"), 1.0)
    bench.exchanges.answered(b"%0\r\n_\r\n", 2.0)
    assert bench.found == [("HELLO", "OK", True), ("GET", "OK", False)]


def test_pushed_messages_are_no_replies(bench: Bench) -> None:
    bench.exchanges.received(command("GET", "a"), 1.0)
    bench.exchanges.answered(b">2\r\n+invalidate\r\n*1\r\n+a\r\n", 2.0)
    assert not bench.found
    bench.exchanges.answered(b"$1\r\nx\r\n", 3.0)
    assert bench.found == [("GET", "OK", False)]


def test_what_is_open_at_the_end_has_failed(bench: Bench) -> None:
    bench.exchanges.received(command("GET", "a") + command("GET", "b"), 1.0)
    bench.exchanges.answered(b"$1\r\nx\r\n", 2.0)
    bench.exchanges.end(3.0)
    assert bench.outcomes == [ExchangeOutcome.ANSWERED, ExchangeOutcome.FAILED]


@pytest.mark.parametrize(
    "garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\x00\xff\r\n", b":1\r\n", b"*0\r\n"]
)
def test_garbage_is_one_exchange_and_a_blind_spot(bench: Bench, garbage: bytes) -> None:
    bench.exchanges.received(garbage, 1.0)
    (spot,) = bench.exchanges.blind_spots
    assert spot.startswith("a command could not be parsed: ")
    assert bench.exchanges.begun == 1
    bench.exchanges.end(2.0)
    assert bench.outcomes == [ExchangeOutcome.FAILED]


@pytest.mark.parametrize("name", ["SUBSCRIBE", "psubscribe", "MONITOR"])
def test_a_command_that_ends_the_pairing_is_said(bench: Bench, name: str) -> None:
    bench.exchanges.received(command(name, "channel"), 1.0)
    assert bench.exchanges.blind_spots == [
        f"{name.upper()} ends the pairing of commands and replies"
    ]
    bench.exchanges.answered(b">3\r\n+subscribe\r\n+channel\r\n:1\r\n", 2.0)
    assert not bench.found
