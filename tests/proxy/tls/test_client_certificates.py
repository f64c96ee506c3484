"""Client certificates on both sides of a tap that terminates TLS, with real servers and clients."""

import datetime as dt
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import trustme

from tests.contracts.proxy.servers import Server, echoed, error, listening, receive
from tests.proxy.tls.ends import handshake, secured, wire_ending
from windtunnel.proxy.tls.client_authentication import CertificateWatch
from windtunnel.proxy.tls.settings import TlsSettings

DEPENDENCY = trustme.CA(organization_name="the dependency's")
CLIENTS = trustme.CA(organization_name="the clients'")
STRANGERS = trustme.CA(organization_name="somebody's")
SAYS = b"I am the ledger, you are "


def pem(authority: trustme.CA) -> str:
    return authority.cert_pem.bytes().decode()


def pair(leaf: trustme.LeafCert) -> dict[str, str]:
    chain = "".join(each.bytes().decode() for each in leaf.cert_chain_pems)
    return {"certificate": chain, "key": leaf.private_key_pem.bytes().decode()}


@contextmanager
def demanding(
    *, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, protocols: tuple[str, ...] = ()
) -> Iterator[int]:
    """Give the port of a server that says who its client is, and wants to know it by CLIENTS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = version
    DEPENDENCY.issue_cert("ledger").configure_cert(context)
    CLIENTS.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    if protocols:
        context.set_alpn_protocols(list(protocols))

    def serve(client: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(client, server_side=True) as inside:
            found = inside.getpeercert() or {}
            inside.sendall(SAYS + str(found["subjectAltName"]).encode())
            while data := inside.recv(65536):
                inside.sendall(data)

    with listening(serve) as port:
        yield port


ONWARD = {"mode": "terminate", "upstream": "tls", "trust": pem(DEPENDENCY), "server_name": "ledger"}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_dependency_is_shown_the_configured_certificate(
    server: Server, trust: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    with demanding(version=version) as upstream:
        own = pair(CLIENTS.issue_cert("orders.internal"))
        port = server.proxy(upstream, tls={**ONWARD, **own})
        with secured(port, trust) as client:
            says = SAYS + b"(('DNS', 'orders.internal'),)"
            assert receive(client, len(says)) == says
            assert echoed(client, bytes(100_000))
    assert handshake(server)["outcome"] == "completed"
    shown = server.call("GET", "/proxies/p").json["tls"]
    assert shown["certificate"] == own["certificate"]
    assert "PRIVATE" not in str(shown), "the key left the proxy"


@pytest.mark.parametrize(
    ("version", "own", "why"),
    [
        (ssl.TLSVersion.TLSv1_3, None, "certificate required (tls.certificate is what"),
        (ssl.TLSVersion.TLSv1_2, None, "handshake failure"),
        (ssl.TLSVersion.TLSv1_3, STRANGERS, "unknown ca"),
        (ssl.TLSVersion.TLSv1_2, STRANGERS, "unknown ca"),
    ],
)
def test_a_dependency_that_refuses_what_it_is_shown_is_told_in_the_evidence(
    server: Server,
    trust: ssl.SSLContext,
    version: ssl.TLSVersion,
    own: trustme.CA | None,
    why: str,
) -> None:
    with demanding(version=version) as upstream:
        field = {**ONWARD, **(pair(own.issue_cert("orders.internal")) if own else {})}
        port = server.proxy(upstream, tls=field)
        with secured(port, trust) as client:
            wire_ending(client)
    told = handshake(server, "failed")["reason"]
    assert told.startswith("with the dependency: ")
    assert why in told


@pytest.mark.parametrize(
    ("tickets", "outcome"), [(0, "failed"), (2, "completed")], ids=["silent", "accepted"]
)
def test_an_alert_that_is_lost_to_a_reset_is_told_as_such(
    server: Server, trust: ssl.SSLContext, tickets: int, outcome: str
) -> None:
    """A server that closes with unread data resets, and its alert may never be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = tickets
    DEPENDENCY.issue_cert("ledger").configure_cert(context)

    def reset(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as inside:
            inside.recv(1)  # the tickets have gone by then
            inside.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with listening(reset) as upstream:
        port = server.proxy(upstream, tls=ONWARD)
        with secured(port, trust) as client:
            client.sendall(b"hello")
            assert wire_ending(client) == "reset"
    shaken = handshake(server, outcome)
    assert ("it reset the connection before it sent anything" in shaken["reason"]) is not bool(
        tickets
    )


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_target_shows_its_certificate_and_the_evidence_says_whose(
    server: Server, echo: int, trust: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    port = server.proxy(echo, tls={"mode": "terminate", "client_trust": pem(CLIENTS)})
    trust.maximum_version = version
    CLIENTS.issue_cert("orders.internal").configure_cert(trust)
    with secured(port, trust) as client:
        assert echoed(client, b"hello")
    shaken = handshake(server)
    assert shaken["outcome"] == "completed"
    assert "orders.internal" in shaken["client_certificate"]


def nobody(context: ssl.SSLContext) -> None:
    """Show no certificate."""


def stranger(context: ssl.SSLContext) -> None:
    """Show one that nobody knows."""
    STRANGERS.issue_cert("orders.internal").configure_cert(context)


def expired(context: ssl.SSLContext) -> None:
    """Show one whose time is over."""
    since, until = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2001, 2002))
    leaf = CLIENTS.issue_cert("orders.internal", not_before=since, not_after=until)
    leaf.configure_cert(context)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(
    ("shows", "why"),
    [
        (nobody, "the target showed no certificate"),
        (stranger, "the target's certificate: unable to get local issuer certificate"),
        (expired, "the target's certificate: certificate has expired"),
    ],
)
def test_a_target_that_cannot_show_who_it_is_is_refused_and_told(
    server: Server,
    echo: int,
    trust: ssl.SSLContext,
    *,
    version: ssl.TLSVersion,
    shows: Callable[[ssl.SSLContext], None],
    why: str,
) -> None:
    port = server.proxy(echo, tls={"mode": "terminate", "client_trust": pem(CLIENTS)})
    trust.maximum_version = version
    shows(trust)
    with suppress(OSError), secured(port, trust) as client:
        assert not receive(client, 1), "it was let in"
    assert handshake(server, "failed")["reason"] == why
    connections = server.call("GET", "/proxies/p/evidence/records").json["connections"]
    assert not connections[-1]["reached"]


@pytest.mark.parametrize("shows", [stranger, expired])
def test_any_certificate_is_taken_and_recorded_where_any_is_asked_for(
    server: Server, echo: int, trust: ssl.SSLContext, shows: Callable[[ssl.SSLContext], None]
) -> None:
    port = server.proxy(echo, tls={"mode": "terminate", "client_trust": "any"})
    shows(trust)
    for _ in range(2):
        with secured(port, trust) as client:
            assert client.version() == "TLSv1.2"
            assert echoed(client, b"hello")
        assert "orders.internal" in handshake(server)["client_certificate"]


def test_a_session_that_goes_on_is_still_known(
    server: Server, echo: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(echo, tls={"mode": "terminate", "client_trust": "any"})
    stranger(trust)
    session = None
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", port)) as sock:
            client = trust.wrap_socket(sock, server_hostname="127.0.0.1", session=session)
            with client:
                assert echoed(client, b"hello")
                session = client.session
        assert "orders.internal" in handshake(server)["client_certificate"]


def test_none_at_all_is_refused_where_any_is_asked_for(
    server: Server, echo: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(echo, tls={"mode": "terminate", "client_trust": "any"})
    with pytest.raises(ssl.SSLError):
        secured(port, trust)
    assert handshake(server, "failed")["reason"] == "the target showed no certificate"


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_certificate_is_found_however_its_bytes_arrive(size: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    der = ssl.PEM_cert_to_DER_cert(pem(STRANGERS))
    listed = len(der).to_bytes(3) + der
    message = b"\x0b" + (len(listed) + 3).to_bytes(3) + len(listed).to_bytes(3) + listed
    hello = b"\x01" + (40).to_bytes(3) + bytes(40)
    stream = hello + message
    records = b"".join(
        b"\x16\x03\x03" + len(part).to_bytes(2) + part
        for part in (stream[:60], stream[60:200], stream[200:])
    )
    watch = CertificateWatch(context)
    for at in range(0, len(records), size):
        watch.feed(records[at : at + size])
    assert watch.done
    assert context.get_ca_certs(binary_form=True) == [der]


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ({**ONWARD, "certificate": pem(CLIENTS)}, "tls.certificate and tls.key go together"),
        (
            {
                **ONWARD,
                "certificate": pair(CLIENTS.issue_cert("a"))["certificate"],
                "key": pair(CLIENTS.issue_cert("b"))["key"],
            },
            "tls.certificate: the key does not belong to it",
        ),
        (
            {"mode": "terminate", **pair(CLIENTS.issue_cert("a"))},
            "tls.certificate needs tls.upstream 'tls'",
        ),
        ({"mode": "terminate", "client_trust": "ca.pem"}, "tls.client_trust was invalid, expected"),
        (
            {"mode": "terminate", "client_trust": "-----BEGIN CERTIFICATE-----\nx"},
            "tls.client_trust: these certificates cannot be used",
        ),
        ({"mode": "passthrough", "client_trust": "any"}, "tls.client_trust means nothing with"),
    ],
)
def test_a_field_that_cannot_be_had_is_refused(
    server: Server, field: dict[str, str], why: str
) -> None:
    body = {"name": "p", "upstream": "127.0.0.1:1", "protocol": "tcp", "tls": field}
    status, text = error(server.call("POST", "/proxies", body))
    assert status == 400
    assert text.startswith(why)
    assert server.call("GET", "/proxies").json == {}


def test_a_key_is_in_no_text_of_the_settings() -> None:
    settings = TlsSettings.of({**ONWARD, **pair(CLIENTS.issue_cert("a"))})
    assert "PRIVATE" not in f"{settings!r} {settings.shown}"
