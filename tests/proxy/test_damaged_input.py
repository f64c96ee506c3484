"""Whatever bytes come: nothing fails, and what no fault strikes passes as it is."""

from collections.abc import Iterator
from contextlib import suppress
from random import Random

import pytest

from harness.proxy.bodies import ApiError, ProxyBody, ToxicBody, ToxicChange, parse, proxies
from harness.proxy.evidence.exchanges import Exchanges
from harness.proxy.evidence.recorder import PROTOCOLS
from harness.proxy.http.mediator import Mediator
from harness.proxy.http.selection import Tally
from harness.proxy.http.toxic import HttpToxic
from tests.proxy.chance import chance

SEEDS = range(400)
REQUESTS = (
    b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
    b"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nline1\nline2"
    b"POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab\ncd\r\n0\r\nX: y\r\n\r\n"
    b"HEAD /d HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    b"GET /e HTTP/1.1\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"
    b"PUT /f HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok"
)
ANSWERS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabc\r\n0\r\n\r\n"
    b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
    b"HTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.0 200 OK\r\n\r\nuntil the end"
)
COMMANDS = (
    b"*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
    b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\n\r\n\r\n"
)
REPLIES = b"+PONG\r\n$-1\r\n-ERR no\r\n:5\r\n>2\r\n+push\r\n+x\r\n%1\r\n+k\r\n*1\r\n_\r\n"


def damaged(data: bytes, seed: Random) -> bytes:
    """Change, drop, repeat or insert some bytes; sometimes nothing."""
    found = bytearray(data)
    for _ in range(seed.choice([0, 1, 1, 2, 5, 20])):
        place = seed.randrange(len(found) or 1)
        match seed.randrange(5):
            case 0:
                found[place : place + 1] = bytes([seed.randrange(256)])
            case 1:
                del found[place : place + seed.randint(1, 30)]
            case 2:
                found[place:place] = found[place : place + seed.randint(1, 60)]
            case 3:
                found[place:place] = seed.choice([b"\r\n", b"\n", b"\0", b"\r\n\r\n", b"999999999"])
            case 4:
                found[place:place] = seed.randbytes(seed.randint(1, 40))
    return bytes(found)


def pieces(data: bytes, seed: Random) -> Iterator[bytes]:
    while data:
        size = seed.choice([1, 3, 20, 200, len(data)])
        yield data[:size]
        data = data[size:]


class Silent:
    def struck(self, place: int, toxic: str) -> None:
        """Keep nothing."""

    def kept(self, place: int) -> None:
        """Keep nothing."""

    def notice(self, text: str) -> None:
        assert text


def mediator(kind: str, **attributes: object) -> Mediator:
    settings = {**HttpToxic.defaults(kind), **attributes}
    toxic = HttpToxic(kind, kind, settings, tally=Tally(), draw=lambda *place: chance(place))
    return Mediator([toxic], Silent(), 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_no_fault_strikes_passes_byte_for_byte_however_damaged(seed: int) -> None:
    random = chance(seed)
    requests, answers = damaged(REQUESTS, random), damaged(ANSWERS, random)
    mediating = mediator("http_delay", path="/never")
    forwarded, back = b"", b""
    for piece in pieces(requests, random):
        data, parts = mediating.request(piece, 0.0)
        forwarded += data
        assert not parts
    for piece in pieces(answers, random):
        back += b"".join(part.data for part in mediating.answer(piece, 0.0))
    # A head that has not come to its end is held; nothing else is.
    assert requests.startswith(forwarded)
    assert answers.startswith(back)
    if len(forwarded) < len(requests):
        assert b"\r\n\r\n" not in requests[len(forwarded) :].lstrip(b"\r\n")


@pytest.mark.parametrize("kind", ["http_status", "http_abort", "http_truncate", "http_corrupt"])
@pytest.mark.parametrize("seed", range(100))
def test_no_fault_fails_on_damaged_traffic(seed: int, kind: str) -> None:
    random = chance(f"{kind} {seed}")
    mediating = mediator(kind, probability=0.5)
    streams = [
        (mediating.request, list(pieces(damaged(REQUESTS, random), random))),
        (mediating.answer, list(pieces(damaged(ANSWERS, random), random))),
    ]
    while streams:
        take, left = random.choice(streams)
        if not left:
            streams.remove((take, left))
            continue
        take(left.pop(0), 0.0)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_record_fails_on_damaged_traffic(seed: int, protocol: str) -> None:
    random = chance(f"{protocol} {seed}")
    exchanges: Exchanges = PROTOCOLS[protocol]()
    over: list[int] = []
    exchanges.done = lambda pending, outcome, status, now: over.append(pending.index)
    asked, answered = (COMMANDS, REPLIES) if protocol == "redis" else (REQUESTS, ANSWERS)
    streams = [
        (exchanges.received, list(pieces(damaged(asked, random), random))),
        (exchanges.answered, list(pieces(damaged(answered, random), random))),
    ]
    while streams:
        take, left = random.choice(streams)
        if not left:
            streams.remove((take, left))
            continue
        take(left.pop(0), 0.0)
    exchanges.finished(1.0)
    exchanges.end(1.0)
    # Each exchange that began is over, exactly once.
    assert sorted(over) == list(range(exchanges.begun))


BODY = (
    b'{"name":"a","listen":"127.0.0.1:0","upstream":"b:1","enabled":true,"lease":5,"type":"latency",'
    b'"stream":"upstream","toxicity":0.5,"attributes":{"latency":5,"jitter":-1}}'
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_damaged_body_is_taken_or_refused_and_never_fails(seed: int) -> None:
    body = damaged(BODY, chance(seed))
    for take in (ProxyBody.of, ToxicBody.of, ToxicChange.of, lambda value: proxies([value])):
        with suppress(ApiError):
            take(parse(body))
