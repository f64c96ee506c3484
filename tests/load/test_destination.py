"""A URL is resolved or refused with its reason, and other machines need the user's word."""

import re
from pathlib import Path

import pytest

from windtunnel.errors import ConfigurationError
from windtunnel.load.destination import Destination, guard, locate, reach


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
    guard(destination(address), owned="")


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "8.8.8.8", "2001:db8::1"])
def test_any_other_needs_its_name_said_again(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"expected --i-own-this-host service\.example"):
        guard(destination(address), owned="")
    with pytest.raises(ConfigurationError, match=r"found 'other\.example'"):
        guard(destination(address), owned="other.example")
    guard(destination(address), owned="service.example")


def test_a_refused_connection_is_said_before_the_load(free_port: int) -> None:
    found, _ = locate(f"http://127.0.0.1:{free_port}/")
    with pytest.raises(ConfigurationError, match="cannot be connected to: Connection refused"):
        reach(found)


def test_a_server_without_tls_is_said_before_the_load(server_url: str) -> None:
    found, _ = locate(server_url.replace("http:", "https:"))
    with pytest.raises(ConfigurationError, match="TLS failed"):
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
