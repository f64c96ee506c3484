"""Each fault of a handshake, as a real client sees it, and what the proxy recorded of it."""

import shutil
import socket
import ssl
import subprocess
import time
from typing import Any

import pytest

from tests.contracts.proxy.servers import (
    DEADLINE,
    LONG,
    Server,
    connect,
    echoed,
    ending,
    error,
    silent,
)
from tests.proxy.tls.ends import TERMINATE, greeting, handshake, secured


def touched(server: Server) -> int:
    (touch,) = server.call("GET", "/proxies/p/evidence").json["touches"]
    return int(touch["connections"])


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("expired", "certificate has expired"),
        ("not_yet_valid", "certificate is not yet valid"),
        ("wrong_name", "Hostname mismatch, certificate is not valid for 'catalog'"),
        ("untrusted", "unable to get local issuer certificate"),
        ("self_signed", "self-signed certificate"),
    ],
)
def test_a_bad_certificate_is_refused_by_the_client_for_what_is_wrong_with_it(
    server: Server, echo: int, trust: ssl.SSLContext, fault: str, seen: str
) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    server.toxic("tls", fault=fault)
    with pytest.raises(ssl.SSLCertVerificationError, match=seen):
        secured(port, trust, "catalog")
    shaken = handshake(server)
    assert (shaken["outcome"], shaken["faults"]) == ("failed", ["tls_downstream"])
    assert "alert" in shaken["reason"], "what the client said of it is not told"
    assert shaken["server_name"] == "catalog"
    assert touched(server) == 1
    counts = server.call("GET", "/proxies/p/evidence").json
    assert (counts["handshakes"], counts["handshakes_failed"]) == (1, 1)
    server.call("DELETE", "/proxies/p/toxics/tls_downstream")
    with secured(port, trust, "catalog") as client:
        assert echoed(client, b"healed")


@pytest.mark.parametrize(
    ("alert", "seen"),
    [
        ("", "HANDSHAKE_FAILURE"),
        ("protocol_version", "PROTOCOL_VERSION"),
        ("internal_error", "INTERNAL_ERROR"),
    ],
)
def test_a_refusal_reaches_the_client_as_its_alert(
    server: Server, echo: int, trust: ssl.SSLContext, alert: str, seen: str
) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    server.toxic("tls", fault="alert", alert=alert)
    with pytest.raises(ssl.SSLError, match=seen):
        secured(port, trust)
    assert handshake(server)["reason"] == "refused by a fault"
    assert touched(server) == 1


def test_an_abort_resets_the_connection_after_the_hello_alone(server: Server, echo: int) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    server.toxic("tls", fault="abort")
    with connect(port) as client:
        hello = greeting("catalog")
        client.sendall(hello[:-1])
        assert touched(server) == 0
        client.sendall(hello[-1:])
        assert ending(client) == "reset"
    assert handshake(server)["reason"] == "reset by a fault"
    assert touched(server) == 1


def test_a_slow_handshake_is_late_by_its_delay_and_what_follows_is_not(
    server: Server, echo: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    server.toxic("tls", fault="slow", delay=200)
    begun = time.monotonic()
    with secured(port, trust) as client:
        took = time.monotonic() - begun
        assert took >= 0.2
        assert echoed(client, b"x") < took
    assert handshake(server)["outcome"] == "completed"
    assert touched(server) == 1


@pytest.mark.parametrize("end", ["DELETE", "PATCH"])
def test_a_stalled_handshake_holds_nobody_else_and_goes_on_when_the_fault_goes(
    server: Server, echo: int, trust: ssl.SSLContext, end: str
) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    server.toxic("tls", fault="slow", delay=LONG)
    with connect(port) as raw:
        stalled = trust.wrap_socket(raw, server_hostname="catalog", do_handshake_on_connect=False)
        stalled.settimeout(0.1)
        with pytest.raises(TimeoutError):
            stalled.do_handshake()
        change = {"attributes": {"fault": "alert", "delay": 0}}
        with connect(port):
            server.call(end, "/proxies/p/toxics/tls_downstream", change)
        stalled.settimeout(DEADLINE)
        if end == "DELETE":
            stalled.do_handshake()
            assert echoed(stalled, b"late")
        else:
            with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
                stalled.do_handshake()
        stalled.close()


def test_other_connections_go_on_while_a_handshake_stalls(
    server: Server, echo: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    with connect(port) as stalled, connect(port) as halfway:
        halfway.sendall(greeting("catalog")[:40])
        with secured(port, trust) as client:
            assert echoed(client, b"x")
        stalled.sendall(b"\x16")


def test_a_share_of_the_handshakes_is_struck_and_a_replay_strikes_the_same(
    server: Server, echo: int, trust: ssl.SSLContext
) -> None:
    def fates() -> list[bool]:
        port = server.proxy(echo, tls=TERMINATE)
        server.toxic("tls", fault="alert", toxicity=0.5)
        found = []
        for _ in range(12):
            try:
                secured(port, trust).close()
            except ssl.SSLError:
                found.append(True)
            else:
                found.append(False)
        server.call("DELETE", "/proxies/p")
        return found

    first = fates()
    assert set(first) == {True, False}
    assert fates() == first


@pytest.mark.parametrize(
    ("field", "toxic", "mistake"),
    [
        (None, {"fault": "expired"}, "needs a proxy with tls.mode terminate, found none"),
        ({"mode": "passthrough"}, {"fault": "expired"}, "expired needs tls.mode terminate"),
        (TERMINATE, {"fault": "exipred"}, "did you mean 'expired'"),
        (TERMINATE, {}, "no fault of the handshake is called ''"),
    ],
)
def test_a_fault_that_could_strike_nothing_is_refused(
    server: Server, echo: int, field: object, toxic: dict[str, Any], mistake: str
) -> None:
    server.proxy(echo, tls=field)
    body = {"type": "tls", "attributes": toxic}
    status, text = error(server.call("POST", "/proxies/p/toxics", body))
    assert status == 400
    assert mistake in text


def test_tls_cannot_be_taken_from_under_a_fault_of_it(server: Server, echo: int) -> None:
    server.proxy(echo, tls=TERMINATE)
    server.toxic("tls", fault="expired")
    status, text = error(server.call("PATCH", "/proxies/p", {"tls": {"mode": "off"}}))
    assert (status, "found none" in text) == (400, True)
    server.call("POST", "/reset")
    answer = server.call("PATCH", "/proxies/p", {"tls": {"mode": "off"}})
    assert answer.status == 200
    assert "tls" not in answer.json


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on PATH")
@pytest.mark.parametrize(("fault", "code"), [("", "0 (ok)"), ("expired", "10 (certificate has")])
def test_openssl_sees_the_same(server: Server, echo: int, fault: str, code: str) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    if fault:
        server.toxic("tls", fault=fault)
    pem = server.call("GET", "/tls/ca.pem").body.decode()
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "catalog"]
    command += ["-verify_hostname", "catalog", "-CAfile", "/dev/stdin", "-verify", "5"]
    found = subprocess.run(
        command, input=pem, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert f"Verify return code: {code}" in found.stdout, found.stdout + found.stderr
    assert "O = " + "windtunnel" in found.stdout


def test_what_is_no_tls_ends_and_is_told(server: Server, echo: int) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    with connect(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert ending(client) in {"end", "reset"}
    shaken = handshake(server)
    assert shaken["outcome"] == "failed"
    assert shaken["reason"] == "no ClientHello: it is an HTTP request without TLS"


def test_a_target_that_leaves_in_the_middle_of_a_hello_is_told(server: Server, echo: int) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    with connect(port) as client:
        client.sendall(greeting("catalog")[:40])
        client.shutdown(socket.SHUT_WR)
        assert ending(client) == "end"
    assert handshake(server)["reason"] == "the target ended the connection"


def test_a_name_that_no_certificate_fits_is_refused(server: Server, echo: int) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    context = ssl.create_default_context()
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        secured(port, context, "a+b")
    assert "'a+b'" in handshake(server)["reason"]


@pytest.mark.parametrize("name", ["under_score", "my_service.shop_net"])
def test_the_name_of_a_container_has_a_certificate(
    server: Server, echo: int, trust: ssl.SSLContext, name: str
) -> None:
    """Container networks have names with an underscore, which no host on the internet has."""
    port = server.proxy(echo, tls=TERMINATE)
    with secured(port, trust, name) as client:
        assert echoed(client, b"there")
    assert handshake(server)["server_name"] == name


@pytest.mark.parametrize(
    ("kind", "stream"),
    [("latency", "upstream"), ("latency", "downstream"), ("connect", "upstream")],
)
def test_a_slow_network_delays_the_handshake_too(
    server: Server, echo: int, trust: ssl.SSLContext, kind: str, stream: str
) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    server.toxic(kind, stream, latency=100)
    begun = time.monotonic()
    with secured(port, trust) as client:
        made = time.monotonic() - begun
        took = echoed(client, b"x")
    assert made >= 0.1
    assert touched(server) == 1
    # A connection is made once; each request goes through the network again.
    assert took >= 0.1 if kind == "latency" else took < made


def test_a_black_hole_answers_no_handshake(
    server: Server, echo: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    server.toxic("timeout")
    with connect(port) as client:
        client.sendall(greeting("catalog"))
        assert silent(client)
        assert touched(server) == 1
        server.call("DELETE", "/proxies/p/toxics/timeout_downstream")
        assert ending(client) == "end"
