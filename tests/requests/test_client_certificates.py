"""A target that serves HTTPS, and asks who calls for a certificate."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from windtunnel.configuration import load
from windtunnel.errors import ConfigurationError, StartError
from windtunnel.session import Session
from windtunnel.stack import Stack

PASSPHRASE = "open-sesame-4711"  # noqa: S105 - of this test's own key
SERVER = """
import http.server, os, ssl, sys

class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def do_GET(self):
        shown = self.connection.getpeercert() or {}
        names = [value for _, value in shown.get("subjectAltName", ())]
        body = ",".join(names).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *ignored):
        pass

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem")
context.load_verify_locations("ca.pem")
context.verify_mode = ssl.CERT_REQUIRED
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answer)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
"""
CONFIGURATION = """
command = ["{python}", "server.py", "{port}"]
endpoints = ["/who"]
health = "/health"
control_period = 0
start_deadline = 20

[tls]
trust = "ca.pem"
server_name = "shop.test"

[login]
certificate = "client.pem"
key = "client.key"
passphrase = "{env:CLIENT_PASSPHRASE}"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIENT_PASSPHRASE", PASSPHRASE)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    server = authority.issue_cert("shop.test")
    server.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    client = authority.issue_cert("ann@shop.test")
    client.cert_chain_pems[0].write_to_path(str(tmp_path / "client.pem"))
    key = serialization.load_pem_private_key(client.private_key_pem.bytes(), None)
    (tmp_path / "client.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(PASSPHRASE.encode()),
        )
    )
    (tmp_path / "server.py").write_text(SERVER)
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    return tmp_path


@pytest.fixture
def session(folder: Path) -> Iterator[Session]:
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    yield session
    session.close()


def started(session: Session) -> Stack:
    return session.stack("test", {}, lambda verdict: None)


def test_every_way_to_the_target_shows_the_certificate(session: Session) -> None:
    stack = started(session)
    assert stack.url.startswith("https://127.0.0.1:")
    assert stack.request("GET", "/who").body == b"ann@shop.test"
    run = stack.drive("/who", requests=6, concurrency=2)
    assert {each.status for each in run.responses} == {200}
    offered = stack.offer(40, duration=0.5, requests=["/who"])
    assert {each.status for each in offered.responses} == {200}

    def visit(client: httpx.Client) -> None:
        assert client.get("/who").text == "ann@shop.test"

    assert stack.drive(visit, requests=2).responses[1].answer == "done"
    with stack.target() as one, stack.target() as other:
        assert one.pairs(other, "/who", 2).b.responses[0].status == 200
    stack.close()


REQUIRED = "(?i)certificate.required|did.not.return.a.certificate"
"""With TLS 1.3 the caller may see the connection end before the reason; the target's log has it."""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('certificate = "client.pem"\nkey = "client.key"\npassphrase', "#", REQUIRED),
        ('server_name = "shop.test"', 'server_name = "bank.test"', "(?i)hostname mismatch"),
        ('trust = "ca.pem"', "", "certificate verify failed"),
    ],
)
def test_who_is_not_let_in_is_told_why(folder: Path, old: str, new: str, said: str) -> None:
    text = CONFIGURATION.replace("start_deadline = 20", "start_deadline = 2.0")
    text = text.replace(old, new)
    if new == "#":
        text = text.partition("[login]")[0]
    (folder / "windtunnel.toml").write_text(text)
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    try:
        with pytest.raises(StartError, match=said.replace(".", "[ _]")):
            started(session).request("GET", "/who")
    finally:
        session.close()


def test_a_wrong_passphrase_is_one_clear_error_that_does_not_show_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIENT_PASSPHRASE", "not-the-one")
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    try:
        with pytest.raises(
            ConfigurationError, match="cannot be read with the passphrase"
        ) as raised:
            started(session).request("GET", "/who")
    finally:
        session.close()
    assert "not-the-one" not in str(raised.value)
    assert session.masking.text("a not-the-one b") == "a *** b"
    monkeypatch.delenv("CLIENT_PASSPHRASE")
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    try:
        with pytest.raises(ConfigurationError, match=r"CLIENT_PASSPHRASE of .* is not set"):
            started(session).request("GET", "/who")
    finally:
        session.close()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('trust = "ca.pem"', 'trust = "none.pem"', "tls.trust = 'none.pem': no file"),
        (
            'certificate = "client.pem"',
            'certificate = "none.pem"',
            "login.certificate = 'none.pem'",
        ),
        ('certificate = "client.pem"', "", "login.certificate"),
        ("{env:CLIENT_PASSPHRASE}", "{nothing}", "unknown placeholder '{nothing}'"),
        (
            '[tls]\ntrust = "ca.pem"\nserver_name = "shop.test"',
            "",
            "none without a table [tls]",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused(folder: Path, old: str, new: str, said: str) -> None:
    (folder / "windtunnel.toml").write_text(CONFIGURATION.replace(old, new))
    with pytest.raises(ConfigurationError) as raised:
        load(folder)
    assert said in str(raised.value)
