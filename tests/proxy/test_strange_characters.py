"""Whatever characters come to the control port, it answers, and goes on showing what it has."""

import http.client
import json
import logging
import ssl
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.contracts.proxy.servers import DEADLINE, NOWHERE, Server, connect, created
from windtunnel.malformed_requests import request_log
from windtunnel.proxy.control.answers import as_json, as_text

HALF = "\ud800"


def test_half_of_a_surrogate_pair_in_a_name_is_refused(server: Server) -> None:
    """A proxy of such a name made every later GET /proxies a 500."""
    answer = created(server, HALF)
    assert answer.status == 400
    assert answer.json["error"] == (
        r"bad request body: a string has '\ud800', half of a surrogate pair"
    )
    assert server.call("GET", "/proxies").json == {}


@pytest.mark.parametrize(
    "toxic",
    [
        {"type": "latency", "name": HALF},
        {"type": "latency", "stream": HALF},
        {"type": "http_status", "attributes": {"body": HALF}},
        {"type": HALF},
        {"type": "latency", "attributes": {HALF: 1}},
    ],
)
def test_nor_is_it_taken_anywhere_in_a_toxic(server: Server, toxic: dict[str, object]) -> None:
    server.proxy(1, protocol="http")
    answer = server.call("POST", "/proxies/p/toxics", toxic)
    assert (answer.status, answer.json["code"]) == (400, "bad_request_body")
    assert server.call("GET", "/proxies/p/toxics").json == []


def test_nor_in_populate_nor_in_an_update(server: Server) -> None:
    server.proxy(1)
    for method, path, body in (
        ("POST", "/populate", [{"name": HALF, "upstream": NOWHERE}]),
        ("PATCH", "/proxies/p", {"upstream": f"{HALF}:1"}),
        ("POST", "/proxies", {"name": "q", "upstream": NOWHERE, "tls": {"mode": HALF}}),
    ):
        answer = server.call(method, path, json.dumps(body).encode())
        assert answer.status == 400
    assert list(server.call("GET", "/proxies").json) == ["p"]


def test_a_character_of_two_halves_is_a_name_like_any_other(server: Server) -> None:
    assert created(server, "\N{PILE OF POO}").status == 201
    assert list(server.call("GET", "/proxies").json) == ["\N{PILE OF POO}"]


def test_no_answer_can_fail_for_its_characters() -> None:
    assert as_json({"a": HALF}).body == b'{"a": "\\ud800"}'
    assert as_text(HALF, 400).text == "\\ud800\n"


def test_a_header_outside_utf_8_is_refused_in_words(server: Server) -> None:
    answer = server.call("GET", "/proxies", headers={"Host": "\xff.example"})
    assert answer.status == 403
    assert answer.body.startswith(b"Host not allowed: ")


def test_numbers_of_thousands_of_digits_are_refused(server: Server) -> None:
    digits = "1" * 5000
    for body in (
        b'{"name": "p", "listen": "127.0.0.1:%b", "upstream": "127.0.0.1:1"}',
        b'{"name": "p", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:%b"}',
        b'{"name": "p", "upstream": "127.0.0.1:1", "lease": %b}',
        b'{"name": "p", "upstream": "127.0.0.1:1", "lease": 1e20}',
    ):
        written = body.replace(b"%b", digits.encode())
        answer = server.call("POST", "/proxies", written)
        assert answer.status == 400
        assert len(answer.body) < 2000


@pytest.mark.parametrize("error", [ConnectionResetError("Connection lost"), ValueError("ours")])
def test_only_an_error_of_ours_is_logged_with_its_traceback(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    log = request_log(logging.getLogger("test"))
    log.error("Error handling request from %s", "100%s", exc_info=error)
    (record,) = caplog.records
    assert (record.exc_info is None) == isinstance(error, ConnectionError)
    assert record.getMessage().startswith("Error handling request from 100%s")


def hello(server_name: bytes) -> bytes:
    """Return a ClientHello that asks for a server of these bytes."""
    sent = ssl.MemoryBIO()
    context = ssl.create_default_context()
    asking = "x" * len(server_name)
    connection = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname=asking)
    with suppress(ssl.SSLWantReadError):
        connection.do_handshake()
    return sent.read().replace(asking.encode(), server_name)


def test_what_cannot_be_read_is_a_line_in_the_log(tmp_path: Path) -> None:
    """At the control port, and a server name outside ASCII at a TLS tap."""
    command = [sys.executable, "-m", "windtunnel.proxy", "--port", "0"]
    log = tmp_path / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=PIPE, stderr=errors, text=True)
    try:
        assert process.stdout is not None
        port = int(json.loads(process.stdout.readline())["listening"].rpartition(":")[2])
        for malformed in (
            b"GET /\xff HTTP/1.1\r\n\r\n",
            b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ):
            with connect(port) as client, suppress(ConnectionResetError):
                client.sendall(malformed)
                assert client.recv(100).startswith(b"HTTP/1.")
        body = {"name": "p", "upstream": NOWHERE, "tls": {"mode": "terminate"}}
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
        asking.request("POST", "/proxies", body=json.dumps(body))
        listen = json.loads(asking.getresponse().read())["listen"]
        with connect(int(listen.rpartition(":")[2])) as client, suppress(ConnectionResetError):
            client.sendall(hello(b"caf\xe9.example"))
            client.recv(100)
        asking.request("GET", "/proxies/p/evidence/records")
        (connection,) = json.loads(asking.getresponse().read())["connections"]
        asking.close()
    finally:
        process.kill()
        process.communicate()
    assert connection["handshake"]["reason"] == (
        r"no ClientHello: its server name is b'caf\xe9.example', expected ASCII"
    )
    lines = log.read_text().splitlines()
    assert lines
    assert all("Error handling request from 127.0.0.1: " in line for line in lines)
