"""What a free port promises."""

import socket
from pathlib import Path

import pytest

from harness import ports
from harness.ports import free_port

MANY = 200


def test_nothing_listens_on_it() -> None:
    port = free_port()
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()


def test_no_connection_is_given_it() -> None:
    """A connection to a port of its own would be answered by itself, and keep the server out."""
    if not ports.EPHEMERAL.exists():
        pytest.skip("this system does not tell which ports it gives to connections")
    first, last = map(int, ports.EPHEMERAL.read_text().split())
    assert not [port for port in (free_port() for _ in range(MANY)) if first <= port <= last]


def test_a_taken_port_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setattr(ports, "LEAST", port)
    monkeypatch.setattr(ports, "_least_ephemeral", lambda: port + 1)
    assert free_port() == port
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()
        assert free_port() != port


@pytest.mark.parametrize("told", ["1024 65535", None])
def test_the_system_chooses_where_it_leaves_no_room_or_does_not_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: str | None
) -> None:
    settings = tmp_path / "range"
    if told:
        settings.write_text(told)
    monkeypatch.setattr(ports, "EPHEMERAL", settings)
    port = free_port()
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
