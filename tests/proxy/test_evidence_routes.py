"""What the proxy has seen can be asked for since a mark, and listened to as it happens."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from tests.contracts.proxy.servers import DEADLINE, Server, connect, receive
from windtunnel.records import Evidence
from windtunnel.records.field_values import digest


def turn(port: int, size: int = 1) -> None:
    with connect(port) as client:
        client.sendall(bytes(size))
        assert receive(client, size) == bytes(size)


def summary(server: Server, since: float = 0) -> dict[str, Any]:
    answer = server.call("GET", f"/proxies/p/evidence?since={since!r}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def marked(server: Server) -> float:
    return float(server.call("POST", "/mark").json["at"])


def test_everything_is_counted_since_the_beginning(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    turn(port, 10)
    turn(port, 20)
    found = summary(server)
    assert (found["connections"], found["exchanges"]) == (2, 2)
    assert (found["received"], found["sent"]) == (30, 30)


def test_since_a_mark_only_what_came_after_it_is_counted(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    turn(port, 10)
    with connect(port) as client:
        client.sendall(b"12345")
        assert receive(client, 5) == b"12345"
        mark = marked(server)
        client.sendall(b"123")
        assert receive(client, 3) == b"123"
        found = summary(server, mark)
    assert (found["connections"], found["exchanges"]) == (0, 1)
    assert (found["received"], found["sent"]) == (3, 3)


def test_each_toxic_says_what_it_touched_since_a_mark(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    server.toxic("noop", "upstream")
    server.toxic("limit_data", bytes=1000, toxicity=0.0)
    turn(port)
    mark = marked(server)
    turn(port)
    turn(port)
    touches = {each["toxic"]: each for each in summary(server)["touches"]}
    assert touches["noop_upstream"]["connections"] == 3
    assert touches["limit_data_downstream"]["connections"] == 0
    (since, _) = summary(server, mark)["touches"]
    assert since["connections"] == 2


def test_a_connection_that_was_touched_before_the_mark_only_is_not_counted(
    server: Server, echo: int
) -> None:
    port = server.proxy(echo)
    server.toxic("noop")
    with connect(port) as client:
        client.sendall(b"a")
        assert receive(client, 1) == b"a"
        mark = marked(server)
        assert summary(server, mark)["touches"][0]["connections"] == 0
        client.sendall(b"a")
        assert receive(client, 1) == b"a"
        assert summary(server, mark)["touches"][0]["connections"] == 1


@pytest.mark.parametrize("toxicities", [[0.0], [0.5, 1.0], [0.0, 1.0]])
def test_a_changed_toxicity_forgets_no_connection_and_counts_none_twice(
    server: Server, echo: int, toxicities: list[float]
) -> None:
    port = server.proxy(echo)
    server.toxic("noop", "upstream")

    def exchange(client: socket.socket) -> None:
        client.sendall(b"a")
        assert receive(client, 1) == b"a"

    with connect(port) as client:
        exchange(client)
        for toxicity in toxicities:
            server.call("PATCH", "/proxies/p/toxics/noop_upstream", {"toxicity": toxicity})
            assert summary(server)["touches"][0]["connections"] == 1
            exchange(client)
        assert summary(server)["touches"][0]["connections"] == 1
    assert summary(server)["touches"][0]["connections"] == 1


def test_an_unknown_mark_is_one_clear_error(server: Server, echo: int) -> None:
    server.proxy(echo)
    answer = server.call("GET", "/proxies/p/evidence?since=12.5")
    assert (answer.status, answer.json["error"]) == (
        404,
        "mark not found: 12.5, expected a time that POST /mark gave",
    )
    answer = server.call("GET", "/proxies/p/evidence?since=yesterday")
    assert answer.status == 400
    assert "expected seconds and found 'yesterday'" in answer.json["error"]


def test_records_name_every_request(server: Server, echo: int) -> None:
    port = server.proxy(echo, protocol="http")
    server.toxic("http_status", status=418)
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    client.request("GET", "/tea")
    assert client.getresponse().read()
    client.close()
    (exchange,) = server.call("GET", "/proxies/p/evidence/records").json["exchanges"]
    assert (exchange["request"], exchange["status"]) == ("GET /tea", "418")
    assert exchange["forwarded"] is False
    assert exchange["faults"] == ["http_status_downstream"]


def test_traffic_that_is_not_http_passes_an_http_fault_with_a_notice(
    server: Server, echo: int
) -> None:
    port = server.proxy(echo)
    server.toxic("http_status")
    with connect(port) as client:
        client.sendall(b"\x16\x03\x01 this is no HTTP\r\n")
        assert receive(client, 21) == b"\x16\x03\x01 this is no HTTP\r\n"
    (spot,) = server.call("GET", "/proxies/p/evidence/records").json["blind_spots"]
    said = "HTTP faults could not follow a connection: a request is not HTTP/1"
    assert spot["what"].startswith(said)


# Events.


class Listener:
    """Reads server-sent events."""

    def __init__(self, server: Server) -> None:
        self._client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
        self._client.request("GET", "/events")
        self._response = self._client.getresponse()
        assert self._response.headers["Content-Type"] == "text/event-stream"
        assert self._response.readline() == b": events follow\n"

    def next(self) -> tuple[str, dict[str, Any]]:
        """Return the next event's kind, and what happened."""
        kind = ""
        while True:
            line = self._response.readline().decode().rstrip("\n")
            assert not line.startswith("HTTP")
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data = json.loads(line.removeprefix("data: "))
                assert data["at"] > 0
                return kind, data["what"]

    @property
    def ended(self) -> bool:
        return self._response.read() in {b"", b"\n"}

    def close(self) -> None:
        self._client.close()
        self._response.close()


@contextmanager
def listening(server: Server) -> Iterator[Listener]:
    listener = Listener(server)
    try:
        yield listener
    finally:
        listener.close()


def test_whatever_happens_is_told_as_it_happens(server: Server, echo: int) -> None:
    with listening(server) as listener:
        port = server.proxy(echo)
        assert listener.next() == ("proxy", {"proxy": "p", "what": "enabled"})
        assert listener.next() == ("proxy", {"proxy": "p", "what": "created"})
        server.toxic("noop")
        expected = {"proxy": "p", "what": "toxic added", "toxic": "noop_downstream"}
        assert listener.next() == ("proxy", expected)
        turn(port, 5)
        kinds = {}
        for _ in range(2):
            kind, what = listener.next()
            kinds[kind] = what
        assert kinds["connection"]["received"] == 5
        assert kinds["exchange"]["outcome"] == "answered"


def test_an_expired_lease_is_an_event(server: Server, echo: int) -> None:
    server.proxy(echo)
    with listening(server) as listener:
        body = {"type": "noop", "name": "t", "lease": 0.1}
        server.call("POST", "/proxies/p/toxics", body)
        assert listener.next()[1]["what"] == "toxic added"
        assert listener.next() == ("lease expired", {"proxy": "p", "toxic": "t"})
        assert listener.next()[1]["what"] == "toxic removed"


def test_listeners_do_not_hold_up_the_servers_end(own_server: Server) -> None:
    with listening(own_server) as listener:
        own_server.process.terminate()
        assert own_server.process.wait(DEADLINE) == 0
        assert listener.ended


def test_a_listener_that_reads_nothing_holds_up_nobody(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    with socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE) as idle:
        idle.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for _ in range(50):
            turn(port)
        assert summary(server)["connections"] == 50


@pytest.mark.parametrize("path", ["/proxies/x/evidence", "/proxies/x/evidence/records"])
def test_the_evidence_of_no_proxy_is_not_found(server: Server, path: str) -> None:
    assert server.call("GET", path).json["error"] == "proxy not found"


def test_named_fields_are_recorded_in_clear_or_as_digests_by_a_key_of_the_server(
    server: Server, echo: int
) -> None:
    port = server.proxy(echo, protocol="http")
    wanted = {"record": ["header:Idempotency-Key"], "record_in_clear": ["json:order.id"]}
    shown = server.call("POST", "/proxies/p", wanted).json
    assert shown["record"] == ["header:idempotency-key"]
    server.toxic("http_status", status=201)
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    client.request("POST", "/", '{"order": {"id": 7}}', {"Idempotency-Key": "one"})
    assert client.getresponse().read()
    client.close()
    text = server.call("GET", "/proxies/p/evidence/records").body
    found = msgspec.json.decode(text, type=Evidence)
    (exchange,) = found.exchanges
    key = exchange.field("header:idempotency-key")
    assert key.value == digest("one", found.digest_key)
    assert exchange.field("json:order.id").value == "7"
    assert found.recorded == ("header:idempotency-key", "json:order.id")
    assert found.digest_key not in repr(found)
