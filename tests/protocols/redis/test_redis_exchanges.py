"""Every Redis command of a connection is found with its reply; what cannot be is said."""

import pytest

from tests.proxy.chance import chance
from windtunnel.protocols.exchanges import Pending
from windtunnel.protocols.redis.exchanges import RedisExchanges
from windtunnel.records import ExchangeOutcome, Hidden


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
    "garbage", [b"\x16\x03\x01", b"\x00\xff\r\n", b":1\r\n", b"*1\r\n+PING\r\n", b"*x\r\n"]
)
def test_garbage_is_one_exchange_and_a_blind_spot(bench: Bench, garbage: bytes) -> None:
    bench.exchanges.received(garbage, 1.0)
    (spot,) = bench.exchanges.blind_spots
    assert spot.what.startswith("a command could not be read: ")
    assert (spot.since, spot.hides) == (1.0, Hidden.CALLS)
    assert bench.exchanges.begun == 1
    bench.exchanges.end(2.0)
    assert bench.outcomes == [ExchangeOutcome.UNSEEN]


@pytest.mark.parametrize("name", ["MONITOR", "sync", "PSYNC"])
def test_a_command_after_which_nothing_pairs_is_said(bench: Bench, name: str) -> None:
    bench.exchanges.received(command("GET", "a") + command(name), 1.0)
    bench.exchanges.answered(b"$-1\r\n", 2.0)
    assert not bench.exchanges.blind_spots
    bench.exchanges.answered(b'+OK\r\n+1.0 [0 127.0.0.1:1] "GET" "a"\r\n', 3.0)
    bench.exchanges.received(command("GET", "b"), 4.0)
    assert bench.found == [("GET", "OK", False), (name.upper(), "OK", False)]
    spot = bench.exchanges.blind_spots[-1]
    assert spot.what == f"what follows {name.upper()} is not read"
    assert spot.since == 3.0


CONVERSATIONS = {
    "inline": (b"PING\r\nset a 1\r\n\r\n", b"+PONG\r\n+OK\r\n", "PING OK, SET OK"),
    "an empty array": (b"*0\r\n*-1\r\n" + command("PING"), b"+PONG\r\n", "PING OK"),
    "reply off": (
        command("CLIENT", "REPLY", "OFF")
        + command("SET", "a", "1")
        + command("client", "reply", "on")
        + command("GET", "a"),
        b"+OK\r\n$1\r\n1\r\n",
        "CLIENT -, SET -, CLIENT OK, GET OK",
    ),
    "reply skip": (
        command("CLIENT", "REPLY", "SKIP") + command("SET", "a", "1") + command("GET", "a"),
        b"$1\r\n1\r\n",
        "CLIENT -, SET -, GET OK",
    ),
    "subscribed, RESP2": (
        command("SUBSCRIBE", "a", "b") + command("PING") + command("UNSUBSCRIBE"),
        (
            b"*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n"
            b"*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n"
            b"*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:0\r\n"
        ),
        "SUBSCRIBE OK, PING OK, UNSUBSCRIBE OK",
    ),
    "subscribed, RESP3": (
        command("HELLO", "3") + command("PSUBSCRIBE", "a*") + command("GET", "k"),
        b"%0\r\n>3\r\n+psubscribe\r\n+a*\r\n:1\r\n>4\r\n+pmessage\r\n+a*\r\n+a\r\n+x\r\n$1\r\nv\r\n",
        "HELLO OK, PSUBSCRIBE OK, GET OK",
    ),
    "a refused subscription": (
        command("SUBSCRIBE", "a", "b") + command("PING"),
        b"-NOAUTH Authentication required.\r\n+PONG\r\n",
        "SUBSCRIBE NOAUTH, PING OK",
    ),
    "a large word": (command("SET", "a", "x" * 5000), b"+OK\r\n", "SET OK"),
}


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_a_conversation_pairs_however_it_is_cut(conversation: str, size: int) -> None:
    bench = Bench()
    commands, replies, expected = CONVERSATIONS[conversation]
    for stream, take in (
        (commands, bench.exchanges.received),
        (replies, bench.exchanges.answered),
    ):
        for at in range(0, len(stream), size):
            take(stream[at : at + size], 1.0)
    found = [f"{name} {status or '-'}" for name, status, _ in bench.found]
    # Commands without a reply are over as they come.
    assert sorted(found) == sorted(expected.split(", "))
    assert not bench.exchanges.blind_spots
    assert bench.exchanges.idle
    assert ExchangeOutcome.FAILED not in bench.outcomes


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_a_reply_with_an_attribute_puts_no_other_out_of_step(size: int) -> None:
    """As Redis gives it for DEBUG PROTOCOL ATTRIB; found by driving node-redis, which hangs."""
    bench = Bench()
    asked = [command("HELLO", "3"), command("GET", "a"), command("GET", "b"), command("GET", "c")]
    bench.exchanges.received(b"".join(asked), 1.0)
    replies = b"%0\r\n$4\r\na|1b\r\n|1\r\n+key\r\n:90\r\n$1\r\nb\r\n-ERR no\r\n"
    for at in range(0, len(replies), size):
        bench.exchanges.answered(replies[at : at + size], 2.0)
    assert [(name, status) for name, status, _ in bench.found] == [
        ("HELLO", "OK"),
        ("GET", "OK"),
        ("GET", "OK"),
        ("GET", "ERR"),
    ]
    assert not bench.exchanges.blind_spots


def test_without_resp3_there_are_no_attributes(bench: Bench) -> None:
    bench.exchanges.received(command("GET", "a") + command("GET", "b"), 1.0)
    bench.exchanges.answered(b"$5\r\n\r\n|1\r\r\n$6\r\n\r\n|1\r\n\r\n", 2.0)
    assert [(name, status) for name, status, _ in bench.found] == [("GET", "OK"), ("GET", "OK")]
    assert not bench.exchanges.blind_spots


def test_a_reply_out_of_step_is_nobodys_failure(bench: Bench) -> None:
    bench.exchanges.answered(b"+OK\r\n", 1.0)
    bench.exchanges.received(command("GET", "a"), 2.0)
    bench.exchanges.end(3.0)
    assert bench.outcomes == [ExchangeOutcome.UNSEEN]
    (spot,) = bench.exchanges.blind_spots
    assert spot.hides is Hidden.ANSWERS


def test_a_reply_that_begins_with_a_list_is_read_as_any_other(bench: Bench) -> None:
    bench.exchanges.received(command("EXEC"), 1.0)
    bench.exchanges.answered(b"*1\r\n*0\r\n", 2.0)
    assert bench.found == [("EXEC", "OK", False)]
