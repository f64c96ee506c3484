"""A dependency that wants to know its callers by their certificates: both sides of the tap."""

import datetime as dt
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme

from tests.backends.certain_prices import Prices
from tests.backends.test_tls_dependency import configured, session
from tests.machine import missing
from windtunnel import faults
from windtunnel.backends.tap_tls import tls_field
from windtunnel.configuration import parse
from windtunnel.criteria import breaker_opens
from windtunnel.doctor import traffic as doctor
from windtunnel.doctor.check import Condition
from windtunnel.errors import ConfigurationError
from windtunnel.records import ExchangeOutcome, HandshakeOutcome
from windtunnel.stack import Stack

DEPENDENCY = trustme.CA(organization_name="the dependency's")
CLIENTS = trustme.CA(organization_name="the clients'")


class Serving(ThreadingHTTPServer):
    """Takes it quietly that callers without a certificate are turned away."""

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as its base has it
        """Linger, as careful servers do: closed at once, the alert is lost to a reset."""
        with socket.socket(fileno=request.detach()) as raw, suppress(OSError):
            raw.shutdown(socket.SHUT_WR)
            raw.settimeout(5)
            while raw.recv(65536):
                pass

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as it came


@pytest.fixture(scope="module")
def dependency() -> Iterator[str]:
    """Give the address of a dependency over TLS that demands a certificate of CLIENTS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    DEPENDENCY.issue_cert("prices.internal").configure_cert(context)
    CLIENTS.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    server = Serving(("127.0.0.1", 0), Prices)
    # The handshake belongs to the thread of its connection.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of PEM files."""
    folder = tmp_path_factory.mktemp("certificates")
    DEPENDENCY.cert_pem.write_to_path(folder / "dependency-ca.pem")
    CLIENTS.cert_pem.write_to_path(folder / "clients-ca.pem")
    for name in ("tap", "orders"):
        leaf = CLIENTS.issue_cert(f"{name}.internal")
        leaf.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")
        leaf.cert_chain_pems[0].write_to_path(folder / f"{name}-certificate.pem")
        leaf.private_key_pem.write_to_path(folder / f"{name}-key.pem")
    since, until = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2001, 2002))
    old = CLIENTS.issue_cert("tap.internal", not_before=since, not_after=until)
    old.private_key_and_cert_chain_pem.write_to_path(folder / "expired.pem")
    young = CLIENTS.issue_cert("tap.internal", not_before=since.replace(year=2900))
    young.private_key_and_cert_chain_pem.write_to_path(folder / "young.pem")
    return folder


def running(
    backend: str, dependency: str, certificates: Path, *, shows: bool = True, **tls: str
) -> Iterator[Stack]:
    reason = missing(backend)
    if reason:
        pytest.skip(reason)
    variables = {"PRICES_URL": "https://{address}", "CA": "{ca}"}
    client = {"CLIENT": str(certificates / "orders.pem")} if shows else {}
    onward = {
        "upstream": "tls",
        "trust": str(certificates / "dependency-ca.pem"),
        "server_name": "prices.internal",
        **tls,
    }
    made = configured(command=(), upstream=dependency, environment=variables | client, tls=onward)
    session_ = session(backend, made)
    try:
        stack = session_.stack("test", {}, lambda verdict: None)
        yield stack
        stack.close()
    finally:
        session_.close()


@pytest.fixture(scope="module", params=["embedded", "local"])
def mutual(request: pytest.FixtureRequest, dependency: str, certificates: Path) -> Iterator[Stack]:
    """Give a stack that shows certificates on both sides."""
    yield from running(
        request.param,
        dependency,
        certificates,
        certificate=str(certificates / "tap-certificate.pem"),
        key=str(certificates / "tap-key.pem"),
        client_trust=str(certificates / "clients-ca.pem"),
    )


def test_each_side_is_shown_a_certificate_and_http_faults_strike_between(mutual: Stack) -> None:
    run = mutual.drive("/orders", requests=3)
    assert [response.status for response in run.responses] == [200] * 3
    assert not any(response.fallback for response in run.responses)
    assert b"tap.internal" in mutual.get("/orders")[1]
    evidence = run.at("prices")
    shaken = [each.handshake for each in evidence.connections]
    assert all(each and each.outcome is HandshakeOutcome.COMPLETED for each in shaken)
    assert all(each and "orders.internal" in each.client_certificate for each in shaken)
    with mutual.inject(faults.HttpStatus("prices", 503)):
        struck = mutual.drive("/orders", requests=2)
    assert all(response.fallback for response in struck.responses)


@pytest.fixture
def unshown(dependency: str, certificates: Path) -> Iterator[Stack]:
    """Give a stack whose target shows no certificate, to a tap that wants one."""
    yield from running(
        "embedded",
        dependency,
        certificates,
        shows=False,
        certificate=str(certificates / "tap.pem"),
        client_trust=str(certificates / "clients-ca.pem"),
    )


def test_a_target_that_shows_none_has_failed_calls_with_the_reason(unshown: Stack) -> None:
    run = unshown.drive("/orders", requests=5)
    assert all(response.fallback for response in run.responses)
    evidence = run.at("prices")
    assert not evidence.exchanges
    assert {each.reason for each in evidence.attempts} == {"the target showed no certificate"}
    verdict = breaker_opens(run, "prices", within=3)
    assert not verdict
    (check,) = doctor.dependencies(unshown)
    assert check.condition is Condition.FAIL
    assert "the TLS handshake failed: the target showed no certificate" in check.found


@pytest.fixture
def uncertified(dependency: str, certificates: Path) -> Iterator[Stack]:
    """Give a stack whose tap shows the dependency no certificate."""
    yield from running("embedded", dependency, certificates)


def test_a_tap_that_shows_none_has_failed_exchanges_with_the_reason(uncertified: Stack) -> None:
    run = uncertified.drive("/orders", requests=2)
    assert all(response.fallback for response in run.responses)
    evidence = run.at("prices")
    assert all(each.outcome is ExchangeOutcome.FAILED for each in evidence.exchanges)
    reasons = {each.handshake.reason for each in evidence.connections if each.handshake}
    assert len(reasons) == 1
    assert "certificate required (tls.certificate is what" in reasons.pop()


@pytest.mark.parametrize(
    ("tls", "mistake"),
    [
        (
            {"certificate": "nowhere.pem"},
            r"dependencies\.prices\.tls\.certificate = 'nowhere\.pem': cannot be read: .*No such",
        ),
        (
            {"certificate": "tap.pem", "key": "nowhere.pem"},
            r"dependencies\.prices\.tls\.key = 'nowhere\.pem': cannot be read: .*No such",
        ),
        (
            {"certificate": "tap-certificate.pem", "key": "orders-key.pem"},
            r"tls\.certificate = 'tap-certificate\.pem' \(key = 'orders-key\.pem'\): the key does",
        ),
        ({"certificate": "tap-certificate.pem"}, r"there is no private key \(PEM\) for it"),
        ({"certificate": "tap-key.pem"}, r"there is no certificate \(PEM\) in it"),
        ({"certificate": "expired.pem"}, "'expired.pem': it expired at 2002-01-01 00:00 UTC"),
        ({"certificate": "young.pem"}, "'young.pem': it is not valid before 2900-01-01 00:00 UTC"),
        ({"certificate": "locked.pem"}, "'locked.pem': its key needs a passphrase"),
        ({"client_trust": "nowhere.pem"}, r"tls\.client_trust = 'nowhere\.pem': cannot be read"),
        ({"client_trust": "tap-key.pem"}, r"tls\.client_trust = 'tap-key\.pem': there is no cert"),
    ],
)
def test_files_that_cannot_be_used_are_named(
    certificates: Path, tls: dict[str, str], mistake: str
) -> None:
    lock(certificates)
    made = configured(tls={"upstream": "tls", **tls}).dependencies["prices"].tls
    with pytest.raises(ConfigurationError, match=mistake):
        tls_field("prices", made, certificates)


def lock(certificates: Path) -> None:
    """Write a certificate whose key needs a passphrase."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - for this alone

    key = serialization.load_pem_private_key((certificates / "tap-key.pem").read_bytes(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    certificate = (certificates / "tap-certificate.pem").read_bytes()
    (certificates / "locked.pem").write_bytes(locked + certificate)


def test_a_file_of_both_is_sent_apart(certificates: Path) -> None:
    made = configured(tls={"upstream": "tls", "certificate": "tap.pem"}).dependencies["prices"].tls
    field = tls_field("prices", made, certificates)
    assert field is not None
    assert "PRIVATE" not in field["certificate"]
    assert "PRIVATE" in field["key"]


@pytest.mark.parametrize(
    ("tls", "mistake"),
    [
        ({"certificate": "a.pem"}, "trust, server_name, certificate and key need upstream = 'tls'"),
        ({"upstream": "tls", "key": "a.pem"}, "key needs the certificate that it belongs to"),
        ({"mode": "passthrough", "client_trust": "any"}, "need the mode 'terminate'"),
    ],
)
def test_settings_that_do_not_go_together_are_told(tls: dict[str, str], mistake: str) -> None:
    with pytest.raises(ConfigurationError, match=mistake):
        configured(tls=tls)


def test_the_schema_of_a_table_has_them() -> None:
    table = {"upstream": "tls", "certificate": "a.pem", "key": "b.pem", "client_trust": "any"}
    parsed = parse(
        {
            "command": ("orders",),
            "endpoints": ("/orders",),
            "dependencies": {
                "prices": {"endpoint": "/orders", "environment": {"U": "{address}"}, "tls": table}
            },
        },
        "test",
    )
    tls = parsed.dependencies["prices"].tls
    assert tls is not None
    assert (tls.certificate, tls.key, tls.client_trust) == ("a.pem", "b.pem", "any")
