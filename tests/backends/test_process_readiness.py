"""When a program is ready: as it says, by its port, its log or a command."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from windtunnel.address import Address
from windtunnel.backends.process_readiness import readiness
from windtunnel.configuration import ProgramSettings, Readiness

NOWHERE = Address("127.0.0.1", 1)


def probe(
    folder: Path, ready: Readiness | None, *, listens: bool = False, **environment: str
) -> Callable[[Address], None]:
    settings = ProgramSettings(command=("x",), ready=ready)
    return readiness(
        settings,
        listens=listens,
        log=folder / "program.log",
        environment=environment,
        directory=folder,
    )


def test_without_a_port_it_is_ready_as_soon_as_it_runs(tmp_path: Path) -> None:
    probe(tmp_path, None)(NOWHERE)
    with pytest.raises(OSError, match="refused"):
        probe(tmp_path, None, listens=True)(NOWHERE)


def test_its_port_accepts_connections(tmp_path: Path) -> None:
    asked = probe(tmp_path, Readiness(tcp=True))
    with pytest.raises(OSError, match="refused"):
        asked(NOWHERE)
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked(Address("127.0.0.1", server.getsockname()[1]))


def test_it_has_printed_words(tmp_path: Path) -> None:
    asked = probe(tmp_path, Readiness(log="celery ready"))
    with pytest.raises(ConnectionError, match="has not printed 'celery ready'"):
        asked(NOWHERE)
    (tmp_path / "program.log").write_text("[INFO] celery ready.\n")
    asked(NOWHERE)


def test_a_command_ends_well_in_its_surroundings(tmp_path: Path) -> None:
    code = "import os,sys; print(os.environ['WHERE']); sys.exit(not os.path.exists('up'))"
    ready = Readiness(command=("{python}", "-c", code, "{port}"))
    asked = probe(tmp_path, ready, WHERE="at {port}")
    with pytest.raises(ConnectionError, match="ended with exit status 1: at 1"):
        asked(NOWHERE)
    (tmp_path / "up").touch()
    asked(NOWHERE)
