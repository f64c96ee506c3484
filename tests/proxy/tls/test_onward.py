"""Where the way to the dependency is TLS again, the dependency's certificate is checked as told."""

import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from tests.contracts.proxy.servers import DEADLINE, Server, echoed, error, listening, receive
from tests.proxy.tls.ends import handshake, secure_server, secured, wire_ending
from windtunnel.proxy.tls.authority import KEPT, Authority
from windtunnel.toxics.certificate import Certificate

AUTHORITY = trustme.CA()
PEM = AUTHORITY.cert_pem.bytes().decode()
SAYS = b"I am the catalog"


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ({"trust": "any"}, "whoever.example"),
        ({"trust": PEM}, "catalog.example"),
        ({"trust": PEM, "server_name": "catalog.example"}, "tap"),
    ],
)
def test_what_was_ended_here_is_encrypted_again(
    server: Server, trust: ssl.SSLContext, field: dict[str, str], name: str
) -> None:
    with secure_server(AUTHORITY, "catalog.example", SAYS) as upstream:
        port = server.proxy(upstream, tls={"mode": "terminate", "upstream": "tls", **field})
        with secured(port, trust, name) as client:
            assert receive(client, len(SAYS)) == SAYS
            assert echoed(client, bytes(300_000))


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ({}, "unable to get local issuer certificate"),
        ({"trust": PEM}, "Hostname mismatch"),
    ],
)
def test_a_dependency_that_is_not_trusted_is_told_and_the_target_reset(
    server: Server, trust: ssl.SSLContext, field: dict[str, str], why: str
) -> None:
    with secure_server(AUTHORITY, "catalog.example", SAYS) as upstream:
        port = server.proxy(upstream, tls={"mode": "terminate", "upstream": "tls", **field})
        with secured(port, trust, "other.example") as client:
            assert wire_ending(client) == "reset"
    shaken = handshake(server, "failed")
    assert shaken["reason"].startswith("with the dependency: certificate verify failed")
    assert why in shaken["reason"]


def test_a_dependency_that_speaks_no_tls_is_told(
    server: Server, echo: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(echo, tls={"mode": "terminate", "upstream": "tls", "trust": "any"})
    with secured(port, trust) as client:
        assert wire_ending(client) == "reset"
    assert handshake(server, "failed")["reason"].startswith("with the dependency: ")


def test_a_dependency_that_leaves_in_the_middle_of_the_handshake_is_told(
    server: Server, trust: ssl.SSLContext
) -> None:
    with listening(lambda client: client.close()) as upstream:
        port = server.proxy(upstream, tls={"mode": "terminate", "upstream": "tls"})
        with secured(port, trust) as client:
            assert wire_ending(client) == "reset"
    assert handshake(server, "failed")["reason"].startswith("with the dependency: the dependency")


def test_what_is_not_read_here_is_agreed_on_as_the_target_prefers(
    server: Server, trust: ssl.SSLContext
) -> None:
    """As gRPC over TLS needs it: a client without `h2` in the answer gives up."""
    agreed: list[str | None] = []
    speaking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("catalog.example").configure_cert(speaking)
    speaking.set_alpn_protocols(["http/1.1", "h2"])

    def agree(client: socket.socket) -> None:
        with suppress(OSError), speaking.wrap_socket(client, server_side=True) as own:
            agreed.append(own.selected_alpn_protocol())
            own.sendall(SAYS)

    trust.set_alpn_protocols(["h2", "http/1.1"])
    with listening(agree) as upstream:
        port = server.proxy(upstream, tls={"mode": "terminate", "upstream": "tls", "trust": "any"})
        with secured(port, trust, "catalog.example") as client:
            assert client.selected_alpn_protocol() == "h2"
            assert receive(client, len(SAYS)) == SAYS
    assert agreed == ["h2"]


def test_a_dependency_that_wants_a_certificate_of_the_client_is_told(
    server: Server, trust: ssl.SSLContext
) -> None:
    """TLS 1.3 refuses only once the client's part is over."""
    demanding = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("catalog.example").configure_cert(demanding)
    AUTHORITY.configure_trust(demanding)
    demanding.verify_mode = ssl.CERT_REQUIRED

    def refuse(client: socket.socket) -> None:
        with suppress(OSError), demanding.wrap_socket(client, server_side=True):
            pass

    with listening(refuse) as upstream:
        port = server.proxy(upstream, tls={"mode": "terminate", "upstream": "tls", "trust": "any"})
        with secured(port, trust, "catalog.example") as client:
            wire_ending(client)
    why = handshake(server, "failed")["reason"]
    assert why.startswith("with the dependency: ")
    assert "certificate required" in why


def test_certificates_that_are_none_are_refused(server: Server) -> None:
    field = {"mode": "terminate", "upstream": "tls", "trust": "-----BEGIN CERTIFICATE-----\nx"}
    body = {"name": "p", "upstream": "127.0.0.1:1", "tls": field}
    status, text = error(server.call("POST", "/proxies", body))
    assert status == 400
    assert text.startswith("tls.trust: these certificates cannot be used")
    assert server.call("GET", "/proxies").json == {}


def test_populate_replaces_a_proxy_whose_tls_differs_and_leaves_one_whose_does_not(
    server: Server,
) -> None:
    port = server.proxy(1, tls={"mode": "terminate"})
    server.toxic("latency")
    body = {"name": "p", "listen": f"127.0.0.1:{port}", "upstream": "127.0.0.1:1"}
    terminate, off = {"tls": {"mode": "terminate"}}, {"tls": {"mode": "off"}}
    for field, toxics in (({}, 1), (terminate, 1), (off, 0)):
        answer = server.call("POST", "/populate", [{**body, **field}])
        assert answer.status == 201, answer.body
        (shown,) = answer.json["proxies"]
        assert len(shown["toxics"]) == toxics
    assert "tls" not in shown


def test_the_authority_is_in_a_file_as_long_as_the_proxy_runs_and_its_key_in_none(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ca.pem"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-m", "windtunnel.proxy", "--port", "0", "--ca-file", str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(temporary)}
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            assert "PRIVATE" not in path.read_text()
            ssl.create_default_context(cafile=path)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(DEADLINE)
    assert not path.exists()
    assert list(temporary.iterdir()) == []


def test_a_key_is_in_a_file_of_this_user_alone_and_only_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    modes: list[int] = []
    load = ssl.SSLContext.load_cert_chain

    def watched(context: ssl.SSLContext, certificate: str, key: str | None = None) -> None:
        modes.extend(stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir())
        load(context, certificate, key)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watched)
    authority = Authority()
    for certificate in Certificate:
        authority.context(("catalog",), certificate, ())
    assert set(modes) == {0o600}
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_is_made_once_a_name_and_a_bounded_number_is_kept() -> None:
    authority = Authority()
    first = authority.context(("first",), Certificate.GOOD, ())
    assert authority.context(("first",), Certificate.GOOD, ()) is first
    assert authority.context(("first",), Certificate.EXPIRED, ()) is not first
    for number in range(KEPT):
        authority.context((f"name-{number}",), Certificate.GOOD, ())
    assert repr(authority) == f"<Authority {KEPT} contexts>"
    assert authority.context(("first",), Certificate.GOOD, ()) is not first
