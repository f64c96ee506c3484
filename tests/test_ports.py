"""What a free port promises."""

import socket
from pathlib import Path

import pytest

from windtunnel import ports
from windtunnel.ports import candidates, free_port


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the file in which the system tells the ports of connections; it is not there yet."""
    file = tmp_path / "range"
    monkeypatch.setattr(ports, "EPHEMERAL", file)
    return file


def test_a_server_can_listen_on_it() -> None:
    port = free_port()
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()


@pytest.mark.parametrize(
    ("told", "least", "most"),
    [
        ("32768 60999", 20_000, 65_535),
        ("10000 60999", 61_000, 65_535),
        ("1024 60000", 60_001, 65_535),
    ],
)
def test_no_connection_is_given_it(settings: Path, told: str, least: int, most: int) -> None:
    """A connection to a port of its own would be answered by itself, and keep the server out."""
    settings.write_text(told)
    first, last = map(int, told.split())
    *drawn, systems = candidates()
    assert len(drawn) == ports.ATTEMPTS
    assert all(least <= port <= most and not first <= port <= last for port in drawn)
    assert systems == 0


@pytest.mark.parametrize("told", ["1024 65535", "?", None])
def test_the_system_chooses_where_it_leaves_no_room_or_does_not_say(
    settings: Path, told: str | None
) -> None:
    if told is not None:
        settings.write_text(told)
    assert list(candidates()) == [0]
    assert free_port() > 0


def test_a_taken_port_is_not_given(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setattr(ports, "LEAST", port)
    settings.write_text(f"{port + 1} 65535")
    assert set(candidates()) == {port, 0}
    assert free_port() == port
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()
        assert free_port() != port
