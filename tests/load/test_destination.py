"""A URL is resolved or refused with its reason, and other machines need the user's word."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from windtunnel.errors import ConfigurationError
from windtunnel.load.destination import Destination, guard, locate, reach, speaks_tls


def test_a_url_is_taken_apart() -> None:
    destination, path = locate("http://127.0.0.1:8080/a?b=c")
    assert (destination.address, destination.port, path) == ("127.0.0.1", 8080, "/a?b=c")
    assert destination.host_header == "127.0.0.1:8080"
    assert locate("http://127.0.0.1")[0].host_header == "127.0.0.1"
    assert locate("http://[::1]:81/")[0].host_header == "[::1]:81"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("127.0.0.1:80", "found no scheme"),
        ("htpp://a", "scheme 'htpp'; did you mean 'http'?"),
        ("http://", "expected a host, found none"),
        ("http://a:99999/", "Port out of range"),
        ("http://me:secret@127.0.0.1/", "expected no user and password"),
        ("http://no.such.host.invalid/", "host 'no.such.host.invalid' cannot be resolved"),
    ],
)
def test_a_wrong_url_is_one_clear_error(url: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(said)) as raised:
        locate(url)
    assert "secret" not in str(raised.value)


def destination(address: str, host: str = "service.example") -> Destination:
    return Destination(scheme="http", host=host, address=address, port=80)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine_may_be_loaded(address: str) -> None:
    guard(destination(address), owned=())


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "8.8.8.8", "2001:db8::1"])
def test_any_other_needs_its_name_said_again(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"expected --i-own-this-host service\.example"):
        guard(destination(address), owned=())
    with pytest.raises(ConfigurationError, match=r"found 'other\.example'"):
        guard(destination(address), owned=["other.example"])
    guard(destination(address), owned=["service.example"])


def test_a_refused_connection_is_said_before_the_load(free_port: int) -> None:
    found, _ = locate(f"http://127.0.0.1:{free_port}/")
    with pytest.raises(ConfigurationError, match="cannot be connected to: Connection refused"):
        reach(found)


def test_a_server_without_tls_is_said_before_the_load(server_url: str) -> None:
    found, _ = locate(server_url.replace("http:", "https:"))
    with pytest.raises(ConfigurationError, match="does not speak TLS, so expected http://"):
        reach(found)


def test_a_missing_unix_socket_is_said_before_the_load(tmp_path: Path) -> None:
    found, _ = locate("http://service/", unix_socket=tmp_path / "none")
    with pytest.raises(ConfigurationError, match="No such file or directory"):
        reach(found)


def test_certificates_that_are_none_are_named(server_url: str) -> None:
    url = server_url.replace("http:", "https:")
    found, _ = locate(url, authority=__file__)
    with pytest.raises(ConfigurationError, match="expected a file of certificates"):
        reach(found)


@contextmanager
def tls_server(certificate: tuple[Path, Path], *, of_client: bool) -> Iterator[int]:
    """Give the port of a TLS server, which may want a certificate of its client."""
    key, own = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    if of_client:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(own)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with suppress(OSError), context.wrap_socket(plain, server_side=True) as secured:
                    secured.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def test_a_server_that_wants_a_clients_certificate_says_so(certificate: tuple[Path, Path]) -> None:
    with tls_server(certificate, of_client=True) as port:
        found, _ = locate(f"https://localhost:{port}/", authority=str(certificate[1]))
        with pytest.raises(ConfigurationError, match="it wants a client's certificate"):
            reach(found)


def test_a_tls_port_spoken_to_in_clear_is_known(
    certificate: tuple[Path, Path], server_url: str
) -> None:
    for of_client in (False, True):
        with tls_server(certificate, of_client=of_client) as port:
            found, _ = locate(f"http://127.0.0.1:{port}/")
            reach(found)
            assert speaks_tls(found)
    assert not speaks_tls(locate(server_url)[0])
