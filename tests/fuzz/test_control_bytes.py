"""Whatever bytes come to the control port, it answers or closes, in time, and lives on."""

import json
import socket

from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.proxy.servers import Server, connect
from tests.fuzz.http_traffic import SIZES, damaged, pieces
from windtunnel.proxy.control.guard import BODY_LIMIT
from windtunnel.proxy.toxic_catalog import KINDS

NAMES = ("p", "q", "", "%00", "%ff", "..", "a b", "p/toxics", "\N{SNOWMAN}")
ROUTES = (
    *("/version", "/proxies", "/populate", "/reset", "/metrics", "/clock", "/mark", "/heartbeat"),
    *("/leases", "/proxies/{}", "/proxies/{}/toxics", "/proxies/{}/heartbeat"),
    *("/proxies/{}/evidence?since={}", "/proxies/{}/evidence/records?since={}"),
    *("/proxies/{}/toxics/{}", "//", "*", "/proxies/{}/../.."),
)
METHODS = ("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE", "get", "")
HEADERS = (
    *("Host: 127.0.0.1", "Host: [::1]:8474", "Host: evil.example", "Origin: null", "Host:"),
    *("User-Agent: Mozilla/5.0", "User-Agent: toxiproxy-cli", "Authorization: Basic ====", "X"),
    *("Expect: 100-continue", "Transfer-Encoding: chunked", "Content-Encoding: gzip"),
    *("Content-Length: -1", f"Content-Length: {BODY_LIMIT + 1}", "Connection: upgrade"),
    *("Content-Type: application/json; charset=no-such", "Upgrade: websocket", "Range: bytes=0-"),
)

LISTENS = ("127.0.0.1:0", "", "nowhere", ":", "127.0.0.1:x", 5, None)
"""No names that somebody would have to be asked for."""
KEYS = st.sampled_from(
    ["name", "upstream", "enabled", "type", "stream", "toxicity", "attributes", "lease", "latency"]
)
LEAVES = st.sampled_from(
    [None, True, 0, -1, 1.5, 1e300, 2**64, "", "p", "q", "t", "127.0.0.1:1", "tcp", *KINDS]
)
FIELDS = st.dictionaries(KEYS, LEAVES | st.dictionaries(KEYS, LEAVES, max_size=3), max_size=6)
PROXIES = st.builds(
    lambda fields, listen: {**fields, "listen": listen}, FIELDS, st.sampled_from(LISTENS)
)
BODIES = (PROXIES | st.lists(PROXIES, max_size=3)).map(lambda value: json.dumps(value).encode())


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    path = draw(st.sampled_from(ROUTES)).replace("{}", draw(st.sampled_from(NAMES)))
    lines = [f"{draw(st.sampled_from(METHODS))} {path} HTTP/1.1"]
    if draw(st.integers(0, 4)):
        lines.append("Host: 127.0.0.1")  # without it the guard lets nothing in
    lines += draw(st.lists(st.sampled_from(HEADERS), max_size=2))
    body = draw(BODIES)
    if draw(st.booleans()):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def ask(server: Server, stream: bytes, sizes: list[int]) -> bytes:
    """Send bytes and an end, and return all that comes back before the connection's end."""
    answer = b""
    with connect(server.port) as client:
        try:
            for piece in pieces(stream, sizes):
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)
            while more := client.recv(65536):
                answer += more
        except TimeoutError:
            raise
        except OSError:
            pass  # turned away while more was to be sent
    return answer


def test_any_bytes_are_answered_or_turned_away(server: Server) -> None:
    @given(requests() | requests().flatmap(damaged) | st.binary(max_size=100), SIZES)
    def hold(stream: bytes, sizes: list[int]) -> None:
        answer = ask(server, stream, sizes)
        assert answer == b"" or answer.startswith(b"HTTP/")
        # What aiohttp says of an exception that nobody expected.
        assert b"Server got itself in trouble" not in answer
        assert server.call("POST", "/reset").status == 204

    hold()
    for name in server.call("GET", "/proxies").json:
        assert server.call("DELETE", f"/proxies/{name}").status == 204


def test_requests_whose_heads_are_whole_are_all_answered(server: Server) -> None:
    """Pipelined, and cut anywhere: as many answers as requests."""
    request = b"GET /version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    @given(st.integers(1, 5), SIZES)
    def hold(number: int, sizes: list[int]) -> None:
        answer = b""
        with connect(server.port) as client:
            for piece in pieces(request * number, sizes):
                client.sendall(piece)
            while answer.count(b"HTTP/1.1 200 OK") < number or not answer.endswith(b"}\n"):
                more = client.recv(65536)
                assert more, answer
                answer += more

    hold()
