"""A server that runs already is emptied by one run at a time, by whatever name it is called."""

import socket

import pytest

from windtunnel.address import Address
from windtunnel.backends.server_claims import ServerClaims

PORT = 1  # nobody serves there: no run claims it


@pytest.mark.parametrize(
    "other", ["127.0.0.1", "localhost", "LOCALHOST", "::1", "::ffff:127.0.0.1"]
)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_one_server_has_one_claim(host: str, other: str) -> None:
    first, second = ServerClaims(), ServerClaims()
    try:
        assert first.claim(Address(host, PORT))
        assert first.claim(Address(other, PORT))
        assert not second.claim(Address(other, PORT))
        assert second.claim(Address("127.0.0.9", PORT))
        first.close()
        assert second.claim(Address(other, PORT))
    finally:
        first.close()
        second.close()


def test_of_a_name_of_two_servers_nothing_stays_claimed_where_one_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def both(host: str, port: int, **_: object) -> list[object]:
        hosts = ["10.0.0.1", "10.0.0.2"] if host == "db" else [host]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in hosts]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    first, second = ServerClaims(), ServerClaims()
    try:
        assert first.claim(Address("10.0.0.2", PORT))
        assert not second.claim(Address("db", PORT))
        assert first.claim(Address("10.0.0.1", PORT))
    finally:
        first.close()
        second.close()


def test_a_name_that_leads_nowhere_is_claimed_as_it_is() -> None:
    first, second = ServerClaims(), ServerClaims()
    try:
        assert first.claim(Address("nowhere.invalid", PORT))
        assert not second.claim(Address("Nowhere.invalid", PORT))
    finally:
        first.close()
        second.close()
