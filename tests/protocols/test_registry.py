"""Protocols are found by name, and each answers what the rest asks."""

import socket
import subprocess
import sys

import pytest

from windtunnel.address import Address
from windtunnel.configuration.models import Dependency
from windtunnel.errors import ConfigurationError
from windtunnel.protocols.registry import protocol_named, protocols
from windtunnel_faults import Capability


def test_every_folder_is_a_protocol() -> None:
    assert set(protocols()) == {"http", "mysql", "postgresql", "redis", "tcp"}


def test_an_unknown_name_is_one_clear_error() -> None:
    with pytest.raises(
        ConfigurationError, match=r"no protocol is named 'reddis'; did you mean 'redis'\?"
    ):
        protocol_named("reddis")


@pytest.mark.parametrize(
    ("name", "port", "separates", "own"),
    [
        ("http", 80, True, False),
        ("mysql", 3306, False, False),
        ("postgresql", 5432, True, False),
        ("redis", 6379, True, True),
        ("tcp", 0, False, False),
    ],
)
def test_a_protocol_says_what_is_asked(name: str, port: int, *, separates: bool, own: bool) -> None:
    protocol = Dependency(protocol=name, endpoint="/").speaks
    assert (protocol.name, protocol.default_port) == (name, port)
    assert (protocol.separates_calls, protocol.has_own_server) == (separates, own)
    assert (Capability.HTTP in protocol.capabilities) == (name == "http")


@pytest.mark.parametrize("name", ["http", "mysql", "postgresql", "redis", "tcp"])
def test_a_probe_fails_where_nothing_listens(name: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = Address(*closed.getsockname())
        with pytest.raises(OSError, match=r"."):
            protocol_named(name).probe(address)


def test_asking_for_a_port_loads_no_parser() -> None:
    code = (
        "import sys; from windtunnel.protocols.registry import protocols;"
        "[each.default_port for each in protocols().values()];"
        "print(*sorted({'asyncio', 'httptools'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
