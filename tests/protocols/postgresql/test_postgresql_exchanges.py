"""Every statement of a connection is found with its answer; what cannot be is said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocols.postgresql.conversations import (
    CANCEL,
    CONVERSATION,
    EXPECTED,
    FLUSH,
    GSS,
    OPENED,
    SSL,
    SYNC,
    Turn,
    bind,
    describe,
    done,
    error,
    execute,
    message,
    parse,
    query,
    ready,
    request,
    rows,
    startup,
)
from windtunnel.protocols.exchanges import Pending
from windtunnel.protocols.postgresql.exchanges import PostgresqlExchanges
from windtunnel.records import AnswerMeaning, ExchangeOutcome, Hidden, TransactionState


class Bench:
    """Exchanges, and those that are over."""

    def __init__(self, *turns: Turn) -> None:
        self.over: list[Pending] = []
        self.found: list[tuple[str, str, bool]] = []
        self.outcomes: list[ExchangeOutcome] = []
        self.times: list[tuple[float, float]] = []
        self.exchanges = PostgresqlExchanges()
        self.exchanges.done = self._done
        for place, (from_client, data) in enumerate(turns):
            self.turn(from_client, data, float(place))

    def turn(self, from_client: bool, data: bytes, now: float) -> None:  # noqa: FBT001
        (self.exchanges.received if from_client else self.exchanges.answered)(data, now)

    def asks(self, data: bytes, now: float) -> None:
        self.exchanges.received(data, now)

    def hears(self, data: bytes, now: float) -> None:
        self.exchanges.answered(data, now)

    def _done(self, pending: Pending, outcome: ExchangeOutcome, status: str, now: float) -> None:
        self.over.append(pending)
        self.found.append((pending.request, status, pending.handshake))
        self.outcomes.append(outcome)
        self.times.append((pending.started, now))

    @property
    def blind_spots(self) -> list[tuple[str, Hidden]]:
        return [(each.what, each.hides) for each in self.exchanges.blind_spots]


def opened(*turns: Turn) -> Bench:
    return Bench((True, startup(user="app")), (False, OPENED), *turns)


def test_a_whole_connection() -> None:
    bench = Bench(*CONVERSATION)
    assert bench.found == EXPECTED
    assert set(bench.outcomes) == {ExchangeOutcome.ANSWERED}
    assert bench.exchanges.idle
    assert not bench.blind_spots
    before = [each.transaction_before for each in bench.over]
    assert before[1:4] == [TransactionState.NONE, TransactionState.OPEN, TransactionState.OPEN]
    assert bench.over[1].transaction_after is TransactionState.OPEN
    meanings = [each.meaning for each in bench.over[6:9]]
    assert meanings == [AnswerMeaning.GOOD, AnswerMeaning.REFUSAL, AnswerMeaning.REFUSAL]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_however_its_bytes_are_cut(data: st.DataObject) -> None:
    bench = Bench()
    for from_client, whole in CONVERSATION:
        cuts = data.draw(st.sets(st.integers(1, len(whole)), max_size=6))
        at = 0
        for cut in sorted({*cuts, len(whole)}):
            bench.turn(from_client, whole[at:cut], 1.0)
            at = cut
    assert bench.found == EXPECTED


def test_byte_by_byte() -> None:
    bytewise = [(who, whole[i : i + 1]) for who, whole in CONVERSATION for i in range(len(whole))]
    assert Bench(*bytewise).found == EXPECTED


@given(st.integers(0, len(CONVERSATION) - 1), st.integers(0), st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_a_damaged_byte_ends_nothing_but_what_is_seen(place: int, at: int, value: int) -> None:
    turns = list(CONVERSATION)
    from_client, whole = turns[place]
    damaged = bytearray(whole)
    damaged[at % len(whole)] = value
    turns[place] = (from_client, bytes(damaged))
    bench = Bench(*turns)
    bench.exchanges.end(99.0)
    assert bench.exchanges.begun == len(bench.found)
    assert not bench.exchanges.pending


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=8))
@settings(max_examples=200, deadline=None)
def test_any_bytes_at_all(turns: list[Turn]) -> None:
    for bench in (Bench(*turns), opened(*turns)):
        bench.exchanges.end(99.0)
        assert bench.exchanges.begun == len(bench.found)


@pytest.mark.parametrize("answer", [b"S", b"G"])
@pytest.mark.parametrize("asked", [SSL, GSS])
def test_an_encrypted_connection_is_said(asked: bytes, answer: bytes) -> None:
    bench = Bench((True, asked), (False, answer), (True, b"\x16\x03\x01"), (False, b"\x16"))
    (said,) = bench.blind_spots
    assert "sslmode=disable" in said[0]
    assert said[1] is Hidden.CALLS
    assert bench.found == [("bytes", "", True)]
    assert bench.outcomes == [ExchangeOutcome.UNSEEN]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (b"\x16\x03\x01\x02", "encrypted"),
        (startup(user="a", replication="database"), "replication"),
        (request(2 << 16), "version is 2.0"),
        (b"GET / HTTP/1.1\r\n", "length is"),
    ],
)
def test_what_is_not_read_is_said(first: bytes, expected: str) -> None:
    ((said, hides),) = Bench((True, first), (True, query("SELECT 1"))).blind_spots
    assert expected in said
    assert hides is Hidden.CALLS


def test_replication_off_is_a_usual_session() -> None:
    bench = Bench((True, startup(user="a", replication="false")), (False, OPENED))
    assert bench.found == [("STARTUP", "OK", True)]


@pytest.mark.parametrize("asks", [(), ((True, SSL), (False, b"N"))])
def test_a_cancel_has_no_answer(asks: tuple[Turn, ...]) -> None:
    """Libpq 17 asks for encryption before it, too."""
    bench = Bench(*asks, (True, CANCEL))
    assert bench.found == [("CANCEL", "", True)]
    bench.exchanges.end(2.0)
    assert len(bench.found) == 1


@pytest.mark.parametrize(
    ("sqlstate", "meaning"),
    [
        ("57P01", AnswerMeaning.FAILURE), ("53300", AnswerMeaning.FAILURE),
        ("08006", AnswerMeaning.FAILURE), ("58030", AnswerMeaning.FAILURE),
        ("XX000", AnswerMeaning.FAILURE), ("25006", AnswerMeaning.FAILURE),
        ("57014", AnswerMeaning.FAILURE), ("40003", AnswerMeaning.FAILURE),
        ("40001", AnswerMeaning.REFUSAL), ("40P01", AnswerMeaning.REFUSAL),
        ("23505", AnswerMeaning.REFUSAL), ("42601", AnswerMeaning.REFUSAL),
        ("22012", AnswerMeaning.REFUSAL), ("25P02", AnswerMeaning.REFUSAL),
        ("55P03", AnswerMeaning.REFUSAL), ("28P01", AnswerMeaning.REFUSAL),
    ],
)  # fmt: skip
def test_an_error_says_whose_it_is(sqlstate: str, meaning: AnswerMeaning) -> None:
    bench = opened((True, query("UPDATE notes SET a = 1")), (False, error(sqlstate) + ready()))
    assert bench.found[-1] == ("UPDATE notes", sqlstate, False)
    assert bench.over[-1].meaning is meaning


def test_no_room_for_a_connection_is_its_starts_answer() -> None:
    bench = Bench((True, startup(user="a")), (False, error("53300", "FATAL")))
    assert bench.found == [("STARTUP", "53300", True)]
    assert bench.over[0].meaning is AnswerMeaning.FAILURE


def test_a_server_that_ends_the_connection_answers_what_is_under_way() -> None:
    turns = ((True, query("SELECT a FROM b")), (False, error("57P01", "FATAL")))
    bench = opened(*turns)
    assert bench.found[-1] == ("SELECT b", "57P01", False)
    bench.exchanges.end(9.0)
    assert len(bench.found) == 2
    # On an idle connection it answers nothing.
    assert len(opened((False, error("57P01", "FATAL"))).found) == 1


def test_an_answer_lasts_until_the_server_is_ready() -> None:
    """The commit of an extended query comes with the Sync: before it, nothing is sure."""
    asked = parse("INSERT INTO a VALUES (1)") + bind() + execute() + SYNC
    bench = opened((True, asked), (False, message("1") + message("2") + done("INSERT 0 1")))
    assert len(bench.found) == 1
    (pending,) = bench.exchanges.pending
    assert bench.exchanges.state(pending, gone=False)[0] is ExchangeOutcome.PENDING
    bench.hears(error("23503") + ready(), 7.0)
    assert bench.found[-1] == ("INSERT a", "23503", False)


def test_in_a_pipeline_an_answer_before_the_sync_is_one() -> None:
    bench = opened((True, parse("TABLE a") + bind() + execute() + FLUSH))
    bench.hears(message("1") + message("2") + done("SELECT 1"), 5.0)
    (pending,) = bench.exchanges.pending
    found = bench.exchanges.state(pending, gone=False)
    assert found == (ExchangeOutcome.ANSWERED, "SELECT", 5.0)


def test_what_is_prepared_and_flushed_is_over_before_it_is_run() -> None:
    """So asyncpg does: Parse, Describe, Flush, and later Bind, Execute, Sync."""
    bench = opened((True, parse("TABLE a", "s") + describe() + FLUSH))
    bench.hears(message("1") + message("t", b"\0\0") + message("n"), 5.0)
    assert bench.found[-1] == ("PREPARE TABLE a", "OK", True)
    bench.asks(bind("s") + execute() + SYNC, 6.0)
    bench.hears(message("2") + done("SELECT 0") + ready(), 7.0)
    assert bench.found[-1] == ("TABLE a", "SELECT", False)
    assert bench.times[-1] == (6.0, 7.0)


def test_further_rows_of_a_call_are_no_call() -> None:
    asked = (True, execute("p") + SYNC)
    told = (False, message("s") + ready("T"))
    bench = opened((True, parse("TABLE a") + bind(portal="p")), asked)
    bench.hears(message("1") + message("2") + message("s") + ready("T"), 3.0)
    bench.turn(*asked, 4.0)
    bench.turn(*told, 5.0)
    assert [each[2] for each in bench.found[1:]] == [False, True]


def test_a_connection_in_a_transaction_is_not_idle() -> None:
    bench = opened((True, query("BEGIN")), (False, done("BEGIN") + ready("T")))
    assert not bench.exchanges.idle
    bench.asks(query("COMMIT"), 5.0)
    bench.hears(done("COMMIT") + ready(), 6.0)
    assert bench.exchanges.idle


def test_a_transaction_without_a_call_is_one_itself() -> None:
    begin = ((True, query("BEGIN")), (False, done("BEGIN") + ready("T")))
    end = ((True, query("ROLLBACK")), (False, done("ROLLBACK") + ready()))
    asked = ((True, query("TABLE a")), (False, rows() + ready("T")))
    assert opened(*begin, *end).found[-1] == ("ROLLBACK", "ROLLBACK", False)
    assert opened(*begin, *asked, *end).found[-1] == ("ROLLBACK", "ROLLBACK", True)
    assert opened(*end).found[-1] == ("ROLLBACK", "ROLLBACK", True)


def test_a_copy_in_an_extended_query_is_synced_twice() -> None:
    """Libpq sends a Sync with the statement, which the server passes over, and one with its end."""
    bench = opened((True, parse("COPY a FROM STDIN") + bind() + execute() + SYNC))
    bench.hears(message("1") + message("2") + message("G", b"\0\0\0"), 3.0)
    bench.asks(message("d", b"row\n") + message("c") + SYNC, 4.0)
    bench.hears(done("COPY 1") + ready(), 5.0)
    bench.asks(query("TABLE a"), 6.0)
    bench.hears(rows() + ready(), 7.0)
    assert [each[:2] for each in bench.found[1:]] == [("COPY a", "COPY"), ("TABLE a", "SELECT")]
    assert not bench.blind_spots


def test_what_is_open_at_the_end_has_failed() -> None:
    bench = opened((True, query("SELECT a FROM b") + query("SELECT c FROM d")))
    bench.exchanges.end(9.0)
    assert bench.outcomes[1:] == [ExchangeOutcome.FAILED] * 2


def test_an_answer_that_cannot_be_read_leaves_its_call() -> None:
    bench = opened((True, query("SELECT a FROM b")), (False, b"\0"), (True, query("TABLE c")))
    ((said, hides),) = bench.blind_spots
    assert "it begins with b'\\x00', which is no message's letter" in said
    assert hides is Hidden.ANSWERS
    assert bench.found[-1] == ("SELECT b", "", False)
    assert bench.exchanges.begun == 3


def test_large_messages_are_passed_over() -> None:
    sql = "SELECT a FROM b WHERE c = '" + "x" * 2**20 + "'"
    bench = opened((True, query(sql)), (False, rows(b"y" * 2**20) + ready()))
    assert bench.found[-1] == ("SELECT b", "SELECT", False)
    held = f"{vars(bench.exchanges)}"
    assert len(held) < 10_000
    assert "xxx" not in held
