"""A mediator keeps answers in the order of their requests, whoever gives them."""

import pytest

from tests.proxy.chance import chance
from tests.toxics.by_name import EFFECTS
from windtunnel.protocols.http.answer_effect import Part
from windtunnel.protocols.http.http_toxic import HttpToxic
from windtunnel.protocols.http.mediator import CROWD, HttpMediator
from windtunnel.proxy.toxic_catalog import KINDS
from windtunnel.toxics.chunk import Action
from windtunnel.toxics.toxic_kind import ExchangeTally


class Notes:
    """Keeps what the mediator noted."""

    def __init__(self) -> None:
        self.hits: list[tuple[int, str]] = []
        self.held: list[int] = []
        self.notices: list[str] = []
        self.statuses: list[tuple[int, str]] = []

    def struck(self, place: int, toxic: str) -> None:
        self.hits.append((place, toxic))

    def kept(self, place: int) -> None:
        self.held.append(place)

    def dependency_answered(self, place: int, status: str) -> None:
        self.statuses.append((place, status))

    def notice(self, text: str) -> None:
        self.notices.append(text)


def toxic(kind: str, **attributes: float | str) -> HttpToxic:
    settings = {**KINDS[kind].defaults, **attributes}
    assert not KINDS[kind].mistake(settings)
    return HttpToxic(
        kind, EFFECTS[kind], settings, tally=ExchangeTally(), draw=lambda *place: chance(place)
    )


class Bench:
    """A mediator with its notes."""

    def __init__(self, *toxics: HttpToxic, first: int = 0) -> None:
        self.notes = Notes()
        self.mediator = HttpMediator(list(toxics), self.notes, first)
        self.now = 0.0

    def send(self, data: bytes) -> tuple[bytes, bytes]:
        """Return what went to the dependency, and what went back at once."""
        forward, parts = self.mediator.request(data, self.now)
        return forward, joined(parts)

    def answer(self, data: bytes) -> bytes:
        return joined(self.mediator.answer(data, self.now))

    def finish(self) -> bytes:
        """Let the dependency's end of data come."""
        return joined(self.mediator.finished(self.now))


def joined(parts: list[Part]) -> bytes:
    text = b""
    for part in parts:
        text += part.data
        if part.action is not Action.NONE:
            text += b"<" + part.action.name.encode() + b">"
    return text


def get(path: str, extra: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{extra}\r\n".encode()


def ok(body: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def test_what_no_toxic_strikes_passes_byte_for_byte() -> None:
    bench = Bench(toxic("http_status", path="/never"))
    requests = get("/a", "X-Odd:   spaces \r\n") + get("/b")
    answers = (
        ok("a") + b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\nb\r\n0\r\n\r\n"
    )
    assert bench.send(requests) == (requests, b"")
    assert bench.answer(answers) == answers
    assert not bench.notes.hits


@pytest.mark.parametrize("seed", range(20))
def test_it_does_not_matter_how_the_bytes_arrive(seed: int) -> None:
    sizes = chance(seed)

    def pieces(data: bytes) -> list[bytes]:
        found = []
        while data:
            size = sizes.randint(1, 15)
            found.append(data[:size])
            data = data[size:]
        return found

    bench = Bench(toxic("http_status", path="/b", status=500, body="no"))
    sent = [bench.send(piece) for piece in pieces(get("/a") + get("/b") + get("/c"))]
    assert b"".join(forward for forward, _ in sent) == get("/a") + get("/c")
    back = b"".join(bench.answer(piece) for piece in pieces(ok("a") + ok("c")))
    assert back.startswith(ok("a") + b"HTTP/1.1 500 ")
    assert back.endswith(b"\r\n\r\nno" + ok("c"))


def test_an_answer_of_its_own_waits_for_those_of_earlier_requests() -> None:
    bench = Bench(toxic("http_status", path="/b"))
    forward, back = bench.send(get("/a") + get("/b"))
    assert forward == get("/a")
    assert back == b""
    assert bench.answer(ok("a")).startswith(ok("a") + b"HTTP/1.1 503 ")
    assert bench.notes.held == [1]


def test_a_request_that_is_kept_back_takes_its_body_with_it() -> None:
    bench = Bench(toxic("http_status", method="POST"))
    post = b"POST /a HTTP/1.1\r\nContent-Length: 20\r\n\r\n"
    forward, back = bench.send(post + b"GET /fake HTTP")
    assert forward == b""
    assert back.startswith(b"HTTP/1.1 503 ")
    assert bench.send(b"/1.1\r\n" + get("/b")) == (get("/b"), b"")


def test_a_client_that_waits_to_be_told_to_go_on_is_answered_and_closed() -> None:
    bench = Bench(toxic("http_status"))
    post = b"POST /a HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    forward, back = bench.send(post)
    assert forward == b""
    assert back.startswith(b"HTTP/1.1 503 ")
    assert back.endswith(b"<CLOSE>")
    assert bench.send(b"12345") == (b"", b"")


def test_an_interim_answer_is_not_the_answer() -> None:
    bench = Bench(toxic("http_abort", forwarded=1))
    bench.send(get("/a"))
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    assert bench.answer(interim) == interim
    assert bench.answer(ok("a")).startswith(b"<RESET>")


def test_an_answer_to_head_is_not_waited_for() -> None:
    bench = Bench(toxic("http_status", path="/b"))
    head = b"HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n"
    bench.send(head + get("/b"))
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    assert bench.answer(answer).startswith(answer + b"HTTP/1.1 503 ")


def test_the_first_toxic_that_answers_wins_and_later_ones_still_count() -> None:
    first, second = toxic("http_status", status=500, first=1), toxic("http_status", status=502)
    bench = Bench(first, second)
    assert bench.send(get("/a"))[1].startswith(b"HTTP/1.1 500 ")
    assert bench.send(get("/b"))[1].startswith(b"HTTP/1.1 502 ")


def test_answers_of_its_own_can_be_delayed_and_truncated_too() -> None:
    bench = Bench(toxic("http_status", body="broken"), toxic("http_truncate", bytes=2))
    _, back = bench.send(get("/a"))
    assert back.endswith(b"\r\n\r\nbr<CLOSE>")
    assert bench.notes.hits == [(0, "http_status"), (0, "http_truncate")]


def test_places_go_on_from_those_before_it_came() -> None:
    bench = Bench(toxic("http_status"), first=7)
    bench.send(get("/a") + get("/b"))
    assert bench.notes.held == [7, 8]


def test_each_requests_chance_depends_on_its_place_alone() -> None:
    def struck(first: int, count: int) -> set[int]:
        bench = Bench(toxic("http_status", probability=0.5), first=first)
        for _ in range(count):
            bench.send(get("/a"))
        return set(bench.notes.held)

    whole = struck(0, 60)
    assert struck(20, 40) == {place for place in whole if place >= 20}
    assert 0 < len(whole) < 60


def test_a_toxic_that_goes_does_no_more_to_the_answer_under_way() -> None:
    corrupt = toxic("http_corrupt", spacing=1)
    bench = Bench(corrupt)
    bench.send(get("/a"))
    assert bench.answer(ok("abcdef")[:-3])[-3:] != b"abc"
    bench.mediator.use([])
    assert bench.answer(b"def") == b"def"


def test_what_is_no_http_passes_untouched_with_a_notice() -> None:
    bench = Bench(toxic("http_status"))
    assert bench.send(b"*1\r\n$4\r\nPING\r\n") == (b"*1\r\n$4\r\nPING\r\n", b"")
    assert bench.answer(b"+PONG\r\n") == b"+PONG\r\n"
    assert bench.send(get("/a")) == (get("/a"), b"")
    (notice,) = bench.notes.notices
    assert notice.startswith("HTTP faults could not follow a connection: a request is not HTTP/1: ")


def test_the_begin_of_a_head_that_turns_out_to_be_none_is_passed_on_too() -> None:
    bench = Bench(toxic("http_status"))
    assert bench.send(b"GE") == (b"", b"")
    assert bench.send(b"T it\n\n") == (b"GET it\n\n", b"")


def test_an_answer_that_is_no_http_passes_untouched_with_a_notice() -> None:
    bench = Bench(toxic("http_delay", latency=1))
    bench.send(get("/a"))
    assert bench.answer(b"garbage\r\n") == b"garbage\r\n"
    assert "an answer is not HTTP/1" in bench.notes.notices[0]


def test_an_answer_of_its_own_that_lost_its_place_closes_the_connection() -> None:
    bench = Bench(toxic("http_status", path="/b"))
    bench.send(get("/a") + get("/b"))
    assert bench.answer(b"garbage\r\n") == b"garbage\r\n<CLOSE>"


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (
            get("/ws", "Upgrade: websocket\r\nConnection: upgrade\r\n"),
            b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        ),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"),
    ],
)
def test_after_an_upgrade_both_directions_pass_untouched(request_: bytes, answer: bytes) -> None:
    bench = Bench(toxic("http_status", path="/never"))
    assert bench.send(request_) == (request_, b"")
    assert bench.answer(answer + b"\x81\x05hello") == answer + b"\x81\x05hello"
    assert bench.send(b"\x81\x85") == (b"\x81\x85", b"")
    assert bench.notes.notices == [
        "HTTP faults could not follow a connection: its protocol changed"
    ]


def test_a_declined_upgrade_goes_on_as_http() -> None:
    bench = Bench(toxic("http_status", path="/b"))
    bench.send(get("/a", "Upgrade: h2c\r\nConnection: upgrade\r\n"))
    assert bench.answer(ok("a")) == ok("a")
    assert bench.send(get("/b"))[1].startswith(b"HTTP/1.1 503 ")


def test_an_answer_that_nobody_asked_for_passes() -> None:
    bench = Bench(toxic("http_abort", forwarded=1))
    late = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"
    assert bench.answer(late) == late


def test_too_many_waiting_requests_are_a_crowd() -> None:
    bench = Bench(toxic("http_status", path="/b"))
    bench.send(get("/a") * CROWD)
    assert not bench.mediator.crowded
    bench.send(get("/a"))
    assert bench.mediator.crowded
    bench.answer(ok("a"))
    assert not bench.mediator.crowded


@pytest.mark.parametrize("upgrade", ["h2c", "TLS/1.2"])
def test_an_upgrade_with_a_body_gets_one_answer_and_its_body_goes_nowhere(upgrade: str) -> None:
    bench = Bench(toxic("http_status"))
    head = f"Connection: Upgrade\r\nUpgrade: {upgrade}\r\nContent-Length: 7\r\n"
    forward, back = bench.send(get("/orders", head).replace(b"GET", b"POST") + b'{"a":1}')
    assert forward == b""
    assert back.count(b"HTTP/1.1 503 ") == 1
    assert bench.send(get("/b"))[1].count(b"HTTP/1.1 503 ") == 1


def test_an_upload_without_end_is_answered_early_and_closed_when_it_ends() -> None:
    bench = Bench(toxic("http_status"))
    chunked = "Transfer-Encoding: chunked\r\nConnection: close\r\n"
    forward, back = bench.send(get("/orders", chunked).replace(b"GET", b"POST") + b"3\r\nabc\r\n")
    assert forward == b""
    assert back.startswith(b"HTTP/1.1 503 ")
    assert not back.endswith(b"<CLOSE>")
    assert bench.send(b"0\r\n\r\n") == (b"", b"<CLOSE>")


def test_what_follows_a_connect_passes_and_a_refused_one_goes_on_as_http() -> None:
    bench = Bench(toxic("http_status", path="/struck"))
    connect = b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"
    refused = b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n"
    assert bench.send(connect) == (connect, b"")
    assert bench.answer(refused) == refused
    assert bench.send(get("/struck"))[1].startswith(b"HTTP/1.1 503 ")


def test_a_lost_answer_reached_the_dependency_and_its_status_is_noted_before_the_end() -> None:
    bench = Bench(toxic("http_lost_answer", path="/pay"))
    assert bench.send(get("/a") + get("/pay")) == (get("/a") + get("/pay"), b"")
    assert bench.answer(ok("a")) == ok("a")
    answer = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n"
    for cut in range(len(answer) - 1):
        assert bench.answer(answer[cut : cut + 1]) == b""
        assert bench.notes.statuses == []
    assert bench.answer(answer[-1:]) == b"<RESET>"
    assert bench.notes.statuses == [(1, "201")]
    assert bench.notes.held == []


def test_an_answer_that_only_the_connections_end_ends_is_lost_at_that_end() -> None:
    bench = Bench(toxic("http_lost_answer", ending="reset"))
    bench.send(get("/pay"))
    assert bench.answer(b"HTTP/1.1 200 OK\r\n\r\nsome") == b""
    assert bench.answer(b" more") == b""
    assert bench.finish() == b"<RESET>"
    assert bench.notes.statuses == [(0, "200")]


def test_an_end_in_the_middle_of_an_answer_makes_none_of_it() -> None:
    bench = Bench(toxic("http_lost_answer"))
    bench.send(get("/pay"))
    assert bench.answer(ok("body")[:-1]) == b""
    assert bench.finish() == b""
    assert bench.notes.statuses == []


def test_an_answer_that_is_being_lost_stays_lost_though_its_toxic_is_removed() -> None:
    bench = Bench(toxic("http_lost_answer"))
    bench.send(get("/pay"))
    assert bench.answer(ok("body")[:-2]) == b""
    bench.mediator.use([])
    assert bench.answer(ok("body")[-2:]) == b"<RESET>"
